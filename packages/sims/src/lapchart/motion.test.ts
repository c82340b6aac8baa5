import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Knot, Motion } from './motion.js';

/** Steps of time and way, stands among them. */
const anyKnots: fc.Arbitrary<Knot[]> = fc
  .array(
    fc.record({
      seconds: fc.double({ min: 0.5, max: 300, noNaN: true }),
      laps: fc.oneof(fc.constant(0), fc.double({ min: 1e-4, max: 1, noNaN: true })),
      speed: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: null }),
      line: fc.boolean(),
    }),
    { minLength: 1, maxLength: 20 },
  )
  .map((steps) => {
    let time = 100;
    let progress = 0;
    const knots: Knot[] = [{ time, progress }];
    for (const { seconds, laps, speed, line } of steps) {
      time += seconds;
      progress += laps;
      knots.push({ time, progress, line, ...(speed === null ? {} : { speed }) });
    }
    return knots;
  });

function speedAround(motion: Motion, time: number, side: -1 | 1): number {
  const step = 1e-5;
  return (side * (motion.progressAt(time + side * step) - motion.progressAt(time))) / step;
}

describe('a motion', () => {
  it('goes through its knots and never back', () => {
    fc.assert(
      fc.property(anyKnots, (knots) => {
        const motion = new Motion(knots);
        for (const { time, progress } of knots) expect(motion.progressAt(time)).toBeCloseTo(progress, 10);
        let last = motion.progressAt(motion.from - 1);
        for (let time = motion.from; time < motion.to + 1; time += (motion.to - motion.from) / 500) {
          const progress = motion.progressAt(time);
          expect(progress).toBeGreaterThanOrEqual(last);
          last = progress;
        }
      }),
    );
  });

  it('has a speed without steps', () => {
    fc.assert(
      fc.property(anyKnots, (knots) => {
        const motion = new Motion(knots);
        const fastest = Math.max(
          ...knots.slice(1).map((knot, i) => (knot.progress - knots[i]!.progress) / (knot.time - knots[i]!.time)),
        );
        for (const { time } of knots.slice(1, -1)) {
          // The cubic may change its speed by a few times the mean speed within the half second to the next knot.
          const tolerance = fastest * 1e-3 + 1e-6;
          expect(Math.abs(speedAround(motion, time, -1) - speedAround(motion, time, 1))).toBeLessThan(tolerance);
        }
      }),
    );
  });

  it('gives crossings back from samples at 10 Hz within 0.5 ms', () => {
    const laps = fc.array(fc.double({ min: 15, max: 600, noNaN: true }), { minLength: 2, maxLength: 30 });
    fc.assert(
      fc.property(laps, fc.double({ min: 0, max: 0.1, noNaN: true }), (lapTimes, phase) => {
        let time = 50;
        const knots: Knot[] = [{ time, progress: 0, speed: 0 }];
        for (const lapTime of lapTimes) {
          time += lapTime;
          knots.push({ time, progress: knots.length, line: true });
        }
        knots.push({ time: time + 60, progress: knots.length - 0.5 });
        const motion = new Motion(knots);
        for (const knot of knots.slice(1, -1)) {
          const before = phase + Math.floor((knot.time - phase) * 10) / 10;
          const [a, b] = [motion.progressAt(before), motion.progressAt(before + 0.1)];
          const seen = before + (0.1 * (knot.progress - a)) / (b - a);
          expect(Math.abs(seen - knot.time)).toBeLessThan(0.0005);
        }
      }),
    );
  });

  it('stands before its first knot, behind its last and between two of the same progress', () => {
    const motion = new Motion([
      { time: 10, progress: 1 },
      { time: 20, progress: 1.5 },
      { time: 30, progress: 1.5 },
      { time: 40, progress: 2 },
    ]);
    expect([motion.progressAt(0), motion.progressAt(25), motion.progressAt(99)]).toEqual([1, 1.5, 2]);
  });

  it('refuses to go back in time or way', () => {
    expect(
      () =>
        new Motion([
          { time: 1, progress: 1 },
          { time: 1, progress: 2 },
        ]),
    ).toThrow(RangeError);
    expect(
      () =>
        new Motion([
          { time: 1, progress: 1 },
          { time: 2, progress: 0 },
        ]),
    ).toThrow(/from lap 1 at 1 s to lap 0 at 2 s/);
  });
});
