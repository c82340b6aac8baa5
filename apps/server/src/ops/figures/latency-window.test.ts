import { array, assert, double, integer, property, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LatencyWindow } from './latency-window.js';

const MINUTE = 60_000;

describe('the times of the last five minutes', () => {
  it('are nothing where nothing was timed', () => {
    expect(new LatencyWindow().read(0)).toEqual({ count: 0, p50Ms: null, p95Ms: null, maxMs: null });
  });

  it('are counted one by one; a percentile is never too low, and at most a sixteenth too high', () => {
    const timed = tuple(double({ min: 0.01, max: 100_000, noNaN: true }), integer({ min: 0, max: 2 * MINUTE }));
    assert(
      property(array(timed, { minLength: 1, maxLength: 200 }), (all) => {
        const window = new LatencyWindow();
        let now = 7 * MINUTE;
        const taken = all.map(([ms, later]) => {
          now += later;
          window.add(ms, now);
          return { ms, minute: Math.floor(now / MINUTE) };
        });
        // The minute that runs, and the four before it.
        const kept = taken.filter(({ minute }) => minute > Math.floor(now / MINUTE) - 5).map(({ ms }) => ms);
        kept.sort((a, b) => a - b);
        const read = window.read(now);
        expect(read.count).toBe(kept.length);
        expect(read.maxMs).toBeCloseTo(kept.at(-1) ?? 0, 1);
        for (const [share, value] of [
          [0.5, read.p50Ms],
          [0.95, read.p95Ms],
        ] as const) {
          const true_ = kept[Math.ceil(kept.length * share) - 1] ?? 0;
          expect(value).toBeGreaterThanOrEqual(true_ - 0.01);
          expect(value).toBeLessThanOrEqual(true_ * (1 + 1 / 16) + 0.01);
        }
      }),
    );
  });

  it('are forgotten when five minutes are over', () => {
    const window = new LatencyWindow();
    window.add(50, 0);
    expect(window.read(5 * MINUTE - 1).count).toBe(1);
    expect(window.read(5 * MINUTE).count).toBe(0);
  });

  it('take the shortest and the longest for what they are', () => {
    const window = new LatencyWindow();
    window.add(0, 0);
    window.add(1e9, 0);
    expect(window.read(0)).toMatchObject({ count: 2, maxMs: 1e9 });
  });
});
