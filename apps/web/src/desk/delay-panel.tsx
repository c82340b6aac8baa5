import './delay-panel.css';
import { type DelayMode, type MeasuredDelay, PICTURES, type Picture, standsStill } from '@okboxbox/protocol';
import { type FormEvent, type ReactNode, type Ref, useState } from 'react';
import { useNow } from '../feed/use-now.js';
import { bytes, delayLabel, seconds } from '../format.js';
import { Button } from '../kit/button.js';
import { Input } from '../kit/field.js';
import { KeyHint } from '../kit/key-hint.js';
import { Panel } from '../kit/panel.js';
import { StateBadge } from '../kit/state-badge.js';
import {
  canPause,
  type DelayStands,
  delayStands,
  isMeantDelayed,
  PICTURE_LABELS,
  type PictureDelay,
  PRESETS_MS,
  pictureDelay,
  typedDelay,
} from './delay-labels.js';
import { DelayStrip } from './delay-strip.js';
import type { DelayActions } from './use-delay-actions.js';
import { useDesk, useDeskAt, useDeskStore } from './use-desk.js';

const STEPS_MS = [-1_000, -100, 100, 1_000] as const;
const STEP_KEYS: Readonly<Record<number, string>> = { [-1_000]: '-', [-100]: ',', 100: '.', 1000: '+' };

/** The delays of both pictures: where each stands, what it should be, and the way to match it with what is seen. */
export function DelayPanel({
  actions,
  mode,
  onMode,
  picture,
  onPicture,
  onMatch,
  field,
}: {
  actions: DelayActions;
  mode: DelayMode;
  onMode: (mode: DelayMode) => void;
  /** The picture that the keys are for. */
  picture: Picture;
  onPicture: (picture: Picture) => void;
  onMatch: (picture: Picture) => void;
  /** The field of that picture. */
  field: Ref<HTMLInputElement>;
}) {
  const desk = useDesk();
  const { delay } = desk;
  const history = useDeskStore((store) => store.history);
  const now = useNow(1_000);
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
      {PICTURES.map((each) => (
        <PictureDelayRow
          key={each}
          picture={each}
          actions={actions}
          hasKeys={each === picture}
          onKeys={() => onPicture(each)}
          onMatch={() => onMatch(each)}
          field={each === picture ? field : null}
        />
      ))}
      <div className="delay-mode">
        <fieldset className="button-row">
          <legend>Shorten by</legend>
          {(['glide', 'jump'] as const).map((each) => (
            <Button key={each} size="small" aria-pressed={mode === each} onClick={() => onMode(each)}>
              {each}
            </Button>
          ))}
          <KeyHint>g</KeyHint>
        </fieldset>
        <Measured delay={delay} />
      </div>
      <DelayStrip history={history} now={now} />
    </Panel>
  );
}

/** One picture's delay; the keys are for the one that `hasKeys`. */
function PictureDelayRow({
  picture,
  actions,
  hasKeys,
  onKeys,
  onMatch,
  field,
}: {
  picture: Picture;
  actions: DelayActions;
  hasKeys: boolean;
  onKeys: () => void;
  onMatch: () => void;
  field: Ref<HTMLInputElement>;
}) {
  const { delay, sessionId, acts } = useDesk();
  const now = useNow(200);
  const since = Math.max(0, now - useDeskAt());
  const of = delay === null ? null : pictureDelay(delay, picture);
  const { name, watch } = PICTURE_LABELS[picture];
  const stands =
    of === null ? NO_SESSION : standsNow(of, sessionId, since, picture === 'graphics' && isMeantDelayed(acts));
  const hint = (key: string) => (hasKeys ? <KeyHint>{key}</KeyHint> : null);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is no flex or grid container in every browser that people direct with, and nothing here is a form
    <div className="picture-delay" role="group" aria-label={name} data-keys={hasKeys || undefined}>
      <div className="delay-stands" data-tone={stands.tone}>
        <b>{name}</b>
        <strong role="status">{stands.title}</strong>
        <Button size="small" onClick={onMatch}>
          Calibrate: {watch} {hint('m')}
        </Button>
      </div>
      <div className="delay-set">
        <div className="button-row">
          {PRESETS_MS[picture].map((preset) => (
            <Button
              key={preset}
              size="small"
              aria-pressed={of?.setMs === preset}
              onClick={() => actions.set(picture, preset)}
            >
              {preset === 0 ? (picture === 'graphics' ? 'LIVE' : '+0 s') : presetLabel(picture, preset)}
            </Button>
          ))}
        </div>
        <div className="button-row">
          {STEPS_MS.map((step) => (
            <Button key={step} size="small" disabled={of === null} onClick={() => actions.step(picture, step)}>
              {step > 0 ? '+' : '−'}
              {Math.abs(step) / 1000} {hint(STEP_KEYS[step] ?? '')}
            </Button>
          ))}
        </div>
        <TypedDelay picture={picture} actions={actions} field={field} setMs={of?.setMs ?? null} hint={hint('d')} />
        {!hasKeys && (
          <Button size="small" onClick={onKeys} title={`Delay keys for the ${PICTURE_LABELS[picture].title}`}>
            Keys <KeyHint>u</KeyHint>
          </Button>
        )}
      </div>
    </div>
  );
}

const NO_SESSION: Pick<DelayStands, 'title' | 'tone'> = { title: 'No session yet', tone: 'ok' };

/** What a picture does now, also where its session has ended. */
function standsNow(of: PictureDelay, sessionId: string | null, sinceMs: number, isMeant: boolean) {
  const isOver = sessionId === null && !standsStill(of) && of.state !== 'ending';
  return isOver ? ({ title: 'Session ended', tone: 'off' } as const) : delayStands(of, sinceMs, isMeant);
}

function presetLabel(picture: Picture, ms: number): string {
  return picture === 'graphics' ? delayLabel(ms) : `+${delayLabel(ms)}`;
}

function TypedDelay({
  picture,
  actions,
  field,
  setMs,
  hint,
}: {
  picture: Picture;
  actions: DelayActions;
  field: Ref<HTMLInputElement>;
  setMs: number | null;
  hint: ReactNode;
}) {
  const [typed, setTyped] = useState('');
  const wanted = typedDelay(typed);
  const isWrong = typed.trim() !== '' && wanted === null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (wanted === null) return;
    actions.set(picture, wanted);
    setTyped('');
  };
  const { name, figure } = PICTURE_LABELS[picture];
  return (
    <form className="typed-delay" onSubmit={submit}>
      <Input
        ref={field}
        aria-label={`${name}: ${figure} in seconds`}
        inputMode="decimal"
        autoComplete="off"
        placeholder={setMs === null ? '0–120' : String(setMs / 1000)}
        value={typed}
        aria-invalid={isWrong}
        title="0 to 120 s, to the millisecond"
        onChange={(event) => setTyped(event.target.value)}
      />
      <Button size="small" type="submit" disabled={wanted === null}>
        Set {hint}
      </Button>
      {isWrong && <span className="problem">0 to 120 s</span>}
    </form>
  );
}

/** How far both pictures are behind, as measured, and what waits to be aired. */
function Measured({ delay }: { delay: MeasuredDelay | null }) {
  const since = Math.max(0, useNow(200) - useDeskAt());
  const measured = (picture: Picture) => {
    const of = delay === null ? null : pictureDelay(delay, picture);
    if (of === null || of.measuredMs === null) return '–';
    // A picture that stands still falls behind as fast as the clock goes.
    return seconds(of.measuredMs + (standsStill(of) ? since : 0));
  };
  return (
    <dl className="figures">
      {PICTURES.map((picture) => (
        <div key={picture}>
          <dt>{PICTURE_LABELS[picture].name} measured</dt>
          <dd>{measured(picture)}</dd>
        </div>
      ))}
      <div>
        <dt>Buffered</dt>
        <dd title={delay === null ? undefined : `${delay.bufferedEvents} events · ${bytes(delay.bufferedBytes)}`}>
          {delay === null ? '–' : seconds(delay.bufferedMs)}
        </dd>
      </div>
    </dl>
  );
}

/** The state of both pictures as badges, for the head of the desk. */
export function DelayBadges() {
  const { delay, sessionId, acts } = useDesk();
  const now = useNow(200);
  const at = useDeskAt();
  if (delay === null) return <StateBadge state="off">no session</StateBadge>;
  const isMeant = isMeantDelayed(acts);
  return PICTURES.map((picture) => {
    const of = pictureDelay(delay, picture);
    const { tone, title } = standsNow(of, sessionId, Math.max(0, now - at), picture === 'graphics' && isMeant);
    return <StateBadge key={picture} state={tone}>{`${PICTURE_LABELS[picture].name}: ${title}`}</StateBadge>;
  });
}
