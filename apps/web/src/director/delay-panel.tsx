import { DELAY_PRESETS_MS, type DelayMode, type MeasuredDelay } from '@okboxbox/protocol';
import { type FormEvent, type Ref, useState } from 'react';
import { bytes, delayWords, seconds } from '../format.js';
import { StateBadge } from '../shell/state-badge.js';
import { useNow } from '../shell/use-now.js';
import { DelayStrip } from './delay-strip.js';
import { delayStands, stepped, typedDelay } from './delay-words.js';
import { KeyHint, Panel } from './panel.js';
import type { DelayActs } from './use-delay-acts.js';
import { useDesk, useDeskAt, useDeskStore } from './use-desk.js';

const STEPS_MS = [-1_000, -100, 100, 1_000] as const;
const STEP_KEYS: Readonly<Record<number, string>> = { [-1_000]: '-', [-100]: ',', 100: '.', 1000: '+' };

/** The delay: where it stands, what it should be, and what is measured. */
export function DelayPanel({
  acts,
  mode,
  onMode,
  field,
}: {
  acts: DelayActs;
  mode: DelayMode;
  onMode: (mode: DelayMode) => void;
  field: Ref<HTMLInputElement>;
}) {
  const { delay } = useDesk();
  const history = useDeskStore((store) => store.history);
  const now = useNow(100);
  const since = Math.max(0, now - useDeskAt());
  const stands = delay === null ? null : delayStands(delay, since);
  const setMs = delay?.delayMs ?? null;
  return (
    <Panel
      title="Delay"
      aside={
        <button type="button" className="button" onClick={acts.pauseOrResume} disabled={delay === null}>
          {delay?.state === 'paused' ? 'Resume' : 'Pause'} <KeyHint>p</KeyHint>
        </button>
      }
    >
      <div className="delay-stands" data-tone={stands?.tone}>
        <strong role="status">{stands?.title ?? 'No session yet'}</strong>
        <span>{stands?.detail ?? 'What is set here holds for the show’s first session.'}</span>
      </div>
      <div className="delay-set">
        <fieldset className="button-row">
          <legend className="visually-hidden">Presets</legend>
          {DELAY_PRESETS_MS.map((preset) => (
            <button
              key={preset}
              type="button"
              className="button"
              aria-pressed={setMs === preset}
              onClick={() => acts.set(preset)}
            >
              {preset === 0 ? 'LIVE' : delayWords(preset)}
            </button>
          ))}
        </fieldset>
        <fieldset className="button-row">
          <legend className="visually-hidden">Steps</legend>
          {STEPS_MS.map((step) => (
            <button
              key={step}
              type="button"
              className="button"
              disabled={setMs === null}
              onClick={() => acts.set(stepped(setMs ?? 0, step))}
            >
              {step > 0 ? '+' : '−'}
              {Math.abs(step) / 1000} <KeyHint>{STEP_KEYS[step] ?? ''}</KeyHint>
            </button>
          ))}
        </fieldset>
        <TypedDelay acts={acts} field={field} setMs={setMs} />
        <fieldset className="button-row">
          <legend>Shorter by</legend>
          {(['glide', 'jump'] as const).map((each) => (
            <button
              key={each}
              type="button"
              className="button"
              aria-pressed={mode === each}
              onClick={() => onMode(each)}
            >
              {each}
            </button>
          ))}
          <KeyHint>g</KeyHint>
        </fieldset>
      </div>
      <DelayStrip history={history} now={now} />
      <Measured delay={delay} since={since} />
    </Panel>
  );
}

function TypedDelay({ acts, field, setMs }: { acts: DelayActs; field: Ref<HTMLInputElement>; setMs: number | null }) {
  const [typed, setTyped] = useState('');
  const wanted = typedDelay(typed);
  const isWrong = typed.trim() !== '' && wanted === null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (wanted === null) return;
    acts.set(wanted);
    setTyped('');
  };
  return (
    <form className="typed-delay" onSubmit={submit}>
      <label htmlFor="delay-typed">Seconds</label>
      <input
        id="delay-typed"
        ref={field}
        className="field"
        inputMode="decimal"
        autoComplete="off"
        placeholder={setMs === null ? '0–120' : String(setMs / 1000)}
        value={typed}
        aria-invalid={isWrong}
        title="0 to 120, to the millisecond"
        onChange={(event) => setTyped(event.target.value)}
      />
      <button type="submit" className="button" disabled={wanted === null}>
        Set <KeyHint>d</KeyHint>
      </button>
      {isWrong && <span className="problem">0 to 120 s</span>}
    </form>
  );
}

function Measured({ delay, since }: { delay: MeasuredDelay | null; since: number }) {
  const isStill = delay?.state === 'holding' || delay?.state === 'paused';
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
  const { delay } = useDesk();
  const now = useNow(200);
  const at = useDeskAt();
  if (delay === null) return <StateBadge state="off">no session</StateBadge>;
  const { tone, title } = delayStands(delay, Math.max(0, now - at));
  return <StateBadge state={tone}>{title}</StateBadge>;
}
