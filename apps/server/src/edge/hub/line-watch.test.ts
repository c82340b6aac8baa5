import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLOSE_ABOVE_BYTES } from '../../sockets/close-socket.js';
import { CLOSE_AFTER_MS, LineWatch, SKIP_ABOVE_BYTES, SKIP_AFTER_MS } from './line-watch.js';

const TICK_MS = 100;
/** About what a feed of 60 cars is. */
const MESSAGE = 1_000;
/** About what the state of 60 cars is. */
const STATE = 60_000;

interface Delivery {
  readonly at: number;
  readonly what: 'write' | 'skip' | 'close';
  /** When a message that was written had left; `null` where it never did. */
  leftAt: number | null;
}

/** Ten messages a second onto a line that carries `bytesPerS`, `burst` bytes before them. */
function run(
  { bytesPerS, burst = 0, isPolled = false }: { bytesPerS: (at: number) => number; burst?: number; isPolled?: boolean },
  forMs: number,
): Delivery[] {
  const watch = new LineWatch();
  const queue: { bytes: number; delivery: Delivery | null }[] = burst > 0 ? [{ bytes: burst, delivery: null }] : [];
  const deliveries: Delivery[] = [];
  let left = 0;
  for (let at = 0; at < forMs; at += TICK_MS) {
    const waiting = queue.reduce((sum, { bytes }) => sum + bytes, 0);
    const what = watch.judge({ waiting, left: isPolled ? null : left }, at);
    const delivery: Delivery = { at, what, leftAt: null };
    deliveries.push(delivery);
    if (what === 'close') return deliveries;
    if (what === 'write') queue.push({ bytes: MESSAGE, delivery });
    let carried = (bytesPerS(at) * TICK_MS) / 1_000;
    // A poll takes all that there is, as soon as the one before has been carried.
    for (let first = queue[0]; first !== undefined && carried > 0; first = queue[0]) {
      const bytes = Math.min(carried, first.bytes);
      first.bytes -= bytes;
      carried -= bytes;
      left += bytes;
      if (first.bytes > 0) break;
      queue.shift();
      if (first.delivery) first.delivery.leftAt = at + TICK_MS;
    }
  }
  return deliveries;
}

describe('a line', () => {
  it('that bears the feed loses nothing, nor to the state that comes before it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 12_500, max: 200_000 }), fc.integer({ min: 0, max: STATE }), (rate, burst) => {
        const deliveries = run({ bytesPerS: () => rate, burst }, 60_000);
        expect(deliveries.every(({ what }) => what === 'write')).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('that stalls is skipped as soon as something has waited too long, and closed at the bound', () => {
    const deliveries = run({ bytesPerS: () => 0 }, 60_000);
    const skipped = deliveries.find(({ what }) => what === 'skip')?.at ?? Number.NaN;
    expect(skipped).toBe(TICK_MS + SKIP_AFTER_MS + TICK_MS);
    expect(deliveries.at(-1)).toMatchObject({ what: 'close', at: skipped + CLOSE_AFTER_MS });
  });

  it('whatever it carries, shows nothing old for long: what is written leaves soon, or the line is closed', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 15_000 }), { minLength: 12, maxLength: 12 }), (rates) => {
        const deliveries = run({ bytesPerS: (at) => rates[Math.floor(at / 10_000)] ?? 0 }, 120_000);
        for (const { at, leftAt } of deliveries.filter(({ what }) => what === 'write'))
          if (leftAt !== null) expect(leftAt - at).toBeLessThan(2 * SKIP_AFTER_MS + CLOSE_AFTER_MS);
        expect(deliveries.at(-1)?.what === 'close' || deliveries.length === 1_200).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('that carries half of it gets the newest again and again and is never closed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 5_000, max: 9_000 }), (rate) => {
        const deliveries = run({ bytesPerS: () => rate }, 300_000);
        expect(deliveries.some(({ what }) => what === 'close')).toBe(false);
        expect(deliveries.filter(({ at, what }) => what === 'write' && at > 240_000).length).toBeGreaterThan(0);
        for (const { at, leftAt } of deliveries.filter(({ what }) => what === 'write'))
          if (leftAt !== null) expect(leftAt - at).toBeLessThan(3 * SKIP_AFTER_MS);
      }),
      { numRuns: 30 },
    );
  });

  it('goes on with what is new as soon as what waited has left', () => {
    const deliveries = run({ bytesPerS: (at) => (at < 15_000 ? 0 : 100_000) }, 30_000);
    const resumed = deliveries.find(({ at, what }) => at > 10_000 && what === 'write')?.at ?? Number.NaN;
    expect(resumed).toBeGreaterThan(15_000);
    expect(resumed).toBeLessThan(16_000);
    expect(deliveries.filter(({ at }) => at >= resumed).every(({ what }) => what === 'write')).toBe(true);
  });

  it('with a burst that is too large is skipped at once, and until half of it has left', () => {
    const deliveries = run({ bytesPerS: () => 100_000, burst: SKIP_ABOVE_BYTES + 1 }, 30_000);
    expect(deliveries[0]?.what).toBe('skip');
    const resumed = deliveries.find(({ what }) => what === 'write')?.at ?? Number.NaN;
    expect(resumed).toBeGreaterThan(2_000);
    expect(resumed).toBeLessThan(3_500);
    expect(run({ bytesPerS: () => 100_000, burst: CLOSE_ABOVE_BYTES + 1 }, 1_000)).toMatchObject([{ what: 'close' }]);
  });
});

describe('a line that is polled', () => {
  it('is no slower for that: each poll takes all', () => {
    const watch = new LineWatch();
    let waiting = 0;
    for (let tick = 0; tick < 600; tick++) {
      // Something else, such as an answer, is there again after each poll.
      if (tick % 3 === 0) waiting = 500;
      expect(watch.judge({ waiting, left: null }, tick * TICK_MS)).toBe('write');
      waiting += MESSAGE;
    }
  });

  it('and is not, is skipped and closed like any other', () => {
    const deliveries = run({ bytesPerS: () => 0, isPolled: true }, 60_000);
    expect(deliveries.some(({ what }) => what === 'skip')).toBe(true);
    expect(deliveries.at(-1)?.what).toBe('close');
  });
});
