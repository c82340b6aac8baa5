import type { DelayState, DelayStateName } from '@okboxbox/protocol';
import type { Airing } from '../access/visitor.js';
import { FOLLOWS_NOTHING, type Follow, type Following, followedBy, followsAt, isFollowedAt } from './following.js';
import { behindBy, type Delay, positionOf, stateName } from './playhead.js';

/**
 * What an edge knows of a show, as plain data: enough to say at once who may see what, and which session is on air. The
 * owner keeps it current; both sides answer from it with the functions below, so they cannot answer differently.
 */
export interface ShowRecord {
  readonly show: string;
  readonly delay: Delay;
  /** Whether a director has published it. */
  readonly published: boolean;
  /** Nothing is public before the delay has reached this instant, in ms; `null` where there is nothing to wait for. */
  readonly publicFrom: number | null;
  readonly following: Following;
  /** Sessions of which something may still have to air, in the order in which they began. */
  readonly airing: readonly AiringSession[];
}

/** A session of which something may still have to air. */
export interface AiringSession {
  readonly sessionId: string;
  /** Its line is still being made: nothing of it has aired. */
  readonly isAwaited: boolean;
  /** The session has ended, whether that has aired or not. Not public. */
  readonly hasEnded: boolean;
  readonly outputs: readonly AiringOutput[];
}

/** How far a session has aired for viewers with an extra delay. */
export interface AiringOutput {
  /** In ms behind the show's own delay; 0 for those without. */
  readonly extraMs: number;
  readonly hasAired: boolean;
  /** Whether the session's end has aired. */
  readonly hasEnded: boolean;
}

/** A show that nothing is known of: it is not public and follows nothing. */
export function unknownShow(show: string): ShowRecord {
  return {
    show,
    delay: { delayMs: 0, playhead: { moves: 'running' } },
    published: false,
    publicFrom: null,
    following: FOLLOWS_NOTHING,
    airing: [],
  };
}

/** Whether a show is public: it is published, and due for those who have no right of their own. */
export function isPublic({ published, publicFrom, delay }: ShowRecord, now: number): boolean {
  return published && (publicFrom === null || now - delay.delayMs >= publicFrom);
}

/** The newest instant that may be on air for an output with an extra delay, in ms on the show's clock. */
export function positionFor({ delay }: ShowRecord, extraMs: number, now: number): number {
  return behindBy(positionOf(delay, now), extraMs, now);
}

/** What of a session may be seen without a right to it, as the picture is on air now. */
export function airingOf(record: ShowRecord, sessionId: string, extraMs: number, now: number): Airing {
  const followed = isFollowedAt(record.following, sessionId, positionFor(record, extraMs, now));
  return { published: isPublic(record, now), followed };
}

/** The same of what the show follows, whichever session that is. */
export function airingOfFollowed(record: ShowRecord, now: number): Airing {
  return { published: isPublic(record, now), followed: true };
}

/** Whether something of a session may still have to air: then its last state is not public. */
export function isAiring(record: ShowRecord, sessionId: string): boolean {
  return airingSession(record, sessionId) !== undefined;
}

/**
 * The session that is on air for an output with an extra delay: of those the show followed, the newest that has aired.
 * `null` where nothing has.
 */
export function airedSession(record: ShowRecord, extraMs: number, now: number): string | null {
  for (const { sessionId } of followsAt(record.following, positionFor(record, extraMs, now))) {
    const session = airingSession(record, sessionId);
    // Its end has aired long since: the archive has it.
    if (session === undefined) return sessionId;
    // After a restart: nobody falls back to a session that was over while the line of a newer one is made.
    if (session.isAwaited) return null;
    if ((outputOf(session, extraMs) ?? outputOf(session, 0))?.hasAired) return sessionId;
  }
  return null;
}

/** The delay's state as directors and the live room know it. */
export function delayState(record: ShowRecord, sessionId: string, now: number): DelayState {
  const session = airingSession(record, sessionId);
  const output = session && outputOf(session, 0);
  let state: DelayStateName = stateName(record.delay, now);
  if (session?.hasEnded && output?.hasEnded === false) state = 'ending';
  else if (session !== undefined && !output?.hasAired && state !== 'paused') state = 'holding';
  return { sessionId, state, delayMs: record.delay.delayMs };
}

/** What everyone may know of the delay: that a session has ended is known when it has aired. */
export function publicDelayState(record: ShowRecord, sessionId: string, now: number): DelayState {
  const state = delayState(record, sessionId, now);
  return state.state === 'ending' ? { ...state, state: stateName(record.delay, now) } : state;
}

/** A text that is different whenever another session of the show may be seen. */
export function airingKey(record: ShowRecord, now: number): string {
  const { follows } = record.following;
  const position = positionFor(record, 0, now);
  const count = (at: (each: Follow) => number | null) =>
    follows.filter((each) => (at(each) ?? Number.POSITIVE_INFINITY) <= position).length;
  const begun = count(({ from }) => from);
  const left = count(({ until }) => until);
  return `${isPublic(record, now)} ${follows.length} ${followedBy(record.following)} ${begun} ${left}`;
}

function airingSession({ airing }: ShowRecord, sessionId: string): AiringSession | undefined {
  return airing.find((each) => each.sessionId === sessionId);
}

function outputOf({ outputs }: AiringSession, extraMs: number): AiringOutput | undefined {
  return outputs.find((each) => each.extraMs === extraMs);
}
