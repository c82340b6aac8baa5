import './trace-view.css';
import { Panel } from '../../kit/panel.js';
import { Nothing } from '../../kit/states.js';
import { useOpsSearch } from '../ops-search.js';
import { useOpsSource } from '../ops-source.js';
import { TraceDetail } from './trace-detail.js';
import { TraceList } from './trace-list.js';
import { TraceStart } from './trace-start.js';

/** Traces: starting one, those that can be read, and the one that is open. Its id stands in the address. */
export function TraceView() {
  const [search, change] = useOpsSearch();
  const { act } = useOpsSource();
  const open = (id: string) => change({ id });
  return (
    <div className="trace-view">
      <div className="trace-side">
        <TraceStart
          key={search.sessionId}
          {...(search.sessionId !== undefined && { sessionId: search.sessionId })}
          onStarted={open}
        />
        <TraceList open={search.id} onOpen={open} />
      </div>
      <div className="trace-main">
        {search.id === undefined ? (
          <Panel title="Timeline">
            <Nothing>
              {act === null ? 'Open a trace' : 'Start a trace, or open one'}: it is drawn here over time, stage by
              stage.
            </Nothing>
          </Panel>
        ) : (
          <TraceDetail key={search.id} traceId={search.id} />
        )}
      </div>
    </div>
  );
}
