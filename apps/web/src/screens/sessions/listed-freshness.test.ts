import type { DelayState, SessionSummary } from '@okboxbox/protocol';
import { expect, it } from 'vitest';
import { listedFreshness } from './listed-freshness.js';

const NOW = 1_800_000_000_000;

/** The words of a session whose newest frame is so old, in ms, behind a delay. */
function wordsOf(
  ageMs: number | null,
  delay?: Pick<DelayState, 'state' | 'delayMs'>,
  more: Partial<SessionSummary> = {},
) {
  const lastFrameAt = ageMs === null ? null : NOW - ageMs;
  const delayed = delay && { delay: { sessionId: 's', ...delay } };
  return listedFreshness({ status: 'live', lastFrameAt, ...delayed, ...more }, NOW).text;
}

it('a delayed picture that is as old as its delay is live, and stale by what is beyond it', () => {
  const delay = { state: 'running', delayMs: 23_000 } as const;
  expect(wordsOf(24_000, delay)).toBe('live');
  expect(wordsOf(31_000, delay)).toBe('stale 8 s');
});

it('without a delay a session is stale after five seconds', () => {
  expect(wordsOf(4_000)).toBe('live');
  expect(wordsOf(6_000)).toBe('stale 6 s');
  expect(wordsOf(null)).toBe('no frame yet');
});

it('a picture that stands still or catches up on purpose is not stale', () => {
  expect(wordsOf(90_000, { state: 'paused', delayMs: 10_000 })).toBe('paused');
  expect(wordsOf(10_000, { state: 'holding', delayMs: 60_000 })).toBe('holding');
  expect(wordsOf(60_000, { state: 'gliding', delayMs: 10_000 })).toBe('live');
});

it('an ended session is ended, however old', () => {
  expect(wordsOf(1_000_000, undefined, { status: 'ended' })).toBe('ended');
});
