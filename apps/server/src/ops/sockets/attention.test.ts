import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Attention } from './attention.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('begins anew when the event loop was held up, also where something asks before its timer', () => {
  let heldMs = 0;
  const began = Date.now();
  const attention = new Attention(() => Date.now() + heldMs);
  vi.advanceTimersByTime(60_000);
  expect(attention.since).toBe(began);
  heldMs = 600;
  expect(attention.since).toBe(began);
  heldMs += 6_000;
  const since = Date.now() + heldMs;
  expect(attention.since).toBe(since);
  vi.advanceTimersByTime(10_000);
  expect(attention.since).toBe(since);
  attention.close();
});
