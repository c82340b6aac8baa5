import type { Trace } from '@okboxbox/protocol';
import { useState } from 'react';
import { Button } from '../../kit/button.js';
import { momentOf } from '../../kit/figures.js';
import { Panel } from '../../kit/panel.js';
import { Progress } from '../../kit/progress.js';
import { saveFile } from '../../kit/save-file.js';
import { StateBadge } from '../../kit/state-badge.js';
import { Answered } from '../answered.js';
import { OpsLink } from '../ops-search.js';
import { useOpsSource } from '../ops-source.js';
import { useOps, useShownNow } from '../use-ops.js';
import { Deliveries } from './deliveries.js';
import { Anomalies, Changes, Kept, Latencies, Probe } from './trace-figures.js';
import { conditionLabel, progressOf, traceStands } from './trace-labels.js';
import { TraceTimeline } from './trace-timeline.js';

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
              <Panel title="Timeline" className="trace-wide" aside={axisLabel(trace)}>
                <TraceTimeline trace={trace} frame={frame} onFrame={setFrame} />
              </Panel>
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

function axisLabel({ triggeredAt, when }: Trace): string {
  return triggeredAt === null || when === null
    ? 'time since the start'
    : 'time since the trigger; before it on the lighter background';
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
    <Panel title={`Trace of ${momentOf(trace.startedAt)}`} className="trace-wide" aside={trace.sessionId}>
      <div className="trace-standing">
        <StateBadge state={state}>{word}</StateBadge>
        <span>{detail}</span>
        {trace.when !== null && trace.state !== 'armed' && (
          <span className="soft">
            armed by {conditionLabel(trace.when)}
            {trace.triggeredAt !== null && `, triggered at ${momentOf(trace.triggeredAt)}`}
          </span>
        )}
        <span className="grow" />
        {act !== null && trace.state !== 'done' && <Button onClick={() => void stop()}>Stop trace</Button>}
        <Button onClick={() => saveFile(`okboxbox-trace-${trace.traceId}.json`, [JSON.stringify(trace, null, 1)])}>
          Export as JSON
        </Button>
        {act !== null && (
          <OpsLink
            view="pack"
            search={{ sessionId: trace.sessionId, traceId: trace.traceId }}
            className="button link-button"
          >
            Add to a support pack
          </OpsLink>
        )}
      </div>
      {trace.state === 'running' && <Progress label="How far the trace is" value={progress} />}
      {trace.summary.words !== '' && <p>{trace.summary.words}</p>}
      {problem !== null && (
        <p role="alert" className="problem">
          {problem}
        </p>
      )}
    </Panel>
  );
}
