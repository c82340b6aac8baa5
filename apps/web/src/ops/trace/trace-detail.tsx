import type { Trace } from '@okboxbox/protocol';
import { useState } from 'react';
import { StateBadge } from '../../shell/state-badge.js';
import { momentOf } from '../figures.js';
import { OpsLink } from '../ops-search.js';
import { useOpsSource } from '../ops-source.js';
import { OpsPanel } from '../parts/panel.js';
import { Answered } from '../parts/states.js';
import { saveFile } from '../save-file.js';
import { useOps, useShownNow } from '../use-ops.js';
import { Deliveries } from './deliveries.js';
import { Anomalies, Changes, Kept, Latencies, Probe } from './trace-figures.js';
import { TraceTimeline } from './trace-timeline.js';
import { conditionWords, progressOf, traceStands } from './trace-words.js';

/** How often a trace is read while it runs: it can be large, and asking must not weigh on what it measures. */
const RUNNING_MS = 2_000;
/** It changes no more; it is read again only for its time to live. */
const DONE_MS = 60_000;

/** One trace: how it stands, its timeline, and what it says. */
export function TraceDetail({ traceId }: { traceId: string }) {
  const [frame, setFrame] = useState<number | null>(null);
  const [isDone, setDone] = useState(false);
  const asked = frame === null ? { traceId } : { traceId, seq: frame };
  const read = useOps('trace', asked, { everyMs: isDone ? DONE_MS : RUNNING_MS });
  if (read.data !== undefined && isDone !== (read.data.state === 'done')) setDone(read.data.state === 'done');
  return (
    <Answered read={read} what="traces">
      {(trace) => (
        <>
          <Standing trace={trace} />
          {trace.state !== 'armed' && (
            <>
              <OpsPanel title="Timeline" className="trace-wide" aside={axisWords(trace)}>
                <TraceTimeline trace={trace} frame={frame} onFrame={setFrame} />
              </OpsPanel>
              <div className="trace-panels">
                <Anomalies trace={trace} />
                <Changes trace={trace} />
                <Latencies trace={trace} />
                <Probe trace={trace} />
                <Kept trace={trace} />
              </div>
              <Deliveries trace={trace} frame={frame} />
            </>
          )}
        </>
      )}
    </Answered>
  );
}

function axisWords({ triggeredAt, when }: Trace): string {
  return triggeredAt === null || when === null
    ? 'counted from the start'
    : `counted from the trigger; what was before it is on the lighter ground`;
}

function Standing({ trace }: { trace: Trace }) {
  const now = useShownNow();
  const { act } = useOpsSource();
  const [problem, setProblem] = useState<string | null>(null);
  const { state, word, detail } = traceStands(trace, now);
  const progress = progressOf(trace, now);
  const stop = async () => {
    try {
      setProblem(null);
      await act?.(`/api/ops/trace/${encodeURIComponent(trace.traceId)}/stop`, {});
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  return (
    <OpsPanel title={`Trace of ${momentOf(trace.startedAt)}`} className="trace-wide" aside={trace.sessionId}>
      <div className="trace-standing">
        <StateBadge state={state}>{word}</StateBadge>
        <span>{detail}</span>
        {trace.when !== null && trace.state !== 'armed' && (
          <span className="soft">
            armed by {conditionWords(trace.when)}
            {trace.triggeredAt !== null && `, came true ${momentOf(trace.triggeredAt)}`}
          </span>
        )}
        <span className="grow" />
        {act !== null && trace.state !== 'done' && (
          <button type="button" className="button" onClick={() => void stop()}>
            Stop it
          </button>
        )}
        <button
          type="button"
          className="button"
          onClick={() => saveFile(`okboxbox-trace-${trace.traceId}.json`, [JSON.stringify(trace, null, 1)])}
        >
          Export as JSON
        </button>
        {act !== null && (
          <OpsLink
            view="pack"
            search={{ sessionId: trace.sessionId, traceId: trace.traceId }}
            className="button link-button"
          >
            Into a support pack
          </OpsLink>
        )}
      </div>
      {trace.state === 'running' && <progress max={1} {...(progress !== null && { value: progress })} />}
      {trace.summary.words !== '' && <p>{trace.summary.words}</p>}
      {problem !== null && (
        <p role="alert" className="problem">
          {problem}
        </p>
      )}
    </OpsPanel>
  );
}
