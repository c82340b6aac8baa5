import './overview-view.css';
import { StateBadge } from '../../kit/state-badge.js';
import { Answered } from '../answered.js';
import type { ShownSummary } from '../ops-source.js';
import { standingOf } from '../status-labels.js';
import { useOps, usePause, useStaleness } from '../use-ops.js';
import { DelaysPanel } from './delays-panel.js';
import { FigureRows } from './figure-rows.js';
import { LatelyPanel } from './lately-panel.js';
import { overviewRows, ownCost } from './overview-rows.js';
import { WrongPanel } from './wrong-panel.js';

/** Whether the show is all right, and what is wrong if not; then the figures that say so. */
export function OverviewView() {
  const summary = useOps('summary', {});
  const history = useOps('history', {});
  return (
    <Answered read={summary} what="a summary">
      {(data) => (
        <div className="ops-overview">
          <Standing summary={data} />
          <WrongPanel summary={data} />
          <FigureRows rows={overviewRows(data, history.data)} hasHistory={history.missing?.kind !== 'not_there'} />
          <DelaysPanel delays={data.broadcastDelay.sessions} history={history.data} />
          <LatelyPanel />
          <p className="ops-own">
            {data.version}
            {data.gitSha !== null && ` (${data.gitSha.slice(0, 8)})`} · {data.environment} · {ownCost(data)}
          </p>
        </div>
      )}
    </Answered>
  );
}

function Standing({ summary }: { summary: ShownSummary }) {
  const { paused } = usePause();
  const staleMs = useStaleness(useOps('summary', {}));
  const { shape, sentence } = standingOf(summary, paused ? null : staleMs);
  return (
    <h2 className="ops-standing" data-shape={shape}>
      <StateBadge state={shape}>{sentence}</StateBadge>
    </h2>
  );
}
