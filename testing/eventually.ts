import { vi } from 'vitest';

/** Nothing here takes as long as this, in ms, on however busy a machine: what has not happened by then will not. */
const LONG_MS = 20_000;

/**
 * Waits until a condition holds, which is said by not throwing, and gives what it gave. It is no measure of how fast
 * something is: where fake timers run they go on by 50 ms at each try.
 */
export function eventually<T>(condition: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(condition, { timeout: LONG_MS });
}
