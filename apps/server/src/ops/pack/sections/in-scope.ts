import type { AuditEntry, Finding, OpsEvent, OpsSocket, OpsSummary } from '@okboxbox/protocol';

/**
 * What of a server a pack of one session holds: what is of that session, and what is of none. Every check takes `null` for
 * a pack of everything.
 */
export function isOf(sessionId: string | null, of: string | null | undefined): boolean {
  return sessionId === null || of === null || of === undefined || of === sessionId;
}

const ROOM = /^(?:broadcast:)?session:([^:]+)/;

/** The session that a room is of; `null` for other rooms. */
export function sessionOfRoom(room: string): string | null {
  return ROOM.exec(room)?.[1] ?? null;
}

export function eventIsOf(sessionId: string | null, event: OpsEvent): boolean {
  const { room } = event;
  return isOf(sessionId, event.sessionId) && isOf(sessionId, typeof room === 'string' ? sessionOfRoom(room) : null);
}

/** A socket without its rooms of other sessions; `null` for one that is in those alone. */
export function socketOf(sessionId: string | null, socket: OpsSocket): OpsSocket | null {
  if (sessionId === null) return socket;
  const joinedRooms = socket.joinedRooms.filter((room) => isOf(sessionId, sessionOfRoom(room)));
  const isElsewhere = socket.joinedRooms.length > 0 && joinedRooms.length === 0;
  return isElsewhere ? null : { ...socket, joinedRooms };
}

export function findingIsOf(sessionId: string | null, { scope }: Pick<Finding, 'scope'>): boolean {
  return isOf(sessionId, scope.sessionId);
}

export function auditIsOf(sessionId: string | null, { detail }: AuditEntry): boolean {
  return isOf(sessionId, typeof detail.sessionId === 'string' ? detail.sessionId : null);
}

/** The summary without other sessions' delays and rooms. */
export function summaryOf<S extends Omit<OpsSummary, 'findings'>>(sessionId: string | null, summary: S): S {
  const { broadcastDelay, rooms } = summary;
  const leaked = rooms.leaked.filter(({ room }) => isOf(sessionId, sessionOfRoom(room)));
  const sessions = broadcastDelay.sessions.filter((each) => isOf(sessionId, each.sessionId));
  return { ...summary, broadcastDelay: { ...broadcastDelay, sessions }, rooms: { ...rooms, leaked } };
}
