import type { OpsSession, OpsSnapshot, SocketGroup } from '@okboxbox/protocol';
import { running } from './finding.js';

/** Roles of those who look at a session; operators and tools do not wait for a picture. */
const WATCHING: ReadonlySet<string> = new Set(['dashboard', 'overlay', 'public', 'director']);
/** Of those, roles that are in a room or wait for one; a desk has a connection of its own beside its pictures. */
const JOINING: ReadonlySet<string> = new Set(['dashboard', 'overlay', 'public']);
/** Roles of those who see what is public only. */
const PUBLIC: ReadonlySet<string> = new Set(['overlay', 'public']);
/** Connections without a room beyond which it is clients that never leave, and not one that has lost its way. */
export const MANY_IDLE = 50;

/** What is known of viewers' rooms, put so that one state of affairs is one failure mode's alone. */
export interface IdleViewers {
  /** Groups that are in no room, of those who watch. */
  readonly idle: readonly SocketGroup[];
  readonly idleCount: number;
  readonly leftCount: number;
  /** Those of whom it is known what they wait for: a show, or a right. */
  readonly waitingCount: number;
  /** Public viewers that are in no room since their show is not published. */
  readonly unpublishedCount: number;
}

/** Viewers that are connected and have joined nothing. */
export function idleViewers(snapshot: OpsSnapshot): IdleViewers {
  const idle = snapshot.socketGroups.filter(
    ({ room, role, idle: count }) => room === 'none' && JOINING.has(role) && count > 0,
  );
  const sum = (of: (group: SocketGroup) => number) => idle.reduce((total, group) => total + of(group), 0);
  return {
    idle,
    idleCount: sum((group) => group.idle),
    leftCount: sum((group) => group.left),
    waitingCount: sum((group) => waitingIn(snapshot, group)),
    unpublishedCount: hasUnpublished(snapshot) ? sum(unpublishedIn) : 0,
  };
}

/** Of a group's idle connections, those that were refused, or let go when their show was withdrawn: they wait for it. */
export function waitingIn(snapshot: OpsSnapshot, group: SocketGroup): number {
  const refused = Object.values(group.refused).reduce((sum, count) => sum + count, 0);
  return Math.min(group.idle, Math.max(refused, hasUnpublished(snapshot) ? unpublishedIn(group) : 0));
}

/** Whether a show has a session that runs and is not published. */
function hasUnpublished(snapshot: OpsSnapshot): boolean {
  return unpublishedSessions(snapshot).length > 0;
}

/** Sessions that run, that their show follows, and that nobody without a right may see. */
export function unpublishedSessions(snapshot: OpsSnapshot): readonly OpsSession[] {
  return running(snapshot).filter(
    ({ sessionId, isFollowed }) => isFollowed !== false && delayOf(snapshot, sessionId)?.published === false,
  );
}

/**
 * Public viewers are refused as for a missing session, or disconnected when the show was unpublished. Those with a right to
 * the picture wait for something else: they see it unpublished, too.
 */
function unpublishedIn({ role, idle, idleWithRight = 0, refused, left }: SocketGroup): number {
  const turnedAway = PUBLIC.has(role) ? Math.max(refused.not_found ?? 0, left) : (refused.not_found ?? 0);
  return Math.max(0, Math.min(turnedAway, idle - idleWithRight));
}

/** What the delay of a session says. */
export function delayOf({ summary }: OpsSnapshot, sessionId: string) {
  return summary.broadcastDelay.sessions.find((each) => each.sessionId === sessionId);
}

/** What the delay of a session says of the picture that a group gets, and how far behind that is set to be, in ms. */
export function pictureOf(delay: NonNullable<ReturnType<typeof delayOf>>, { isOfPublicPicture }: SocketGroup) {
  if (!isOfPublicPicture || delay.public === undefined) return { state: delay.state, delayMs: delay.delayMs };
  return { state: delay.public.state, delayMs: delay.delayMs + (delay.publicExtraMs ?? 0) };
}

/** Groups of a room of a session. */
export function groupsOf(
  { socketGroups }: OpsSnapshot,
  sessionId: string,
  room: 'live' | 'broadcast',
  isOf: (role: string) => boolean = (role) => WATCHING.has(role),
): readonly SocketGroup[] {
  return socketGroups.filter((group) => group.sessionId === sessionId && group.room === room && isOf(group.role));
}

export function countOf(
  groups: readonly SocketGroup[],
  of: (group: SocketGroup) => number = ({ count }) => count,
): number {
  return groups.reduce((sum, group) => sum + of(group), 0);
}

/** A few ids of groups' sockets, the worst where some are. */
export function idsOf(groups: readonly SocketGroup[]): string[] {
  return groups
    .flatMap(({ worstSocketIds, socketIds }) => (worstSocketIds.length > 0 ? worstSocketIds : socketIds))
    .slice(0, 10);
}

/** Groups in rooms of sessions that have ended, while their show goes on with another, with that one. */
export function behindTheirShow(
  snapshot: OpsSnapshot,
  isOf: (role: string) => boolean,
): { readonly session: OpsSession; readonly groups: readonly SocketGroup[] }[] {
  return running(snapshot).flatMap((session) => {
    // A session of another relay is not where the show goes on.
    if (session.framesPerSec === 0 || session.isFollowed === false) return [];
    const over = snapshot.sessions.filter(({ show, status }) => show === session.show && status === 'ended');
    const isAiring = (sessionId: string) => delayOf(snapshot, sessionId) !== undefined;
    const groups = snapshot.socketGroups.filter(
      ({ sessionId, role, room }) =>
        isOf(role) &&
        room !== 'none' &&
        // The end of the one before is still to be seen by those who see it later.
        over.some((each) => each.sessionId === sessionId && !(room === 'broadcast' && isAiring(each.sessionId))),
    );
    return groups.length === 0 ? [] : [{ session, groups }];
  });
}
