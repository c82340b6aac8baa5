import type { WhyFacts } from './why-facts.js';
import { broken, expected, figure, type Judged, ok, seconds } from './why-step.js';

/** What to do about a connection that is gone, by the code that it went with. */
const GONE: Readonly<Record<string, string>> = {
  slow_consumer:
    'Look at the network and the load of the machine that it runs on: it read more slowly than the feed comes. It comes back by itself.',
  by_operations:
    'GET /api/ops/audit says who closed it and why. A page needs "Connect again"; an overlay comes back after 30 s.',
  link_revoked: 'Make a new link on the director’s desk, and open that.',
  link_expired: 'Make a new link on the director’s desk, and open that.',
  shutdown: 'The server ended or was started again: it comes back by itself. Where it has not, reload it.',
  gave_way: 'Nothing: its relay came back on another connection, which feeds now.',
  session_ended: 'Nothing: its session was ended, and its relay greets again for a new one.',
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
        `Open or reload it. Where it has come back, it has another id: GET /api/ops/sockets?role=${encodeURIComponent(role)} lists it.`);
    const figures = [figure('goneFor', Math.round(agoMs), 'ms'), figure('code', code), figure('reason', reason)];
    return broken(
      'connection',
      `The connection has been gone for ${seconds(agoMs)}: ${code} (${reason}).`,
      next,
      figures,
    );
  }
  const figures = [
    figure('connectedFor', Math.round(connection.connectedForMs), 'ms'),
    figure('seenAgo', Math.round(connection.seenAgoMs), 'ms'),
  ];
  if (role !== 'relay') return ok('connection', `It is connected, as ${role}.`, figures);
  const next = 'GET /api/ops/sessions shows how it feeds its session.';
  return expected('connection', 'This is a relay: it sends, and is shown nothing.', { next, isEnd: true }, figures);
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
        ? `Mend what the refusal names: ${message}`
        : `Sign in there with a token that has ${capability}: "okboxbox token --role ${role}" on the server prints one.`;
    return broken('right', `Its ${where} was refused ${seconds(agoMs)} ago: ${message}`, next, [
      ...figures,
      figure('missing', capability),
    ]);
  }
  return ok('right', caps.length === 0 ? 'It may see what is published.' : `It may see what it asks for.`, figures);
}

export function roomStep({ connection, watches, session, delay }: WhyFacts): Judged | null {
  if (connection.state === 'gone') return null;
  if (watches === null) {
    const desk = connection.rooms.find((room) => room.startsWith('director:'));
    if (desk !== undefined)
      return expected('room', 'This connection of a desk makes calls; its pictures have connections of their own.', {
        isEnd: true,
      });
    return broken(
      'room',
      'It is in no session’s room: it has not joined, or has left again.',
      'Reload it, and look at its address: an overlay needs ?show=SLUG or ?session=ID of a show or session that is there.',
      [figure('rooms', connection.rooms.length === 0 ? 'none' : connection.rooms.join(', '))],
    );
  }
  const { room, sessionId, show, isInRoom } = watches;
  const figures = [figure('room', room)];
  if (!isInRoom)
    return broken(
      'room',
      `It has joined ${room}, and has fallen out of it.`,
      'Press "Sweep rooms now" (POST /api/ops/rooms/sweep): it puts it back.',
      figures,
    );
  if (session === null)
    return broken(
      'room',
      `It is in ${room}, and there is no such session here any more.`,
      'Press "Sweep rooms now" (POST /api/ops/rooms/sweep), and reload it.',
      figures,
    );
  if (session.status === 'live') return ok('room', `It is in ${room}, and its session runs.`, figures);
  if (delay?.state === 'ending') return ok('room', 'Its session has ended, and its end is still to air.', figures);
  if (session.runsInstead !== null)
    return broken(
      'room',
      `Session ${sessionId} has ended; its show "${show}" is on ${session.runsInstead} now.`,
      `Open it by its show (?show=${show}) and not by a session: then it goes on with the show by itself.`,
      [...figures, figure('runsInstead', session.runsInstead)],
    );
  return expected(
    'room',
    `Session ${sessionId} has ended, and its show has no other: this is its last state.`,
    { isEnd: true },
    figures,
  );
}
