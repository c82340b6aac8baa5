import './auto-panel.css';
import {
  type AutoRule,
  type AutoState,
  MAX_HOLD_S,
  MIN_HOLD_S,
  MOMENT_KINDS,
  type MomentKind,
} from '@okboxbox/protocol';
import { useEffect, useState } from 'react';
import { delayLabel } from '../format.js';
import { Button } from '../kit/button.js';
import { Input } from '../kit/field.js';
import { KeyHint } from '../kit/key-hint.js';
import { Panel } from '../kit/panel.js';
import { StateBadge } from '../kit/state-badge.js';
import { DryRunDialog } from './dry-run-dialog.js';
import { KIND_LABELS } from './kind-labels.js';
import { useDesk, useDeskWorld, useServerNow } from './use-desk.js';

/** Cues of the show itself that are listed. */
const MAX_SHOWN = 4;

/** Whether the show runs by itself, what comes next, what it has shown, and by which rules. */
export function AutoPanel({ onRun, onTake }: { onRun: () => void; onTake: () => void }) {
  const { auto } = useDesk();
  const [isTrying, setTrying] = useState(false);
  const [isOpen, setOpen] = useState(false);
  return (
    <Panel
      title="Runs by itself"
      className="auto-panel"
      aside={
        auto.isRunning ? (
          <Button kind="primary" onClick={onTake}>
            Take control <KeyHint>q</KeyHint>
          </Button>
        ) : (
          <Button onClick={onRun}>
            Run by itself <KeyHint>0</KeyHint>
          </Button>
        )
      }
    >
      <p className="auto-state" role="status">
        <StateBadge state={auto.isRunning ? 'ok' : 'off'}>
          {auto.isRunning ? 'Running' : auto.heldBy === null ? 'Off' : `Held: ${auto.heldBy} took control`}
        </StateBadge>
        <Next auto={auto} />
      </p>
      {auto.aired.length > 0 && (
        <ol className="action-log">
          {auto.aired.slice(0, MAX_SHOWN).map(({ at, kind, words }) => (
            <li key={`${at} ${kind}`}>
              <time dateTime={new Date(at).toISOString()}>
                {new Date(at).toLocaleTimeString([], { hourCycle: 'h23' })}
              </time>
              <b>{KIND_LABELS[kind].short}</b>
              <span>{words}</span>
            </li>
          ))}
        </ol>
      )}
      <div className="auto-more">
        <Button size="small" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          Rules
        </Button>
        <Button size="small" onClick={() => setTrying(true)}>
          Dry run
        </Button>
      </div>
      {isOpen && <Rules auto={auto} />}
      {isTrying && <DryRunDialog onClose={() => setTrying(false)} />}
    </Panel>
  );
}

const WAITS = {
  shown: 'when what is shown has had its time',
  rest: 'when the screen has rested',
  kept: 'when you take off what stays on air in its place',
} as const;

/** What it will show next, and what that waits for. */
function Next({ auto: { isRunning, heldBy, next } }: { auto: AutoState }) {
  const now = useServerNow(1_000);
  if (!isRunning) {
    return (
      <span className="soft">
        {heldBy === null ? 'Shows moments by its rules, until you cue something.' : 'It cues nothing until you let it.'}
      </span>
    );
  }
  if (next === null) return <span className="soft">Nothing more to show now.</span>;
  const inMs = Math.max(0, next.at - now);
  const when = next.waitsFor === 'kept' ? '' : ` in ${delayLabel(Math.ceil(inMs / 1000) * 1000)}`;
  return (
    <span>
      Next{when}: {next.words} <span className="soft">{WAITS[next.waitsFor]}</span>
    </span>
  );
}

/** The rules: which kinds are shown, and how long each. Fields take what another director sets. */
function Rules({ auto: { rules } }: { auto: AutoState }) {
  const { client } = useDeskWorld();
  const set = async (kind: MomentKind, rule: Partial<AutoRule>) =>
    (await client.call('show:auto', { rules: { [kind]: rule } })) !== null;
  return (
    <table className="desk-table auto-rules">
      <thead>
        <tr>
          <th scope="col">Shows, the most important first</th>
          <th scope="col">For</th>
        </tr>
      </thead>
      <tbody>
        {MOMENT_KINDS.map((kind) => (
          <tr key={kind}>
            <td>
              <Switch label={KIND_LABELS[kind].long} on={rules[kind].on} onSwitch={(on) => set(kind, { on })} />
            </td>
            <td>
              <Hold
                label={`Seconds for: ${KIND_LABELS[kind].long}`}
                holdS={rules[kind].holdS}
                onHold={(holdS) => void set(kind, { holdS })}
              />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Shows at once what was chosen, and goes back where the server did not take it. */
function Switch({ label, on, onSwitch }: { label: string; on: boolean; onSwitch: (on: boolean) => Promise<boolean> }) {
  const [chosen, setChosen] = useState(on);
  useEffect(() => setChosen(on), [on]);
  const choose = async (wanted: boolean) => {
    setChosen(wanted);
    if (!(await onSwitch(wanted))) setChosen(on);
  };
  return (
    <label>
      <input type="checkbox" checked={chosen} onChange={(event) => void choose(event.target.checked)} />
      {label}
    </label>
  );
}

function Hold({ label, holdS, onHold }: { label: string; holdS: number; onHold: (holdS: number) => void }) {
  const [typed, setTyped] = useState(String(holdS));
  useEffect(() => setTyped(String(holdS)), [holdS]);
  const wanted = Number(typed);
  const isValid = Number.isInteger(wanted) && wanted >= MIN_HOLD_S && wanted <= MAX_HOLD_S;
  const done = () => {
    if (!isValid) setTyped(String(holdS));
    else if (wanted !== holdS) onHold(wanted);
  };
  return (
    <>
      <Input
        type="number"
        min={MIN_HOLD_S}
        max={MAX_HOLD_S}
        aria-label={label}
        aria-invalid={!isValid || undefined}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={done}
        onKeyDown={(event) => event.key === 'Enter' && done()}
      />{' '}
      s
    </>
  );
}
