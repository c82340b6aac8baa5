import type { Delivery, FrameDeliveries, Trace } from '@okboxbox/protocol';
import { shortId } from '../../kit/figures.js';
import { Panel } from '../../kit/panel.js';
import { StateBadge } from '../../kit/state-badge.js';
import { Nothing } from '../../kit/states.js';
import { Table } from '../../kit/table.js';
import { sinceLabel } from './timeline-layout.js';
import { missedFirst, tookLabel, VERDICTS } from './trace-labels.js';

/** What became of the frame that is chosen, or of the newest ones, for everybody who might have got it. */
export function Deliveries({ trace, frame }: { trace: Trace; frame: number | null }) {
  const shown = frame === null ? trace.deliveries : trace.deliveries.filter(({ seq }) => seq === frame);
  const zero = trace.triggeredAt ?? trace.startedAt;
  if (shown.length === 0) {
    return (
      <Panel title={frame === null ? 'Who got the newest frame' : `Who got frame ${frame}`}>
        <Nothing>{frame === null ? 'No frame was sent in this trace yet.' : notThereLabel(trace, frame)}</Nothing>
      </Panel>
    );
  }
  return shown.map((deliveries) => (
    <Panel
      key={`${deliveries.relayId} ${deliveries.seq}`}
      title={`Who got frame ${deliveries.seq}`}
      aside={`received ${sinceLabel(Math.round(deliveries.receivedAt - zero))}`}
    >
      <Recipients deliveries={deliveries} />
    </Panel>
  ));
}

function notThereLabel({ notKept }: Trace, frame: number): string {
  return notKept.includes(frame)
    ? `The recipients of frame ${frame} are no longer kept.`
    : `Loading the recipients of frame ${frame}. A support pack has them only for the newest frames.`;
}

function Recipients({ deliveries: { counts, recipients, leftOut } }: { deliveries: FrameDeliveries }) {
  const verdicts = (Object.keys(VERDICTS) as Delivery['verdict'][]).filter((verdict) => (counts[verdict] ?? 0) > 0);
  return (
    <>
      <p className="trace-counts">
        {verdicts.length === 0
          ? 'No recipients.'
          : verdicts.map((verdict) => (
              <StateBadge key={verdict} state={VERDICTS[verdict].state}>
                {`${counts[verdict]} ${VERDICTS[verdict].word}`}
              </StateBadge>
            ))}
      </p>
      {recipients.length > 0 && (
        <Table heads={['Verdict', 'Role', 'Socket', { number: 'After' }, 'Why', 'Room']}>
          {missedFirst(recipients).map((to) => (
            <tr key={`${to.socketId} ${to.room}`}>
              <td>
                <StateBadge state={VERDICTS[to.verdict]?.state ?? 'off'}>
                  {VERDICTS[to.verdict]?.word ?? to.verdict}
                </StateBadge>
              </td>
              <td>{to.role}</td>
              <td title={to.socketId}>{shortId(to.socketId)}</td>
              <td className="number">{tookLabel(to.afterMs)}</td>
              <td title={to.text}>{to.text}</td>
              <td title={to.room ?? undefined}>{to.room ?? 'none'}</td>
            </tr>
          ))}
        </Table>
      )}
      {leftOut > 0 && <p className="soft">{leftOut} more are counted above and not listed.</p>}
    </>
  );
}
