import '../detail.css';
import './socket-detail.css';
import { closeText, type OpsSocket } from '@okboxbox/protocol';
import { useRef } from 'react';
import { age } from '../../format.js';
import { Button } from '../../kit/button.js';
import { Facts } from '../../kit/facts.js';
import { counted, duration, momentOf, perSecond, size, words } from '../../kit/figures.js';
import { StateBadge } from '../../kit/state-badge.js';
import { Loading, Nothing } from '../../kit/states.js';
import { ActionButton, ActionsNote } from '../actions/action-button.js';
import { OpsLink } from '../ops-search.js';
import { useShownNow } from '../use-ops.js';
import { roomLabel, seesLive } from './socket-rows.js';
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
        <Button onClick={onClose}>Close</Button>
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
      It is no longer in this list.{' '}
      <OpsLink view="sockets" search={{ state: 'closed', socketId }}>
        Look in closed sockets
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
        <StateBadge state="off">{`closed at ${momentOf(closed.at)}: ${closeText(closed.code)}`}</StateBadge>
      )}
      {!isGone && <WhyPanel socketId={socketId} />}
      {!isGone && (
        <>
          <div className="ops-bar">
            <ActionButton label="Disconnect" title="Disconnect this socket?" path={`${path}/disconnect`} />
            {seesLive(socket) && (
              <ActionButton label="Move to broadcast" title="Move it to the broadcast room?" path={`${path}/move`} />
            )}
          </div>
          <ActionsNote />
        </>
      )}
      <Facts
        facts={[
          ['Socket', socketId],
          ['Surface', socket.surface ?? '–'],
          ['User', socket.user ?? 'anonymous: no token'],
          ['Rights', socket.caps.join(', ') || 'none'],
          ['Rooms', <Rooms key="rooms" rooms={socket.joinedRooms} />],
          ['Connected', `${momentOf(socket.connectedAt)}, ${age((closed?.at ?? now) - socket.connectedAt)}`],
          [
            'Last seen',
            `${age((closed?.at ?? now) - socket.lastSeenAt)} ${closed === null ? 'ago' : 'before it closed'}`,
          ],
          ['Round trip', words(duration(socket.rttMs))],
          ['Heartbeat', heartbeatOf(socket)],
          ['Page shows', socket.shownAgeMs == null ? '–' : `the race of ${words(duration(socket.shownAgeMs))} ago`],
          ['Waiting', waitingOf(socket)],
          ['Sent', words(perSecond(socket.sentPerSec))],
          ['Skipped', counted(socket.skippedTotal, 'message')],
          ['Data age', socket.newestFrameAgeMs === null ? 'nothing yet' : words(duration(socket.newestFrameAgeMs))],
          ...(closed === null ? [] : ([['Closed', `${closed.code}: ${closed.reason}`]] as const)),
        ]}
      />
    </>
  );
}

const VERDICTS: Readonly<Record<NonNullable<OpsSocket['beats']>, string>> = {
  ok: 'OK',
  dead: 'dead: no heartbeat any more',
  slow: 'slow: answers take long',
  behind: 'page is behind its feed',
};

function heartbeatOf({ beats, beatAgeMs }: OpsSocket): string {
  if (beats === undefined || beatAgeMs == null) return 'sends none';
  return `${VERDICTS[beats] ?? beats}, ${words(duration(beatAgeMs))} ago`;
}

function waitingOf({ bufferedPackets, waitingBytes }: OpsSocket): string {
  const messages = counted(bufferedPackets, 'message');
  return waitingBytes === undefined ? messages : `${messages}, ${words(size(waitingBytes))}`;
}

function Rooms({ rooms }: { rooms: readonly string[] }) {
  if (rooms.length === 0) return 'none';
  return rooms.map((room) => (
    <span key={room} className="ops-room">
      {roomLabel(room)}{' '}
      <OpsLink view="sockets" search={{ room }}>
        {room}
      </OpsLink>
    </span>
  ));
}
