import { type DelayMode, type DelayStateName, MAX_BEHIND_MS, MAX_DELAY_MS } from '@okboxbox/protocol';

/** How much faster than real time a glide plays until it has caught up. */
export const GLIDE_RATE = 1.2;

/**
 * Where a picture of a show is and how it moves, as plain data. Instants are milliseconds on the server's clock; the
 * position is the newest instant that may be on air (SPEC.md, DLY-4 to DLY-9).
 */
export type Playhead =
  /** As far behind as the delay says. */
  | { readonly moves: 'running' }
  /** Stands still until it is far enough behind. */
  | { readonly moves: 'holding'; readonly at: number }
  /** A little faster than time, from `at` at `since` on, until it has caught up. */
  | { readonly moves: 'gliding'; readonly at: number; readonly since: number }
  /**
   * Stands still until somebody resumes it, or until an instant: where that is absent, until it is as far behind as graphics
   * may be. The public picture goes on when the graphics do.
   */
  | { readonly moves: 'paused'; readonly at: number; readonly until?: number };

/** A set delay and where the picture is. */
export interface Delay {
  readonly delayMs: number;
  readonly playhead: Playhead;
}

/** The delays of a show's two pictures: the public one's is all of it. */
export interface Delays {
  readonly graphics: Delay;
  readonly public: Delay;
}

/** The newest instant that may be on air. It never falls back as long as `now` does not. */
export function positionOf(delay: Delay, now: number): number {
  const due = now - delay.delayMs;
  const { playhead } = settled(delay, now);
  switch (playhead.moves) {
    case 'running':
      return due;
    case 'gliding':
      return playhead.at + GLIDE_RATE * (now - playhead.since);
    case 'holding':
    case 'paused':
      return playhead.at;
    default:
      return playhead satisfies never;
  }
}

/** The same delay where a hold, a glide or the longest pause is over by now: it runs, or is held where it is too near. */
export function settled(delay: Delay, now: number): Delay {
  const { delayMs, playhead } = delay;
  const due = now - delayMs;
  switch (playhead.moves) {
    case 'running':
      return delay;
    case 'holding':
      return due >= playhead.at ? running(delayMs) : delay;
    case 'gliding':
      return playhead.at + GLIDE_RATE * (now - playhead.since) >= due ? running(delayMs) : delay;
    case 'paused':
      if (now < pauseEnds(playhead)) return delay;
      return due >= playhead.at ? running(delayMs) : { delayMs, playhead: { moves: 'holding', at: playhead.at } };
    default:
      return playhead satisfies never;
  }
}

function running(delayMs: number): Delay {
  return { delayMs, playhead: { moves: 'running' } };
}

/** When a pause ends by itself. */
function pauseEnds({ at, until = at + MAX_DELAY_MS }: Playhead & { moves: 'paused' }): number {
  return until;
}

/** Another delay from now on: more of it holds the picture, less of it glides or jumps forward. */
export function withDelay(delay: Delay, delayMs: number, mode: DelayMode, now: number): Delay {
  const { playhead } = settled(delay, now);
  if (playhead.moves === 'paused') return { delayMs, playhead };
  return { delayMs, playhead: towards(positionOf(delay, now), delayMs, mode, now) };
}

/**
 * Other delays of both pictures from now on. Graphics whose delay is absent go on as they do: what they are set to already may
 * still be ahead of them.
 */
export function withDelays(
  delays: Delays,
  { delayMs, publicExtraMs }: { readonly delayMs?: number | undefined; readonly publicExtraMs: number },
  mode: DelayMode,
  now: number,
): Delays {
  const graphics = delayMs === undefined ? delays.graphics : withDelay(delays.graphics, delayMs, mode, now);
  return { graphics, public: withDelay(publicAsShown(delays, now), graphics.delayMs + publicExtraMs, mode, now) };
}

/** Both pictures stand still from now on. */
export function paused(delays: Delays, now: number): Delays {
  const at = positionOf(delays.graphics, now);
  const { graphics } = delays;
  return {
    graphics: { delayMs: graphics.delayMs, playhead: { moves: 'paused', at } },
    public: standing(delays.public, publicPosition(delays, now), at),
  };
}

/**
 * The public picture from where it is seen: while the graphics glide it may be behind where its own delay says, and what is
 * done then starts from what has been seen.
 */
function publicAsShown(delays: Delays, now: number): Delay {
  const { public: ofPublic } = delays;
  const at = publicPosition(delays, now);
  if (settled(ofPublic, now).playhead.moves === 'paused' || at >= positionOf(ofPublic, now)) return ofPublic;
  return { delayMs: ofPublic.delayMs, playhead: towards(at, ofPublic.delayMs, 'glide', now) };
}

/** The public picture, standing at an instant for as long as graphics that are paused at `graphicsAt`. */
function standing({ delayMs }: Delay, at: number, graphicsAt: number): Delay {
  return { delayMs, playhead: { moves: 'paused', at, until: graphicsAt + MAX_DELAY_MS } };
}

/** Both pictures go on at the set delays; `glide` takes its time to get there. */
export function bothResumed(delays: Delays, mode: DelayMode, now: number): Delays {
  return {
    graphics: resumed(delays.graphics, mode, now),
    public: resumed(publicAsShown(delays, now), mode, now),
  };
}

/** One picture goes on at the set delay. */
export function resumed(delay: Delay, mode: DelayMode, now: number): Delay {
  return { delayMs: delay.delayMs, playhead: towards(positionOf(delay, now), delay.delayMs, mode, now) };
}

/** Newest instants that had aired of both pictures; `null` where nothing is known of one. */
export interface AiredAt {
  readonly graphics: number | null;
  readonly public: number | null;
}

/**
 * Both pictures after a restart: nothing newer than what had aired, before it is due by the delay. A picture that was paused
 * stays so.
 */
export function restarted(delays: Delays, airedAt: AiredAt, now: number): Delays {
  const graphics = restartedAlone(delays.graphics, notOlder(airedAt.graphics, now - MAX_DELAY_MS), now);
  const alone = restartedAlone(delays.public, notOlder(airedAt.public, now - MAX_BEHIND_MS), now);
  if (alone.playhead.moves !== 'paused') return { graphics, public: alone };
  const { at } = alone.playhead;
  // They are paused together: what was resumed alone goes on.
  if (graphics.playhead.moves !== 'paused') return { graphics, public: resumed(alone, 'glide', now) };
  return { graphics, public: standing(alone, at, graphics.playhead.at) };
}

/** No picture is further behind than it may be, however long the server was away. */
function notOlder(at: number | null, oldest: number): number | null {
  return at === null ? null : Math.max(at, oldest);
}

function restartedAlone(delay: Delay, at: number | null, now: number): Delay {
  const { delayMs, playhead } = delay;
  if (playhead.moves === 'paused') return { delayMs, playhead: { moves: 'paused', at: at ?? now - delayMs } };
  if (at === null || playhead.moves === 'running') return running(delayMs);
  return { delayMs, playhead: towards(at, delayMs, 'glide', now) };
}

function towards(at: number, delayMs: number, mode: DelayMode, now: number): Playhead {
  const due = now - delayMs;
  if (at > due) return { moves: 'holding', at };
  if (at < due && mode === 'glide') return { moves: 'gliding', at, since: now };
  return { moves: 'running' };
}

/** When the position comes to an instant that lies ahead; `null` while nobody knows. */
export function dueAt(delay: Delay, instant: number, now: number): number | null {
  const { playhead, delayMs } = settled(delay, now);
  const due = instant + delayMs;
  switch (playhead.moves) {
    case 'running':
    case 'holding':
      return due;
    case 'gliding':
      return Math.max(due, playhead.since + (instant - playhead.at) / GLIDE_RATE);
    case 'paused':
      return Math.max(due, pauseEnds(playhead));
    default:
      return playhead satisfies never;
  }
}

/**
 * The position of an output that is to be `extraMs` further behind: never ahead of the graphics', and never further behind
 * than those may be (SPEC.md, DLY-10).
 */
export function behindBy(position: number, extraMs: number, now: number): number {
  return Math.max(position - extraMs, Math.min(position, now - MAX_DELAY_MS));
}

/**
 * The position of the public picture: never ahead of the graphics', whatever glides there, and never further behind than any
 * picture may be (SPEC.md, DLY-17).
 */
export function publicPosition(delays: Delays, now: number): number {
  const position = Math.min(positionOf(delays.public, now), positionOf(delays.graphics, now));
  return Math.max(position, now - MAX_BEHIND_MS);
}

/** The state's name as directors and viewers know it, while the session runs. */
export function stateName(delay: Delay, now: number): Exclude<DelayStateName, 'ending'> {
  const { playhead, delayMs } = settled(delay, now);
  return playhead.moves === 'running' && delayMs === 0 ? 'live' : playhead.moves;
}
