import './trace-list.css';
import { age } from '../../format.js';
import { momentOf, shortId } from '../../kit/figures.js';
import { ListButton } from '../../kit/list-button.js';
import { Panel } from '../../kit/panel.js';
import { StateBadge } from '../../kit/state-badge.js';
import { Nothing } from '../../kit/states.js';
import { Answered } from '../answered.js';
import { useOpsSource } from '../ops-source.js';
import { useOps, useShownNow } from '../use-ops.js';
import { traceStands } from './trace-labels.js';

/** The traces that can still be read, newest first. */
export function TraceList({ open, onOpen }: { open: string | undefined; onOpen: (traceId: string) => void }) {
  const read = useOps('traces', {});
  const now = useShownNow();
  const { at } = useOpsSource();
  return (
    <Panel title="Traces" aside={read.data === undefined ? undefined : `${read.data.traces.length}`}>
      <Answered read={read} what="traces">
        {({ traces }) =>
          traces.length === 0 ? (
            <Nothing>
              {at === null
                ? 'No traces yet. A trace is kept for some time after it ends.'
                : 'No trace is in this support pack.'}
            </Nothing>
          ) : (
            <ul className="trace-list">
              {traces.map((trace) => {
                const stands = traceStands({ ...trace, when: null, endedBecause: null }, now);
                return (
                  <li key={trace.traceId}>
                    <ListButton aria-pressed={trace.traceId === open} onClick={() => onOpen(trace.traceId)}>
                      <StateBadge state={stands.state}>{stands.word}</StateBadge>
                      <span title={trace.sessionId}>
                        {momentOf(trace.startedAt)} · {shortId(trace.sessionId)}
                      </span>
                      <span className="soft">
                        {trace.state === 'running' ? stands.detail : `${age(Math.max(0, trace.expiresAt - now))} left`}
                      </span>
                    </ListButton>
                  </li>
                );
              })}
            </ul>
          )
        }
      </Answered>
    </Panel>
  );
}
