import { broadcastRoom, liveRoom, type OpsSession } from '@okboxbox/protocol';
import { bytes, delayLabel, seconds } from '../../format.js';
import { counted, whole } from '../../kit/figures.js';
import { Panel } from '../../kit/panel.js';
import { StateBadge } from '../../kit/state-badge.js';
import { Table } from '../../kit/table.js';
import { delayStateLabel } from '../delay-states.js';
import { OpsLink } from '../ops-search.js';
import type { ShownSummary } from '../ops-source.js';

/** Who sees a session, how many they are, and how far behind they are. */
export function AudiencesPanel({
  session,
  delay,
}: {
  session: OpsSession;
  delay: ShownSummary['broadcastDelay']['sessions'][number] | undefined;
}) {
  const { sessionId, viewers, delayMs } = session;
  const [shape, says] = delay === undefined ? (['off', 'not running'] as const) : delayStateLabel(delay);
  return (
    <Panel title="Viewers">
      <Table
        heads={[
          'Audience',
          { number: 'Viewers' },
          'State',
          { number: 'Set' },
          { number: 'Measured' },
          { number: 'Buffered' },
        ]}
      >
        <tr>
          <th scope="row">
            <OpsLink view="sockets" search={{ room: liveRoom(sessionId) }}>
              Real time
            </OpsLink>
          </th>
          <td className="number">{whole(viewers.live)}</td>
          <td>
            <StateBadge state={session.status === 'live' ? 'ok' : 'off'}>no delay</StateBadge>
          </td>
          <td className="number">0 s</td>
          <td className="number">–</td>
          <td className="number">–</td>
        </tr>
        <tr>
          <th scope="row">
            <OpsLink view="sockets" search={{ room: broadcastRoom(sessionId, 0) }}>
              Broadcast
            </OpsLink>
          </th>
          <td className="number">{whole(viewers.broadcast)}</td>
          <td>
            <StateBadge state={shape}>{says}</StateBadge>
          </td>
          <td className="number">{delayLabel(delay?.delayMs ?? delayMs)}</td>
          <td className="number">{seconds(delay?.measuredMs ?? null)}</td>
          <td className="number">
            {delay === undefined
              ? '–'
              : `${seconds(delay.bufferedMs)}, ${counted(delay.bufferedEvents, 'message')}, ${bytes(delay.bufferedBytes)}`}
          </td>
        </tr>
      </Table>
    </Panel>
  );
}
