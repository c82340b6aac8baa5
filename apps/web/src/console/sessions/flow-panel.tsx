import './flow-panel.css';
import type { OpsSession } from '@okboxbox/protocol';
import type { CSSProperties } from 'react';
import { FigureText } from '../../kit/figure-text.js';
import { perSecond, whole } from '../../kit/figures.js';
import { Panel } from '../../kit/panel.js';
import { StateBadge } from '../../kit/state-badge.js';
import { Nothing } from '../../kit/states.js';
import { type FlowDelay, type FlowStep, firstBroken, flowSentence, flowSteps } from './flow-steps.js';

const SHAPES = { ok: 'ok', broken: 'bad', expected: 'warn', quiet: 'off', lossy: 'warn' } as const;
const WORDS = { ok: 'passes', broken: 'stopped', expected: 'expected', quiet: 'idle', lossy: 'too slow' } as const;

/** The way of a session's frames, stage by stage; the first broken one stands out, and what is behind it steps back. */
export function FlowPanel({ session, delay }: { session: OpsSession; delay: FlowDelay | undefined }) {
  if (session.flow === null) {
    return (
      <Panel title="Flow">
        <Nothing>No frames of this session since the server started.</Nothing>
      </Panel>
    );
  }
  const steps = flowSteps(session, session.flow, delay);
  const stopped = firstBroken(steps);
  return (
    <Panel
      title="Flow"
      className="ops-flow"
      aside={
        <StateBadge state={stopped !== null ? 'bad' : session.status === 'ended' ? 'off' : 'ok'}>
          {flowSentence(session, steps)}
        </StateBadge>
      }
    >
      <ol>
        {steps.map((step) => (
          <Step key={step.stage} step={step} isFirst={step === stopped} />
        ))}
      </ol>
    </Panel>
  );
}

function Step({ step, isFirst }: { step: FlowStep; isFirst: boolean }) {
  return (
    <li style={{ '--stage': step.stage } as CSSProperties} data-state={step.state} data-first={isFirst || undefined}>
      <span className="name">{step.name}</span>
      <FigureText figure={perSecond(step.perSec)} />
      <StateBadge state={SHAPES[step.state]}>{WORDS[step.state]}</StateBadge>
      <span className={step.says === '' ? 'says total' : 'says'}>{step.says || `${whole(step.total)} in all`}</span>
    </li>
  );
}
