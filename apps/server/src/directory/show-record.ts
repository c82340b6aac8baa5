import type { DelayState, DelayStateName, ExtraDelay, Picture, ShowLook } from '@okboxbox/protocol';
import type { Airing } from '../access/visitor.js';
import { FOLLOWS_NOTHING, type Follow, type Following, followedBy, followsAt, isFollowedAt } from './following.js';
import {
  behindBy,
  type Delay,
  type Delays,
  dueAt,
  type Playhead,
  positionOf,
  publicPosition,
  stateName,
} from './playhead.js';

/**
 * What an edge knows of a show, as plain data: enough to say at once who may see what, and which session is on air. The
 * owner keeps it current; both sides answer from it with the functions below, so they cannot answer differently.
 */
export interface ShowRecord {
  readonly show: string;
  /** Of the graphics picture. */
  readonly delay: Delay;
  /** How much later than the graphics the public picture is set to be, in ms, and where it is. */
  readonly publicExtraMs: number;
  readonly publicPlayhead: Playhead;
  /** Whether a director has published it. */
  readonly published: boolean;
  /** Nothing is public before the public picture's delay has reached this instant, in ms; `null`: nothing to wait for. */
  readonly publicFrom: number | null;
  readonly following: Following;
  /** Its own look, in force at once: it shows nothing of the race. `null`: the usual theme. */
  readonly look: ShowLook | null;
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

/** How far a session has aired for an output. */
export interface AiringOutput {
  readonly extra: ExtraDelay;
  /** It had aired before a restart, and what is as new as that is still to come. */
  readonly isAwaited: boolean;
  readonly hasAired: boolean;
  /** Whether the session's end has aired. */
  readonly hasEnded: boolean;
}

/** A show that nothing is known of: it is not public and follows nothing. */
export function unknownShow(show: string): ShowRecord {
  return {
    show,
    delay: { delayMs: 0, playhead: { moves: 'running' } },
    publicExtraMs: 0,
    publicPlayhead: { moves: 'running' },
    published: false,
    publicFrom: null,
    following: FOLLOWS_NOTHING,
    look: null,
    airing: [],
  };
}

/** What of a show says where its two pictures are. */
export type PicturesOf = Pick<ShowRecord, 'delay' | 'publicExtraMs' | 'publicPlayhead'>;

/** The delays of a show's two pictures. */
export function delaysOf({ delay, publicExtraMs, publicPlayhead }: PicturesOf): Delays {
  return { graphics: delay, public: { delayMs: delay.delayMs + publicExtraMs, playhead: publicPlayhead } };
}

/** How far behind an output is set to be, in ms. */
export function behindMsOf({ delay, publicExtraMs }: PicturesOf, extra: ExtraDelay): number {
  return delay.delayMs + (extra === 'public' ? publicExtraMs : extra);
}

/** Whether a show is public: it is published, and due for those who have no right of their own. */
export function isPublic(record: ShowRecord, now: number): boolean {
  const { published, publicFrom } = record;
  return published && (publicFrom === null || now - behindMsOf(record, 'public') >= publicFrom);
}

/** The newest instant that may be on air for an output, in ms on the show's clock. */
export function positionFor(pictures: PicturesOf, extra: ExtraDelay, now: number): number {
  if (extra === 'public') return publicPosition(delaysOf(pictures), now);
  return behindBy(positionOf(pictures.delay, now), extra, now);
}

/** When an output comes to an instant that lies ahead, in ms on the show's clock; `null` while nobody knows. */
export function dueFor(pictures: PicturesOf, extra: ExtraDelay, instant: number, now: number): number | null {
  const graphics = dueAt(pictures.delay, instant, now);
  const further =
    extra === 'public' ? dueAt(delaysOf(pictures).public, instant, now) : dueAt(pictures.delay, instant + extra, now);
  return graphics === null || further === null ? null : Math.max(graphics, further);
}

/** What of a session may be seen without a right to it, as the picture is on air now. */
export function airingOf(record: ShowRecord, sessionId: string, extra: ExtraDelay, now: number): Airing {
  const followed = isFollowedAt(record.following, sessionId, positionFor(record, extra, now));
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
 * The session that is on air for an output: of those the show followed, the newest that has aired. `null` where nothing
 * has.
 */
export function airedSession(record: ShowRecord, extra: ExtraDelay, now: number): string | null {
  for (const { sessionId } of followsAt(record.following, positionFor(record, extra, now))) {
    const session = airingSession(record, sessionId);
    // Its end has aired long since: the archive has it.
    if (session === undefined) return sessionId;
    // After a restart: nobody falls back to a session that was over while the line of a newer one is made.
    const output = outputOf(session, extra) ?? outputOf(session, 0);
    if (session.isAwaited || output?.isAwaited) return null;
    if (output?.hasAired) return sessionId;
  }
  return null;
}

/** The delay's state of a picture as directors and the live room know it. */
export function delayState(record: ShowRecord, sessionId: string, picture: Picture, now: number): DelayState {
  const session = airingSession(record, sessionId);
  const output = session && outputOf(session, picture === 'public' ? 'public' : 0);
  const delay = delaysOf(record)[picture];
  let state: DelayStateName = stateName(delay, now);
  if (session?.hasEnded && output?.hasEnded === false) state = 'ending';
  else if (session !== undefined && !output?.hasAired && state !== 'paused') state = 'holding';
  return { sessionId, state, delayMs: delay.delayMs };
}

/** What those who see a picture may know of its delay: that a session has ended is known when it has aired. */
export function publicDelayState(record: ShowRecord, sessionId: string, picture: Picture, now: number): DelayState {
  const state = delayState(record, sessionId, picture, now);
  return state.state === 'ending' ? { ...state, state: stateName(delaysOf(record)[picture], now) } : state;
}

/** A text that is different whenever another session of the show may be seen by the public. */
export function airingKey(record: ShowRecord, now: number): string {
  const { follows } = record.following;
  const position = positionFor(record, 'public', now);
  const count = (at: (each: Follow) => number | null) =>
    follows.filter((each) => (at(each) ?? Number.POSITIVE_INFINITY) <= position).length;
  const begun = count(({ from }) => from);
  const left = count(({ until }) => until);
  return `${isPublic(record, now)} ${follows.length} ${followedBy(record.following)} ${begun} ${left}`;
}

function airingSession({ airing }: ShowRecord, sessionId: string): AiringSession | undefined {
  return airing.find((each) => each.sessionId === sessionId);
}

function outputOf({ outputs }: AiringSession, extra: ExtraDelay): AiringOutput | undefined {
  return outputs.find((each) => each.extra === extra);
}
