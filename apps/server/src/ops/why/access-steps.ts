import type { WhyFacts } from './why-facts.js';
import { broken, expected, figure, type Judged, ok, seconds } from './why-step.js';

/** What to do about a connection that is gone, by the code that it went with. */
const GONE: Readonly<Record<string, string>> = {
  slow_consumer:
    'It read more slowly than the server sent. Check its network and the load of its machine. It reconnects automatically.',
  by_operations:
    'GET /api/ops/audit shows who closed it and why. On a page press "Connect again"; an overlay reconnects after 30 s.',
  link_revoked: 'Create a new link on the director’s desk and open it.',
  link_expired: 'Create a new link on the director’s desk and open it.',
  shutdown: 'The server was stopped or restarted. The client reconnects automatically; if it does not, reload it.',
  gave_way: 'Nothing: its relay has reconnected and feeds through the new connection.',
  session_ended: 'Nothing: its session was ended. Its relay opens a new one automatically.',
};
/** The role of a token for what a connection calls itself. */
const ROLE_FOR: Readonly<Record<string, string>> = {
  director: 'director',
  overlay: 'overlay',
  public: 'viewer',
  relay: 'relay',
  ops: 'ops',
};
/** The role of a token for the capability that is missing. */
const ROLE_OF: Readonly<Record<string, string>> = {
  'session:live': 'team',
  'broadcast:view': 'overlay',
  'racebox:director:control': 'director',
};

export function connectionStep({ connection }: WhyFacts): Judged {
  const { role } = connection;
  if (connection.state === 'gone') {
    const { agoMs, code, reason } = connection;
    const isToken = code === 'token_revoked' || code === 'token_expired';
    const next = isToken
      ? `Sign in with a new token: "okboxbox token --role ${ROLE_FOR[role] ?? 'team'}" on the server prints one.`
      : (GONE[code] ??
        `Open or reload it. If it has reconnected, it has a new id: GET /api/ops/sockets?role=${encodeURIComponent(role)} lists it.`);
    const figures = [figure('goneFor', Math.round(agoMs), 'ms'), figure('code', code), figure('reason', reason)];
    return broken('connection', `The connection was closed ${seconds(agoMs)} ago: ${code} (${reason}).`, next, figures);
  }
  const figures = [
    figure('connectedFor', Math.round(connection.connectedForMs), 'ms'),
    figure('seenAgo', Math.round(connection.seenAgoMs), 'ms'),
  ];
  const { beats } = connection;
  if (beats !== null) figures.push(figure('beatAgo', Math.round(beats.silentMs), 'ms'));
  if (beats?.verdict === 'dead')
    return broken(
      'connection',
      `Nothing has come from it for ${seconds(beats.silentMs)}: its connection is dead, or its page is frozen.`,
      'Check the network of its computer, and reload it there. A page connects again by itself as soon as its network works.',
      figures,
    );
  if (role !== 'relay') return ok('connection', `It is connected as ${role}.`, figures);
  const next = 'GET /api/ops/sessions shows how it feeds its session.';
  return expected(
    'connection',
    'This is a relay: it sends frames and shows no picture.',
    { next, isEnd: true },
    figures,
  );
}

export function rightStep({ connection, refusal, watches }: WhyFacts): Judged | null {
  if (connection.state === 'gone') return null;
  const { caps } = connection;
  const figures = [figure('capabilities', caps.length === 0 ? 'none' : caps.join(', '))];
  // What it was refused before it was let in does not matter any more.
  if (watches === null && refusal !== null) {
    const { agoMs, where, message, capability } = refusal;
    const role = ROLE_OF[capability ?? ''];
    const next =
      role === undefined
        ? `Correct the cause of the refusal: ${message}`
        : `Sign in there with a token that has ${capability}: "okboxbox token --role ${role}" on the server prints one.`;
    return broken('right', `Its ${where} was refused ${seconds(agoMs)} ago: ${message}`, next, [
      ...figures,
      figure('missing', capability),
    ]);
  }
  return ok(
    'right',
    caps.length === 0 ? 'It may see published sessions.' : 'It may see the session that it asks for.',
    figures,
  );
}

export function roomStep({ connection, watches, session, delay }: WhyFacts): Judged | null {
  if (connection.state === 'gone') return null;
  if (watches === null) {
    const desk = connection.rooms.find((room) => room.startsWith('director:'));
    if (desk !== undefined)
      return expected('room', 'This connection of a desk is only for calls; its pictures have their own connections.', {
        isEnd: true,
      });
    return broken(
      'room',
      'It is in no session’s room: it has not joined, or it left.',
      'Reload it and check its address: an overlay needs ?show=SLUG or ?session=ID of a show or session that exists.',
      [figure('rooms', connection.rooms.length === 0 ? 'none' : connection.rooms.join(', '))],
    );
  }
  const { room, sessionId, show, isInRoom } = watches;
  const figures = [figure('room', room)];
  if (!isInRoom)
    return broken(
      'room',
      `It joined ${room}, but is no longer in the room.`,
      'Press "Sweep rooms now" (POST /api/ops/rooms/sweep): the sweep adds the socket to the room again.',
      figures,
    );
  if (session === null)
    return broken(
      'room',
      `It is in ${room}, but that session is no longer on this server.`,
      'Press "Sweep rooms now" (POST /api/ops/rooms/sweep), and reload it.',
      figures,
    );
  if (session.status === 'live') return ok('room', `It is in ${room}, and its session is running.`, figures);
  if (delay?.state === 'ending') return ok('room', 'Its session has ended; its last part has not aired yet.', figures);
  if (session.runsInstead !== null)
    return broken(
      'room',
      `Session ${sessionId} has ended; its show "${show}" now follows ${session.runsInstead}.`,
      `Open it with ?show=${show} instead of ?session=ID: then it follows the show automatically.`,
      [...figures, figure('runsInstead', session.runsInstead)],
    );
  return expected(
    'room',
    `Session ${sessionId} has ended, and its show has no other session: this is its final state.`,
    { isEnd: true },
    figures,
  );
}
