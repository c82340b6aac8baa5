import type { Delivery, FrameDeliveries, Trace } from '@okboxbox/protocol';
import { StateBadge } from '../../shell/state-badge.js';
import { shortId } from '../figures.js';
import { OpsTable } from '../parts/ops-table.js';
import { OpsPanel } from '../parts/panel.js';
import { Nothing } from '../parts/states.js';
import { sinceWords } from './timeline-layout.js';
import { missedFirst, tookWords, VERDICTS } from './trace-words.js';

/** What became of the frame that is chosen, or of the newest ones, for everybody who might have got it. */
export function Deliveries({ trace, frame }: { trace: Trace; frame: number | null }) {
  const shown = frame === null ? trace.deliveries : trace.deliveries.filter(({ seq }) => seq === frame);
  const zero = trace.triggeredAt ?? trace.startedAt;
  if (shown.length === 0) {
    return (
      <OpsPanel title={frame === null ? 'Who got the newest frame' : `Who got frame ${frame}`}>
        <Nothing>{frame === null ? 'No frame has gone out in this trace yet.' : notThereWords(trace, frame)}</Nothing>
      </OpsPanel>
    );
  }
  return shown.map((deliveries) => (
    <OpsPanel
      key={`${deliveries.relayId} ${deliveries.seq}`}
      title={`Who got frame ${deliveries.seq}`}
      aside={`received ${sinceWords(Math.round(deliveries.receivedAt - zero))}`}
    >
      <Recipients deliveries={deliveries} />
    </OpsPanel>
  ));
}

function notThereWords({ notKept }: Trace, frame: number): string {
  return notKept.includes(frame)
    ? `It is not known any more who got frame ${frame}: what is kept of each frame is bounded.`
    : `Who got frame ${frame} is on its way, or this is a support pack: that keeps it for the newest frames.`;
}

function Recipients({ deliveries: { counts, recipients, leftOut } }: { deliveries: FrameDeliveries }) {
  const verdicts = (Object.keys(VERDICTS) as Delivery['verdict'][]).filter((verdict) => (counts[verdict] ?? 0) > 0);
  return (
    <>
      <p className="trace-counts">
        {verdicts.length === 0
          ? 'Nobody was there who might have got it.'
          : verdicts.map((verdict) => (
              <StateBadge key={verdict} state={VERDICTS[verdict].state}>
                {`${counts[verdict]} ${VERDICTS[verdict].word}`}
              </StateBadge>
            ))}
      </p>
      {recipients.length > 0 && (
        <OpsTable heads={['Verdict', 'Role', 'Socket', { number: 'After' }, 'Why', 'Room']}>
          {missedFirst(recipients).map((to) => (
            <tr key={`${to.socketId} ${to.room}`}>
              <td>
                <StateBadge state={VERDICTS[to.verdict]?.state ?? 'off'}>
                  {VERDICTS[to.verdict]?.word ?? to.verdict}
                </StateBadge>
              </td>
              <td>{to.role}</td>
              <td title={to.socketId}>{shortId(to.socketId)}</td>
              <td className="number">{tookWords(to.afterMs)}</td>
              <td title={to.text}>{to.text}</td>
              <td title={to.room ?? undefined}>{to.room ?? 'none'}</td>
            </tr>
          ))}
        </OpsTable>
      )}
      {leftOut > 0 && <p className="soft">{leftOut} more are counted above and not listed.</p>}
    </>
  );
}
