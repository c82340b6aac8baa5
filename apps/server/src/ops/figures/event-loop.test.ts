import type { IntervalHistogram } from 'node:perf_hooks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { EventLoopWatch } from './event-loop.js';

/** What the monitor adds to each reading. */
const OWN_NS = 10e6;

describe('the watch of the event loop', () => {
  it('sees what holds the loop up', async () => {
    const watch = new EventLoopWatch();
    // The monitor's first beat comes before anything can be late for it.
    await eventually(() => expect(watch.delayMaxSince(0)).toBeGreaterThanOrEqual(0));
    await eventually(() => {
      const until = performance.now() + 80;
      while (performance.now() < until);
      expect(watch.delayMaxMs).toBeGreaterThan(50);
    });
    watch.close();
  });

  describe('with readings that are known', () => {
    let max: number;
    let watch: EventLoopWatch;
    const holdUp = (ms: number) => {
      max = Math.max(max, OWN_NS + ms * 1e6);
    };

    beforeEach(() => {
      vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] });
      max = 0;
      const delay = {
        get max() {
          return max;
        },
        get count() {
          return max === 0 ? 0 : 1;
        },
        reset: () => {
          max = 0;
        },
        enable: () => true,
        disable: () => true,
      };
      watch = new EventLoopWatch(delay as unknown as IntervalHistogram, () => Date.now());
    });
    afterEach(() => {
      watch.close();
      vi.useRealTimers();
    });

    it('tells what was before a mark apart from what came after it', () => {
      holdUp(90);
      vi.advanceTimersByTime(300);
      const mark = watch.mark();
      expect(watch.delayMaxSince(mark)).toBe(0);
      holdUp(20);
      vi.advanceTimersByTime(2_500);
      expect([watch.delayMaxSince(mark), watch.delayMaxMs]).toEqual([20, 90]);
    });

    it('forgets after a minute, however often it was marked meanwhile', () => {
      holdUp(90);
      for (let i = 0; i < 590; i++) {
        vi.advanceTimersByTime(100);
        watch.mark();
      }
      expect(watch.delayMaxMs).toBe(90);
      vi.advanceTimersByTime(4_000);
      expect(watch.delayMaxMs).toBe(0);
    });

    it('of a shorter while tells the newest seconds only', () => {
      holdUp(90);
      vi.advanceTimersByTime(8_000);
      holdUp(15);
      expect([watch.delayMaxOf(5_000), watch.delayMaxOf(10_000)]).toEqual([15, 90]);
    });
  });
});
