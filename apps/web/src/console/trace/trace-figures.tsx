import '../../kit/table.css';
import { pictureOfRoom, type Trace } from '@okboxbox/protocol';
import { Facts } from '../../kit/facts.js';
import { size, whole, words } from '../../kit/figures.js';
import { Panel } from '../../kit/panel.js';
import { StateBadge } from '../../kit/state-badge.js';
import { Nothing } from '../../kit/states.js';
import { Table } from '../../kit/table.js';
import { sinceLabel } from './timeline-layout.js';
import { changedMost, droppedLabel, figureLabel, LANE_LABELS, slowestOf, tookLabel } from './trace-labels.js';

/** How long frames took from stage to stage, the slowest marked. */
export function Latencies({ trace: { summary } }: { trace: Trace }) {
  const slowest = slowestOf(summary.latencies);
  return (
    <Panel title="Between stages" aside={slowest === null ? undefined : `slowest to ${LANE_LABELS[slowest.to]}`}>
      {summary.latencies.length === 0 ? (
        <Nothing>No frame has passed two stages yet.</Nothing>
      ) : (
        <Table heads={['From, to', { number: 'p50' }, { number: 'p95' }, { number: 'max' }, { number: 'frames' }]}>
          {summary.latencies.map((each) => (
            <tr key={`${each.from} ${each.to} ${each.room}`} data-marked={each === slowest || undefined}>
              <td className="cut" title={each.room ?? undefined}>
                {LANE_LABELS[each.from]} → {LANE_LABELS[each.to]}
                {each.room !== null && <span className="soft"> {roomLabel(each.room)}</span>}
              </td>
              <td className="number">{tookLabel(each.p50Ms)}</td>
              <td className="number">{tookLabel(each.p95Ms)}</td>
              <td className="number">{tookLabel(each.maxMs)}</td>
              <td className="number">{whole(each.count)}</td>
            </tr>
          ))}
        </Table>
      )}
    </Panel>
  );
}

/** A room by its kind: the session is the trace's own. */
function roomLabel(room: string): string {
  if (!room.startsWith('broadcast:')) return 'live';
  if (pictureOfRoom(room) === 'public') return 'public picture';
  const extra = /:plus:(\d+)$/.exec(room)?.[1];
  return extra === undefined ? 'graphics' : `graphics +${tookLabel(Number(extra))}`;
}

/** What is different from the four times longer while before, the most changed first. */
export function Changes({ trace: { summary } }: { trace: Trace }) {
  const { changed, others } = changedMost(summary.changes);
  return (
    <Panel title="What changed" aside={`against the ${tookLabel(summary.comparedMs)} before`}>
      {changed.length === 0 ? (
        <Nothing>{others === 0 ? 'Nothing to compare with yet.' : `Nothing: ${others} figures are unchanged.`}</Nothing>
      ) : (
        <ol className="trace-changes">
          {changed.map(({ figure, before, during, change }) => (
            <li key={figure}>
              <span>{figure}</span>
              <span className="soft">
                {figureLabel(before)} → {figureLabel(during)}
              </span>
              <i
                role="img"
                aria-label={`changed ${Math.round(change * 100)} of 100`}
                style={{ width: `${Math.round(Math.min(1, Math.max(0, change)) * 100)}%` }}
              />
            </li>
          ))}
        </ol>
      )}
      {changed.length > 0 && others > 0 && <p className="soft">{others} other figures are unchanged.</p>}
    </Panel>
  );
}

/** What is not as it should be, the worst first. */
export function Anomalies({ trace }: { trace: Trace }) {
  const zero = trace.triggeredAt ?? trace.startedAt;
  return (
    <Panel title="Anomalies" aside={`${trace.anomalies.length}`}>
      {trace.anomalies.length === 0 ? (
        <Nothing>{trace.state === 'armed' ? 'Not started.' : 'No anomalies in this trace.'}</Nothing>
      ) : (
        <ol className="trace-anomalies">
          {trace.anomalies.map(({ code, stage, text, value, threshold, at }) => (
            <li key={`${code} ${stage} ${at}`}>
              <StateBadge state="warn">{stage === 'session' ? 'Session' : LANE_LABELS[stage]}</StateBadge>
              <span>
                {text}{' '}
                <span className="soft">
                  {figureLabel(value)} (limit {figureLabel(threshold)})
                  {at !== null && ` at ${sinceLabel(Math.round(at - zero))}`}
                </span>
              </span>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}

/** What a probe has measured: when it passed each stage, and how far behind the public really is. */
export function Probe({ trace: { probe } }: { trace: Trace }) {
  if (probe === null) return null;
  return (
    <Panel
      title="Probe"
      aside={probe.broadcastDelayMs === null ? 'not aired yet' : `aired ${tookLabel(probe.broadcastDelayMs)} behind`}
    >
      <table className="table">
        <tbody>
          {probe.stages.map(({ stage, of, afterMs, sockets }) => (
            <tr key={`${stage} ${of}`}>
              <td>{LANE_LABELS[stage]}</td>
              <td title={of ?? undefined}>
                {of === null ? '' : roomLabel(of)}
                {sockets !== undefined && (
                  <span className="soft">
                    {' '}
                    {whole(sockets)} {sockets === 1 ? 'socket' : 'sockets'}
                  </span>
                )}
              </td>
              <td className="number">{tookLabel(afterMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {probe.words !== '' && <p className="soft">{probe.words}</p>}
      {probe.stages.length === 0 && <Nothing>It has passed no stage yet.</Nothing>}
    </Panel>
  );
}

/** What passed in all, what is kept of it at most, and what was not kept. */
export function Kept({ trace: { counters, limits, events } }: { trace: Trace }) {
  const dropped = droppedLabel(limits);
  return (
    <Panel title="Counted and kept">
      <Facts
        facts={[
          ...Object.entries(counters)
            .filter(([name]) => name !== 'eventsKept')
            .map(
              ([name, count]) =>
                [(LANE_LABELS as Readonly<Record<string, string>>)[name] ?? name, whole(count)] as const,
            ),
          ['events kept', `${whole(events.length)} of ${whole(limits.events)} at most`],
          ['bytes, limit', words(size(limits.bytes))],
          ['events per second, limit', `${whole(limits.eventsPerSec)} events`],
          ['not kept', dropped === '' ? 'nothing' : dropped],
        ]}
      />
      {dropped !== '' && <StateBadge state="warn">Counts are exact; the timeline is incomplete</StateBadge>}
    </Panel>
  );
}
