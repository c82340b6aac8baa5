import type { Trace } from '@okboxbox/protocol';
import { StateBadge } from '../../shell/state-badge.js';
import { size, whole, words } from '../figures.js';
import { OpsTable } from '../parts/ops-table.js';
import { Facts, OpsPanel } from '../parts/panel.js';
import { Nothing } from '../parts/states.js';
import { sinceWords } from './timeline-layout.js';
import { changedMost, droppedWords, figureWords, LANE_WORDS, slowestOf, tookWords } from './trace-words.js';

/** How long frames took from stage to stage, the slowest marked. */
export function Latencies({ trace: { summary } }: { trace: Trace }) {
  const slowest = slowestOf(summary.latencies);
  return (
    <OpsPanel title="Between stages" aside={slowest === null ? undefined : `slowest to ${LANE_WORDS[slowest.to]}`}>
      {summary.latencies.length === 0 ? (
        <Nothing>No frame has passed two stages yet.</Nothing>
      ) : (
        <OpsTable heads={['From, to', { number: 'p50' }, { number: 'p95' }, { number: 'most' }, { number: 'frames' }]}>
          {summary.latencies.map((each) => (
            <tr key={`${each.from} ${each.to} ${each.room}`} data-marked={each === slowest || undefined}>
              <td className="cut" title={each.room ?? undefined}>
                {LANE_WORDS[each.from]} → {LANE_WORDS[each.to]}
                {each.room !== null && <span className="soft"> {roomWords(each.room)}</span>}
              </td>
              <td className="number">{tookWords(each.p50Ms)}</td>
              <td className="number">{tookWords(each.p95Ms)}</td>
              <td className="number">{tookWords(each.maxMs)}</td>
              <td className="number">{whole(each.count)}</td>
            </tr>
          ))}
        </OpsTable>
      )}
    </OpsPanel>
  );
}

/** A room by its kind: the session is the trace's own. */
function roomWords(room: string): string {
  if (!room.startsWith('broadcast:')) return 'live';
  const extra = /:plus:(\d+)$/.exec(room)?.[1];
  return extra === undefined ? 'broadcast' : `broadcast +${tookWords(Number(extra))}`;
}

/** What is different from the four times longer while before, the most changed first. */
export function Changes({ trace: { summary } }: { trace: Trace }) {
  const { changed, others } = changedMost(summary.changes);
  return (
    <OpsPanel title="What changed" aside={`against the ${tookWords(summary.comparedMs)} before`}>
      {changed.length === 0 ? (
        <Nothing>
          {others === 0 ? 'There is nothing to hold it against yet.' : `Nothing: ${others} figures are as they were.`}
        </Nothing>
      ) : (
        <ol className="trace-changes">
          {changed.map(({ figure, before, during, change }) => (
            <li key={figure}>
              <span>{figure}</span>
              <span className="soft">
                {figureWords(before)} → {figureWords(during)}
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
      {changed.length > 0 && others > 0 && <p className="soft">{others} other figures are as they were.</p>}
    </OpsPanel>
  );
}

/** What is not as it should be, the worst first. */
export function Anomalies({ trace }: { trace: Trace }) {
  const zero = trace.triggeredAt ?? trace.startedAt;
  return (
    <OpsPanel title="What stands out" aside={`${trace.anomalies.length}`}>
      {trace.anomalies.length === 0 ? (
        <Nothing>
          {trace.state === 'armed' ? 'It has not begun.' : 'Nothing is out of the ordinary in this trace.'}
        </Nothing>
      ) : (
        <ol className="trace-anomalies">
          {trace.anomalies.map(({ code, stage, text, value, threshold, at }) => (
            <li key={`${code} ${stage} ${at}`}>
              <StateBadge state="warn">{stage === 'session' ? 'Session' : LANE_WORDS[stage]}</StateBadge>
              <span>
                {text}{' '}
                <span className="soft">
                  {figureWords(value)} (bound {figureWords(threshold)})
                  {at !== null && ` at ${sinceWords(Math.round(at - zero))}`}
                </span>
              </span>
            </li>
          ))}
        </ol>
      )}
    </OpsPanel>
  );
}

/** What a probe has measured: when it passed each stage, and how far behind the public really is. */
export function Probe({ trace: { probe } }: { trace: Trace }) {
  if (probe === null) return null;
  return (
    <OpsPanel
      title="Probe"
      aside={probe.broadcastDelayMs === null ? 'not aired yet' : `aired ${tookWords(probe.broadcastDelayMs)} behind`}
    >
      <table className="ops-table">
        <tbody>
          {probe.stages.map(({ stage, of, afterMs, sockets }) => (
            <tr key={`${stage} ${of}`}>
              <td>{LANE_WORDS[stage]}</td>
              <td title={of ?? undefined}>
                {of === null ? '' : roomWords(of)}
                {sockets !== undefined && (
                  <span className="soft">
                    {' '}
                    {whole(sockets)} {sockets === 1 ? 'socket' : 'sockets'}
                  </span>
                )}
              </td>
              <td className="number">{tookWords(afterMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {probe.words !== '' && <p className="soft">{probe.words}</p>}
      {probe.stages.length === 0 && <Nothing>It has passed no stage yet.</Nothing>}
    </OpsPanel>
  );
}

/** What passed in all, what is kept of it at most, and what was not kept. */
export function Kept({ trace: { counters, limits, events } }: { trace: Trace }) {
  const dropped = droppedWords(limits);
  return (
    <OpsPanel title="Counted and kept">
      <Facts
        facts={[
          ...Object.entries(counters)
            .filter(([name]) => name !== 'eventsKept')
            .map(
              ([name, count]) =>
                [(LANE_WORDS as Readonly<Record<string, string>>)[name] ?? name, whole(count)] as const,
            ),
          ['events kept', `${whole(events.length)} of ${whole(limits.events)} at most`],
          ['bytes at most', words(size(limits.bytes))],
          ['a second at most', `${whole(limits.eventsPerSec)} events`],
          ['not kept', dropped === '' ? 'nothing' : dropped],
        ]}
      />
      {dropped !== '' && <StateBadge state="warn">The counts are exact; the timeline is not whole</StateBadge>}
    </OpsPanel>
  );
}
