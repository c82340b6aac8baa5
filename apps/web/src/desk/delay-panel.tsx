import './delay-panel.css';
import { DELAY_PRESETS_MS, type DelayMode, type MeasuredDelay, standsStill } from '@okboxbox/protocol';
import { type FormEvent, type Ref, useState } from 'react';
import { useNow } from '../feed/use-now.js';
import { bytes, delayLabel, seconds } from '../format.js';
import { Button } from '../kit/button.js';
import { Input } from '../kit/field.js';
import { KeyHint } from '../kit/key-hint.js';
import { Panel } from '../kit/panel.js';
import { StateBadge } from '../kit/state-badge.js';
import { canPause, delayStands, isMeantDelayed, typedDelay } from './delay-labels.js';
import { DelayStrip } from './delay-strip.js';
import type { DelayActions } from './use-delay-actions.js';
import { useDesk, useDeskAt, useDeskStore } from './use-desk.js';

const STEPS_MS = [-1_000, -100, 100, 1_000] as const;
const STEP_KEYS: Readonly<Record<number, string>> = { [-1_000]: '-', [-100]: ',', 100: '.', 1000: '+' };

/** The delay: where it stands, what it should be, and what is measured. */
export function DelayPanel({
  actions,
  mode,
  onMode,
  field,
}: {
  actions: DelayActions;
  mode: DelayMode;
  onMode: (mode: DelayMode) => void;
  field: Ref<HTMLInputElement>;
}) {
  const desk = useDesk();
  const { delay } = desk;
  const history = useDeskStore((store) => store.history);
  const now = useNow(100);
  const since = Math.max(0, now - useDeskAt());
  const stands = delay === null ? null : delayStands(delay, since, isMeantDelayed(desk.acts));
  const setMs = delay?.delayMs ?? null;
  return (
    <Panel
      title="Delay"
      className="delay-panel"
      aside={
        canPause(desk) && (
          <Button onClick={actions.pauseOrResume}>
            {delay?.state === 'paused' ? 'Resume' : 'Pause'} <KeyHint>p</KeyHint>
          </Button>
        )
      }
    >
      <div className="delay-stands" data-tone={stands?.tone}>
        <strong role="status">{stands?.title ?? 'No session yet'}</strong>
        <span>{stands?.detail ?? 'The delay set here applies to the show’s first session.'}</span>
      </div>
      <div className="delay-set">
        <fieldset className="button-row">
          <legend className="visually-hidden">Presets</legend>
          {DELAY_PRESETS_MS.map((preset) => (
            <Button key={preset} aria-pressed={setMs === preset} onClick={() => actions.set(preset)}>
              {preset === 0 ? 'LIVE' : delayLabel(preset)}
            </Button>
          ))}
        </fieldset>
        <fieldset className="button-row">
          <legend className="visually-hidden">Steps</legend>
          {STEPS_MS.map((step) => (
            <Button key={step} disabled={setMs === null} onClick={() => actions.step(step)}>
              {step > 0 ? '+' : '−'}
              {Math.abs(step) / 1000} <KeyHint>{STEP_KEYS[step] ?? ''}</KeyHint>
            </Button>
          ))}
        </fieldset>
        <TypedDelay actions={actions} field={field} setMs={setMs} />
        <fieldset className="button-row">
          <legend>Shorten by</legend>
          {(['glide', 'jump'] as const).map((each) => (
            <Button key={each} aria-pressed={mode === each} onClick={() => onMode(each)}>
              {each}
            </Button>
          ))}
          <KeyHint>g</KeyHint>
        </fieldset>
      </div>
      <DelayStrip history={history} now={now} />
      <Measured delay={delay} since={since} />
    </Panel>
  );
}

function TypedDelay({
  actions,
  field,
  setMs,
}: {
  actions: DelayActions;
  field: Ref<HTMLInputElement>;
  setMs: number | null;
}) {
  const [typed, setTyped] = useState('');
  const wanted = typedDelay(typed);
  const isWrong = typed.trim() !== '' && wanted === null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (wanted === null) return;
    actions.set(wanted);
    setTyped('');
  };
  return (
    <form className="typed-delay" onSubmit={submit}>
      <label htmlFor="delay-typed">Seconds</label>
      <Input
        id="delay-typed"
        ref={field}
        inputMode="decimal"
        autoComplete="off"
        placeholder={setMs === null ? '0–120' : String(setMs / 1000)}
        value={typed}
        aria-invalid={isWrong}
        title="0 to 120, to the millisecond"
        onChange={(event) => setTyped(event.target.value)}
      />
      <Button type="submit" disabled={wanted === null}>
        Set <KeyHint>d</KeyHint>
      </Button>
      {isWrong && <span className="problem">0 to 120 s</span>}
    </form>
  );
}

function Measured({ delay, since }: { delay: MeasuredDelay | null; since: number }) {
  const isStill = delay !== null && standsStill(delay);
  // A picture that stands still falls behind as fast as the clock goes.
  const measured = delay?.measuredMs == null ? null : delay.measuredMs + (isStill ? since : 0);
  const newest = delay?.airedAt == null || measured === null ? null : measured;
  return (
    <dl className="figures">
      <div>
        <dt>Set</dt>
        <dd>{seconds(delay?.delayMs ?? null)}</dd>
      </div>
      <div>
        <dt>Measured</dt>
        <dd>{measured === null ? '–' : `${(measured / 1000).toFixed(2)} s`}</dd>
      </div>
      <div>
        <dt>Newest public frame</dt>
        <dd>{newest === null ? 'none yet' : `${seconds(newest)} old`}</dd>
      </div>
      <div>
        <dt>Buffered</dt>
        <dd>
          {delay === null
            ? '–'
            : `${seconds(delay.bufferedMs)} · ${delay.bufferedEvents} events · ${bytes(delay.bufferedBytes)}`}
        </dd>
      </div>
    </dl>
  );
}

/** The delay's state as a badge, for the head of the desk. */
export function DelayBadge() {
  const { delay, sessionId, acts } = useDesk();
  const now = useNow(200);
  const at = useDeskAt();
  if (delay === null) return <StateBadge state="off">no session</StateBadge>;
  const { tone, title } = delayStands(delay, Math.max(0, now - at), isMeantDelayed(acts));
  return sessionId === null && !standsStill(delay) && delay.state !== 'ending' ? (
    <StateBadge state="off">session ended</StateBadge>
  ) : (
    <StateBadge state={tone}>{title}</StateBadge>
  );
}
