import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FollowedClock } from './followed-clock.js';

describe('the clock of an owner in another process', () => {
  it('is never ahead of the owner’s, never falls back, and is as late as the fastest message of the last minute', () => {
    const step = fc.record({
      passMs: fc.integer({ min: 1, max: 5_000 }),
      wayMs: fc.integer({ min: 0, max: 800 }),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: -1e9, max: 1e9 }),
        fc.array(step, { minLength: 1, maxLength: 60 }),
        (apart, steps) => {
          let owner = 1_000;
          const clock = new FollowedClock({ now: () => owner + apart });
          const heard: { readonly at: number; readonly wayMs: number }[] = [];
          let last = Number.NEGATIVE_INFINITY;
          for (const { passMs, wayMs } of steps) {
            owner += passMs;
            clock.heard(owner - wayMs);
            heard.push({ at: owner, wayMs });
            const now = clock.now();
            expect(now).toBeLessThanOrEqual(owner);
            expect(now).toBeGreaterThanOrEqual(last);
            last = now;
            const fastest = Math.min(...heard.filter(({ at }) => owner - at < 60_000).map((each) => each.wayMs));
            expect(now).toBeGreaterThanOrEqual(owner - fastest);
          }
        },
      ),
    );
  });

  it('goes on between messages', () => {
    let local = 50;
    const clock = new FollowedClock({ now: () => local });
    expect(clock.isKnown).toBe(false);
    clock.heard(1_000);
    expect(clock.now()).toBe(1_000);
    local += 30;
    expect(clock.now()).toBe(1_030);
  });
});
