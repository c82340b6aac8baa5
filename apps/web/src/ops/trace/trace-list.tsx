import { age } from '../../format.js';
import { StateBadge } from '../../shell/state-badge.js';
import { momentOf, shortId } from '../figures.js';
import { useOpsSource } from '../ops-source.js';
import { OpsPanel } from '../parts/panel.js';
import { Answered, Nothing } from '../parts/states.js';
import { useOps, useShownNow } from '../use-ops.js';
import { traceStands } from './trace-words.js';

/** The traces that can still be read, newest first. */
export function TraceList({ open, onOpen }: { open: string | undefined; onOpen: (traceId: string) => void }) {
  const read = useOps('traces', {});
  const now = useShownNow();
  const { at } = useOpsSource();
  return (
    <OpsPanel title="Traces" aside={read.data === undefined ? undefined : `${read.data.traces.length} can be read`}>
      <Answered read={read} what="traces">
        {({ traces }) =>
          traces.length === 0 ? (
            <Nothing>
              {at === null
                ? 'None yet. A trace is kept for a while after it is done, and can be read again and again.'
                : 'No trace is in this support pack.'}
            </Nothing>
          ) : (
            <ul className="trace-list">
              {traces.map((trace) => {
                const stands = traceStands({ ...trace, when: null, endedBecause: null }, now);
                return (
                  <li key={trace.traceId}>
                    <button
                      type="button"
                      className="list-button"
                      aria-pressed={trace.traceId === open}
                      onClick={() => onOpen(trace.traceId)}
                    >
                      <StateBadge state={stands.state}>{stands.word}</StateBadge>
                      <span title={trace.sessionId}>
                        {momentOf(trace.startedAt)} · {shortId(trace.sessionId)}
                      </span>
                      <span className="soft">
                        {trace.state === 'running' ? stands.detail : `${age(Math.max(0, trace.expiresAt - now))} left`}
                      </span>
                    </button>
                  </li>
                );
              })}
            </ul>
          )
        }
      </Answered>
    </OpsPanel>
  );
}
