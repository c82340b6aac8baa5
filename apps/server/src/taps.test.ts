import { expect, it, vi } from 'vitest';
import { Tap } from './taps.js';

it('a tap that nobody listens at does not even compute what it would hand on', () => {
  const tap = new Tap<[n: number]>();
  const compute = vi.fn(() => 1);
  tap.emit?.(compute());
  expect(compute).not.toHaveBeenCalled();
  const stop = tap.listen(() => undefined);
  tap.emit?.(compute());
  stop();
  tap.emit?.(compute());
  expect(compute).toHaveBeenCalledTimes(1);
});

it('a listener that fails harms neither the path nor the other listeners, and is counted', () => {
  const tap = new Tap<[n: number]>();
  const heard: number[] = [];
  tap.listen(() => {
    throw new Error('a fault of operations');
  });
  tap.listen((n) => heard.push(n));
  tap.emit?.(1);
  tap.emit?.(2);
  expect(heard).toEqual([1, 2]);
  expect(tap.failures).toBe(2);
});
