import { broadcastRoom, liveRoom, type OpsSession } from '@okboxbox/protocol';
import { bytes, delayWords, seconds } from '../../format.js';
import { StateBadge } from '../../shell/state-badge.js';
import { delayStateWords } from '../delay-states.js';
import { counted, whole } from '../figures.js';
import { OpsLink } from '../ops-search.js';
import type { ShownSummary } from '../ops-source.js';
import { OpsTable } from '../parts/ops-table.js';
import { OpsPanel } from '../parts/panel.js';

/** Who sees a session, how many they are, and how far behind they are. */
export function AudiencesPanel({
  session,
  delay,
}: {
  session: OpsSession;
  delay: ShownSummary['broadcastDelay']['sessions'][number] | undefined;
}) {
  const { sessionId, viewers, delayMs } = session;
  const [shape, says] = delay === undefined ? (['off', 'not running'] as const) : delayStateWords(delay);
  return (
    <OpsPanel title="Audiences">
      <OpsTable
        heads={[
          'Audience',
          { number: 'Watching' },
          'State',
          { number: 'Set' },
          { number: 'Measured' },
          { number: 'Kept back' },
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
            <StateBadge state={session.status === 'live' ? 'ok' : 'off'}>at once</StateBadge>
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
          <td className="number">{delayWords(delay?.delayMs ?? delayMs)}</td>
          <td className="number">{seconds(delay?.measuredMs ?? null)}</td>
          <td className="number">
            {delay === undefined
              ? '–'
              : `${seconds(delay.bufferedMs)}, ${counted(delay.bufferedEvents, 'message')}, ${bytes(delay.bufferedBytes)}`}
          </td>
        </tr>
      </OpsTable>
    </OpsPanel>
  );
}
