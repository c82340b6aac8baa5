import { type DelayMode, type DelayStateName, MAX_DELAY_MS } from '@okboxbox/protocol';

/** How much faster than real time a glide plays until it has caught up. */
export const GLIDE_RATE = 1.2;

/**
 * Where a show's public picture is and how it moves, as plain data. Instants are milliseconds on the server's clock; the
 * position is the newest instant that may be on air (SPEC.md, DLY-4 to DLY-9).
 */
export type Playhead =
  /** As far behind as the delay says. */
  | { readonly moves: 'running' }
  /** Stands still until it is far enough behind. */
  | { readonly moves: 'holding'; readonly at: number }
  /** A little faster than time, from `at` at `since` on, until it has caught up. */
  | { readonly moves: 'gliding'; readonly at: number; readonly since: number }
  /** Stands still until somebody resumes it, or it is as far behind as a picture may be. */
  | { readonly moves: 'paused'; readonly at: number };

/** A set delay and where the picture is. */
export interface Delay {
  readonly delayMs: number;
  readonly playhead: Playhead;
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

/** The same delay where a hold, a glide or the longest pause is over by now: it runs. */
export function settled(delay: Delay, now: number): Delay {
  const { delayMs, playhead } = delay;
  const due = now - delayMs;
  const isOver =
    (playhead.moves === 'holding' && due >= playhead.at) ||
    (playhead.moves === 'gliding' && playhead.at + GLIDE_RATE * (now - playhead.since) >= due) ||
    (playhead.moves === 'paused' && now - playhead.at >= MAX_DELAY_MS && due >= playhead.at);
  return isOver ? { delayMs, playhead: { moves: 'running' } } : delay;
}

/** Another delay from now on: more of it holds the picture, less of it glides or jumps forward. */
export function withDelay(delay: Delay, delayMs: number, mode: DelayMode, now: number): Delay {
  const { playhead } = settled(delay, now);
  if (playhead.moves === 'paused') return { delayMs, playhead };
  return { delayMs, playhead: towards(positionOf(delay, now), delayMs, mode, now) };
}

/** Stands still from now on. */
export function paused(delay: Delay, now: number): Delay {
  return { delayMs: delay.delayMs, playhead: { moves: 'paused', at: positionOf(delay, now) } };
}

/** Goes on at the set delay; `glide` takes its time to get there. */
export function resumed(delay: Delay, mode: DelayMode, now: number): Delay {
  return { delayMs: delay.delayMs, playhead: towards(positionOf(delay, now), delay.delayMs, mode, now) };
}

/**
 * After a restart: nothing newer than what had aired, `at`, before it is due by the delay. `null` where nothing is known
 * of it; a picture that was paused stays so.
 */
export function restarted(delay: Delay, at: number | null, now: number): Delay {
  const { delayMs, playhead } = delay;
  if (playhead.moves === 'paused') return { delayMs, playhead: { moves: 'paused', at: at ?? now - delayMs } };
  if (at === null || playhead.moves === 'running') return { delayMs, playhead: { moves: 'running' } };
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
      return Math.max(due, playhead.at + MAX_DELAY_MS);
    default:
      return playhead satisfies never;
  }
}

/**
 * The position of an output that is to be `extraMs` further behind: never ahead of the show's, and never further behind
 * than a picture may be (SPEC.md, DLY-10).
 */
export function behindBy(position: number, extraMs: number, now: number): number {
  return Math.max(position - extraMs, Math.min(position, now - MAX_DELAY_MS));
}

/** The state's name as directors and viewers know it, while the session runs. */
export function stateName(delay: Delay, now: number): Exclude<DelayStateName, 'ending'> {
  const { playhead, delayMs } = settled(delay, now);
  return playhead.moves === 'running' && delayMs === 0 ? 'live' : playhead.moves;
}
