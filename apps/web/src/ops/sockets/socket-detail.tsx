import type { OpsSocket } from '@okboxbox/protocol';
import { useRef } from 'react';
import { age } from '../../format.js';
import { StateBadge } from '../../shell/state-badge.js';
import { ActButton, ActsNote } from '../acts/act-button.js';
import { counted, duration, momentOf, perSecond, words } from '../figures.js';
import { OpsLink } from '../ops-search.js';
import { Facts } from '../parts/panel.js';
import { Loading, Nothing } from '../parts/states.js';
import { useShownNow } from '../use-ops.js';
import { CLOSE_CODES, roomWords, seesLive } from './socket-rows.js';
import { WhyPanel } from './why-panel.js';

/** All that is known of one socket, why it shows what it shows, and what can be done about it. */
export function SocketDetail({
  socketId,
  socket,
  isLookedFor,
  onClose,
}: {
  socketId: string;
  socket: OpsSocket | undefined;
  /** There are sockets that are not loaded yet: it may be among them. */
  isLookedFor: boolean;
  onClose: () => void;
}) {
  const last = useRef(socket);
  if (socket !== undefined) last.current = socket;
  const shown = socket ?? last.current;
  return (
    <section className="ops-detail" aria-label="Socket">
      <header>
        <h2>{shown?.role ?? 'Socket'}</h2>
        <button type="button" className="button" onClick={onClose}>
          Close
        </button>
      </header>
      {shown === undefined && (isLookedFor ? <Loading /> : <Gone socketId={socketId} />)}
      {shown !== undefined && socket === undefined && <Gone socketId={socketId} />}
      {shown !== undefined && <Known socket={shown} isGone={socket === undefined || shown.closed !== null} />}
    </section>
  );
}

function Gone({ socketId }: { socketId: string }) {
  return (
    <Nothing>
      It is not among these any more.{' '}
      <OpsLink view="sockets" search={{ state: 'closed', socketId }}>
        Look among the closed ones
      </OpsLink>
    </Nothing>
  );
}

function Known({ socket, isGone }: { socket: OpsSocket; isGone: boolean }) {
  const now = useShownNow();
  const { socketId, closed } = socket;
  const path = `/api/ops/sockets/${encodeURIComponent(socketId)}`;
  return (
    <>
      {closed !== null && (
        <StateBadge state="off">{`gone at ${momentOf(closed.at)}: ${CLOSE_CODES[closed.code] ?? closed.code}`}</StateBadge>
      )}
      {!isGone && <WhyPanel socketId={socketId} />}
      {!isGone && (
        <>
          <div className="ops-bar">
            <ActButton label="Disconnect" title="Disconnect this socket?" path={`${path}/disconnect`} />
            {seesLive(socket) && (
              <ActButton label="Move to broadcast" title="Move it to the broadcast room?" path={`${path}/move`} />
            )}
          </div>
          <ActsNote />
        </>
      )}
      <Facts
        facts={[
          ['Socket', socketId],
          ['Surface', socket.surface ?? '–'],
          ['User', socket.user ?? 'anybody: no token'],
          ['Rights', socket.caps.join(', ') || 'none'],
          ['Rooms', <Rooms key="rooms" rooms={socket.joinedRooms} />],
          ['Connected', `${momentOf(socket.connectedAt)}, ${age((closed?.at ?? now) - socket.connectedAt)}`],
          ['Heard of', `${age((closed?.at ?? now) - socket.lastSeenAt)} ${closed === null ? 'ago' : 'before it went'}`],
          ['Round trip', words(duration(socket.rttMs))],
          ['Waiting', counted(socket.bufferedPackets, 'message')],
          ['Sent', words(perSecond(socket.sentPerSec))],
          ['Skipped', counted(socket.skippedTotal, 'message')],
          [
            'Shows what was',
            socket.newestFrameAgeMs === null ? 'nothing yet' : `${words(duration(socket.newestFrameAgeMs))} ago`,
          ],
          ...(closed === null ? [] : ([['Closed', `${closed.code}: ${closed.reason}`]] as const)),
        ]}
      />
    </>
  );
}

function Rooms({ rooms }: { rooms: readonly string[] }) {
  if (rooms.length === 0) return 'none';
  return rooms.map((room) => (
    <span key={room} className="ops-room">
      {roomWords(room)}{' '}
      <OpsLink view="sockets" search={{ room }}>
        {room}
      </OpsLink>
    </span>
  ));
}
