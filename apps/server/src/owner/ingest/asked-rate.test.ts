import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AskedRate, type Condition } from './asked-rate.js';

const trouble: Condition = { state: 'trouble', because: 'slow' };
const well: Condition = { state: 'well' };
const unclear: Condition = { state: 'unclear' };

/** An evening in seconds: what is asked for at each change, with its second. */
function evening(rateHz = 10) {
  const rate = new AskedRate(0);
  let second = 0;
  const asked: [number, number | null][] = [];
  return {
    rate,
    asked,
    go(seconds: number, condition: Condition) {
      for (let i = 0; i < seconds; i++) {
        second += 1;
        const request = rate.judge(second * 1000, condition, rateHz);
        if (request) asked.push([second, request.maxHz]);
      }
    },
  };
}

describe('the rate that a relay is asked for', () => {
  it('is halved while trouble lasts, and not below what timing needs', () => {
    const { asked, go, rate } = evening();
    go(120, trouble);
    expect(asked).toEqual([
      [9, 5],
      [25, 2.5],
    ]);
    expect(rate.asked).toEqual({ maxHz: 2.5, because: 'slow' });
  });

  it('comes back up step by step when all is well, and in the end nothing is asked', () => {
    const { asked, go } = evening();
    go(30, trouble);
    go(200, well);
    expect(asked.slice(2)).toEqual([
      [61, 5],
      [91, null],
    ]);
  });

  it('stays while it is not clear how things stand', () => {
    const { asked, go } = evening();
    go(30, trouble);
    go(3_600, unclear);
    expect(asked).toHaveLength(2);
  });

  it('is not asked for by trouble that passes', () => {
    const { asked, go } = evening();
    for (let i = 0; i < 100; i++) {
      go(7, trouble);
      go(1, well);
    }
    expect(asked).toEqual([]);
  });

  it('is tried up again later and later where that brings the trouble back', () => {
    const { rate, asked } = evening();
    // A line that carries 5 Hz, and not 10.
    for (let second = 1; second <= 3_600; second++) {
      const request = rate.judge(second * 1000, (rate.asked.maxHz ?? 10) > 5 ? trouble : well, 10);
      if (request) asked.push([second, request.maxHz]);
    }
    const ups = asked.flatMap(([second, maxHz]) => (maxHz === null ? [second] : []));
    const waits = ups.map((second) => second - (asked.findLast(([at]) => at < second)?.[0] ?? 0));
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(waits[0]).toBeLessThan(40);
    expect(waits.at(-1)).toBeGreaterThanOrEqual(480);
    expect(ups.length).toBeLessThan(12);
  });

  it('is remembered for a relay that comes back, and what was seen of its line before is not', () => {
    const { rate, go, asked } = evening();
    go(15, trouble);
    rate.reconnected(15_000);
    expect(rate.asked.maxHz).toBe(5);
    go(7, trouble);
    expect(asked).toHaveLength(1);
  });

  it('never flaps, whatever happens', () => {
    const condition = fc.constantFrom(trouble, well, unclear);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 90 }), condition), { maxLength: 60 }),
        fc.integer({ min: 0, max: 60 }),
        (spells, rateHz) => {
          const { asked, go } = evening(rateHz);
          for (const [seconds, each] of spells) go(seconds, each);
          let before: number | null = null;
          let changedAt = -100;
          let loweredAt = -100;
          for (const [second, maxHz] of asked) {
            const isUp = maxHz === null || (before !== null && maxHz > before);
            expect(second - changedAt).toBeGreaterThanOrEqual(isUp ? 30 : 8);
            if (!isUp) expect(second - loweredAt).toBeGreaterThanOrEqual(16);
            if (!isUp) loweredAt = second;
            if (maxHz !== null) expect(maxHz).toBeGreaterThanOrEqual(2);
            before = maxHz;
            changedAt = second;
          }
        },
      ),
    );
  });
});
