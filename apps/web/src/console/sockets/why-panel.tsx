import './why-panel.css';
import { asTyped, type WhyAnswer, type WhyStep } from '@okboxbox/protocol';
import type { Figure } from '../../kit/figures.js';
import { StateBadge } from '../../kit/state-badge.js';
import { Answered } from '../answered.js';
import { useOps } from '../use-ops.js';
import { whyFigure, whyName } from './why-labels.js';

const VERDICTS: Readonly<Record<WhyAnswer['verdict'], 'ok' | 'warn' | 'bad' | 'off'>> = {
  fresh: 'ok',
  expected: 'warn',
  broken: 'bad',
  unknown: 'off',
};
const STATES: Readonly<Record<WhyStep['state'], readonly ['ok' | 'warn' | 'bad' | 'off', string]>> = {
  ok: ['ok', 'OK'],
  expected: ['warn', 'expected'],
  broken: ['bad', 'broken'],
  unknown: ['off', 'unknown'],
};
const STAGES: Readonly<Record<WhyStep['stage'], string>> = {
  connection: 'Connection',
  right: 'Right',
  room: 'Room',
  ingest: 'Ingest',
  timeline: 'Timeline',
  timing: 'Timing',
  delay: 'Delay',
  tick: 'Ticks',
  line: 'Network',
  page: 'Page',
};

/** Why a socket shows what it shows: the way of a frame to it, walked to its end or to the first step that is broken. */
export function WhyPanel({ socketId }: { socketId: string }) {
  const read = useOps('why', { socketId });
  return (
    <div className="ops-why">
      <h3>Why is this one stale?</h3>
      <Answered read={read} what="the path from the relay to a socket">
        {(why) => (
          <>
            <StateBadge state={VERDICTS[why.verdict]}>{why.text}</StateBadge>
            {why.nextStep !== null && <p className="next">{asTyped(why.nextStep)}</p>}
            <ol>
              {why.steps.map((step) => (
                <Step key={step.stage} step={step} />
              ))}
            </ol>
          </>
        )}
      </Answered>
    </div>
  );
}

function Step({ step }: { step: WhyStep }) {
  const [shape, word] = STATES[step.state];
  return (
    <li data-state={step.state}>
      <span className="stage">{STAGES[step.stage]}</span>
      <StateBadge state={shape}>{word}</StateBadge>
      <span className="text">{step.text}</span>
      {step.figures.length > 0 && (
        <span className="figures">
          {step.figures.map((figure) => (
            <StepFigure key={figure.name} name={figure.name} figure={whyFigure(figure)} />
          ))}
        </span>
      )}
    </li>
  );
}

function StepFigure({ name, figure: { number, unit } }: { name: string; figure: Figure }) {
  return (
    <span>
      {whyName(name)} <b>{number}</b>
      {unit !== '' && ` ${unit}`}
    </span>
  );
}
