import { describe, expect, it } from 'vitest';
import { Carried } from './carried.js';

const BYTES = 500;

/** Batches of one frame each, a tenth of a second apart, over a connection that takes long and carries so much. */
function over({ lateMs, bytesPerS }: { readonly lateMs: number; readonly bytesPerS: number }, forMs = 20_000) {
  const carried = new Carried();
  let freeAt = 0;
  let now = 0;
  for (let sentAt = 0; now < forMs; sentAt = Math.max(sentAt + 100, freeAt - 1_000)) {
    freeAt = Math.max(freeAt, sentAt) + (BYTES * 1_000) / bytesPerS;
    now = freeAt + lateMs;
    carried.batch(sentAt, now, BYTES);
    carried.frame();
  }
  return { carried, now };
}

describe('what a connection carries', () => {
  it('is what comes over a narrow one', () => {
    for (const bytesPerS of [600, 1_200, 4_000]) {
      const { carried, now } = over({ lateMs: 20, bytesPerS });
      expect(carried.bytesPerS(now, 0)).toBe(bytesPerS);
    }
  });

  it('is at least what is sent over one that only takes long', () => {
    for (const lateMs of [500, 1_500, 4_000]) {
      const { carried, now } = over({ lateMs, bytesPerS: 10_000_000 });
      expect(carried.bytesPerS(now, 0)).toBeGreaterThanOrEqual((BYTES * 1_000) / 101);
    }
  });

  it('is not known of one that is not busy, nor without the clock, nor any more later', () => {
    const good = over({ lateMs: 20, bytesPerS: 10_000_000 });
    expect(good.carried.bytesPerS(good.now, 0)).toBeNull();
    const narrow = over({ lateMs: 20, bytesPerS: 600 });
    expect(narrow.carried.bytesPerS(narrow.now, null)).toBeNull();
    expect(narrow.carried.bytesPerS(narrow.now + 60_000, 0)).toBeNull();
  });

  it('is what a slow one brings where several batches come together', () => {
    const carried = new Carried();
    for (let at = 0; at < 12_000; at += 3_000) for (const ms of [0, 1, 2]) carried.batch(at - 3_000, at + ms, 600);
    expect(carried.bytesPerS(12_000, 0)).toBeLessThan(700);
  });

  it('is needed by frames as large as they have come', () => {
    const { carried } = over({ lateMs: 20, bytesPerS: 10_000_000 });
    expect(carried.needed(10)).toBe(10 * BYTES);
    expect(new Carried().needed(10)).toBeNull();
  });
});
