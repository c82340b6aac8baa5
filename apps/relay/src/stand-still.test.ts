import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { watchStandStill } from './stand-still.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('a PC that slept is told of, once, and one that is only slow is not', () => {
  let asleepMs = 0;
  const said: string[] = [];
  const clock = { now: () => performance.now() + asleepMs, wait: async () => undefined };
  const stop = watchStandStill(clock, (text) => said.push(text));
  vi.advanceTimersByTime(10_000);
  asleepMs += 2_000;
  vi.advanceTimersByTime(10_000);
  expect(said).toEqual([]);
  asleepMs += 600_000;
  vi.advanceTimersByTime(10_000);
  expect(said).toEqual([expect.stringContaining('for 600 s')]);
  stop();
  asleepMs += 600_000;
  vi.advanceTimersByTime(10_000);
  expect(said).toHaveLength(1);
});
