import { z } from 'zod';
import { isSameRelay, type KnownRelay } from '../access/visitor.js';

const instant = z.number().finite();

/** A session that a show follows or has followed, between two instants on the server's clock. */
const follow = z.object({
  sessionId: z.string(),
  /** The public picture is of this session from this instant on. */
  from: instant,
  /** Nothing of it after this instant is public; `null` where the show follows it, or did until it ended. */
  until: instant.nullable(),
  /** The main feed opened it, or a director or operator chose it. */
  by: z.enum(['main-feed', 'choice']),
});

/** Which sessions a show follows (contract, section 5), as it is stored with the show. */
export const following = z.object({
  /** The relay whose sessions the show follows; `null` before any has fed it. */
  mainFeed: z
    .object({
      relayId: z.string(),
      /** Car numbers that its token names; `null` where it names none, not there in what was stored before this was. */
      cars: z.array(z.string()).nullable().optional(),
      /** Whether somebody marked it; otherwise it was the first that fed the show. */
      isMarked: z.boolean(),
      /** The session that it opened or joined last: another one is its next. */
      sessionId: z.string().nullable(),
    })
    .nullable(),
  /** Oldest first; the last is the one that the show is on. */
  follows: z.array(follow),
});
export type Following = z.infer<typeof following>;
export type Follow = z.infer<typeof follow>;

/** A show that follows nothing yet. */
export const FOLLOWS_NOTHING: Following = { mainFeed: null, follows: [] };

/** The end of a session that the main feed has left is still part of it where it comes within this, in ms. */
export const LAST_FRAMES_MS = 120_000;

/** The session that a show is on; `null` where it has none. */
export function followedBy({ follows }: Following): string | null {
  return follows.at(-1)?.sessionId ?? null;
}

/** A relay, as far as it is known: without `cars` only its name is. */
type NamedRelay = Pick<KnownRelay, 'relayId'> & { readonly cars?: KnownRelay['cars'] | undefined };

/** Whether a relay is the show's main feed; false before there is one. Where one of them is known by its name alone, that decides. */
export function isMainFeed({ mainFeed }: Following, { relayId, cars }: NamedRelay): boolean {
  if (mainFeed === null) return false;
  if (mainFeed.cars === undefined || cars === undefined) return mainFeed.relayId === relayId;
  return isSameRelay({ relayId: mainFeed.relayId, cars: mainFeed.cars }, { relayId, cars });
}

function stored({ relayId, cars }: NamedRelay): { relayId: string; cars?: string[] | null } {
  return cars === undefined ? { relayId } : { relayId, cars: cars && [...cars] };
}

/** Whether a session is one that the show follows, or followed until its end. */
export function isFollowed({ follows }: Following, sessionId: string): boolean {
  return follows.some((each) => each.sessionId === sessionId && each.until === null);
}

/** Whether a picture of this instant may show a session: the show followed it then. */
export function isFollowedAt({ follows }: Following, sessionId: string, at: number): boolean {
  return follows.some((each) => each.sessionId === sessionId && isOpenAt(each, at));
}

/** The sessions that a picture of this instant may be of, newest first: the first of them that has aired is on air. */
export function followsAt({ follows }: Following, at: number): Follow[] {
  return follows.filter((each) => isOpenAt(each, at)).reverse();
}

/** When a picture that is at an instant may next be of another session; `null` where no change is known. */
export function nextChange({ follows }: Following, at: number): number | null {
  const next = Math.min(...follows.flatMap(({ from, until }) => [from, until ?? from]).filter((each) => each > at));
  return Number.isFinite(next) ? next : null;
}

/**
 * The main feed has opened or joined a session: the show goes on to it. `isRunning` says whether a session is
 * still fed: what happens in it from now on is not the show's any more.
 */
export function onMainFeed(
  before: Following,
  { sessionId, ...relay }: NamedRelay & { readonly sessionId: string },
  now: number,
  isRunning: (sessionId: string) => boolean,
): Following {
  const { mainFeed } = before;
  if (mainFeed !== null && (!isMainFeed(before, relay) || mainFeed.sessionId === sessionId)) return before;
  const next = { ...stored(relay), isMarked: mainFeed?.isMarked ?? false, sessionId };
  return { mainFeed: next, follows: goneOn(before.follows, { sessionId, from: now, by: 'main-feed' }, isRunning) };
}

/**
 * Somebody has chosen a session. `onAirUpTo` is the newest instant that may have been seen: what has not, a choice of the
 * session before undoes without a trace.
 */
export function onChoice(
  before: Following,
  sessionId: string,
  times: { readonly now: number; readonly onAirUpTo: number },
  isRunning: (sessionId: string) => boolean,
): Following {
  const seen = before.follows.filter(({ from }) => from <= times.onAirUpTo);
  const onAir = seen.at(-1);
  const follows =
    onAir?.sessionId === sessionId
      ? [...seen.slice(0, -1), { ...onAir, until: null }]
      : goneOn(before.follows, { sessionId, from: times.now, by: 'choice' }, isRunning);
  return { ...before, follows };
}

/** A relay feeds a session again that the show has left: what comes into it now is not the show's. */
export function closeLeft(before: Following, sessionId: string, now: number): Following {
  if (followedBy(before) === sessionId || !isFollowed(before, sessionId)) return before;
  const follows = before.follows.map((each) =>
    each.sessionId === sessionId && each.until === null ? { ...each, until: now } : each,
  );
  return { ...before, follows };
}

/**
 * A relay is marked as the main feed. `sessionId` is the one that it feeds now, and `cars` what its token names; `null` and
 * `undefined` where it feeds none.
 */
export function onMarked(
  before: Following,
  relayId: string,
  sessionId: string | null,
  cars?: readonly string[] | null,
): Following {
  const known = before.mainFeed?.relayId === relayId ? before.mainFeed : null;
  const relay = stored({ relayId, cars: cars === undefined ? known?.cars : cars });
  return { ...before, mainFeed: { ...relay, isMarked: true, sessionId: sessionId ?? known?.sessionId ?? null } };
}

/**
 * A session has ended. Where the main feed had gone on from it a moment before, its last frames are part of what the show
 * followed; where somebody had chosen another session, they are not.
 */
export function onEnded(before: Following, sessionId: string, fedByMain: boolean, endedAt: number): Following {
  const isItsEnd = (each: Follow, i: number) =>
    each.sessionId === sessionId &&
    each.until !== null &&
    endedAt - each.until <= LAST_FRAMES_MS &&
    before.follows[i + 1]?.by === 'main-feed';
  if (!fedByMain || !before.follows.some(isItsEnd)) return before;
  return { ...before, follows: before.follows.map((each, i) => (isItsEnd(each, i) ? { ...each, until: null } : each)) };
}

/**
 * The same on the clock of a server that began again, which was set forward by `shiftMs` meanwhile. Where nobody knows by
 * how much, what had not ended counts as aired: lines are made anew then, and nothing in them is older than this moment.
 */
export function shifted(before: Following, shiftMs: number | null, now: number): Following {
  if (shiftMs === 0) return before;
  const move = (at: number) => (shiftMs === null ? Math.min(at, now) : at + shiftMs);
  const follows = before.follows.map((each) => ({
    ...each,
    from: move(each.from),
    until: each.until === null ? null : move(each.until),
  }));
  return { ...before, follows };
}

function goneOn(
  follows: readonly Follow[],
  next: Omit<Follow, 'until'>,
  isRunning: (sessionId: string) => boolean,
): Follow[] {
  const last = follows.at(-1);
  if (last === undefined) return [{ ...next, until: null }];
  if (last.sessionId === next.sessionId) return [...follows];
  const until = isRunning(last.sessionId) ? next.from : last.until;
  return [...follows.slice(0, -1), { ...last, until }, { ...next, until: null }];
}

function isOpenAt({ from, until }: Follow, at: number): boolean {
  return from <= at && (until === null || at < until);
}
