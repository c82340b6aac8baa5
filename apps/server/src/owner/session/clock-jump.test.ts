import fc from 'fast-check';
import { expect, it } from 'vitest';
import { advanceBeyond, ClockJumps, type FrameTimes, JUMP_S } from './clock-jump.js';
import type { SimInstant } from './latest-capture.js';

const T0 = 1_764_000_000_000;

/** Judges frames one after another, as a session does; true for those that are taken. */
function judged(frames: readonly FrameTimes[], jumps = new ClockJumps(), stream = 0): boolean[] {
  let before: SimInstant | null = null;
  return frames.map((frame) => {
    const isTaken = jumps.judge(stream, before, frame) === null;
    const { receivedAt, capturedAt, sessionTime } = frame;
    if (isTaken) before = { receivedAt, capturedAt, sessionTimeMs: sessionTime * 1000, hasStood: false };
    return isTaken;
  });
}

/** Frame `n` of a relay that sends ten a second. */
function even(n: number, over: Partial<FrameTimes> = {}): FrameTimes {
  return { sessionTime: 100 + n / 10, capturedAt: T0 + n * 100, receivedAt: T0 + n * 100 + 20, ...over };
}

it('takes every frame of an honest relay: slow lines, backlogs, lost parts, PCs that sleep, a sim that stands', () => {
  const step = fc.record({
    /** Until the next frame: seldom long, as for a PC that sleeps or records that are lost. */
    afterMs: fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: 16, max: 500 }) },
      fc.integer({ min: 0, max: 10_000_000 }),
    ),
    standsMs: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 1_000_000 })),
    onTheWayMs: fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 3_600_000 })),
  });
  const offset = fc.integer({ min: -86_400_000, max: 86_400_000 });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 100 }), offset, (steps, offsetMs) => {
      let at = T0;
      let stood = 0;
      let receivedAt = 0;
      const frames = steps.map(({ afterMs, standsMs, onTheWayMs }) => {
        at += afterMs;
        stood += Math.min(standsMs, afterMs);
        receivedAt = Math.max(receivedAt, at + onTheWayMs);
        return { sessionTime: (at - T0 - stood) / 1000, capturedAt: at + offsetMs, receivedAt };
      });
      expect(judged(frames)).toEqual(frames.map(() => true));
    }),
  );
});

it('WIR-17: drops what jumps, and takes what goes on from before it', () => {
  const frames = [even(0), even(1), even(2, { sessionTime: 1e8 }), even(3), even(4, { sessionTime: 200 }), even(5)];
  expect(judged(frames)).toEqual([true, true, false, true, false, true]);
  // A jump of exactly the bound is none.
  expect(advanceBeyond(even(0), even(0, { sessionTime: 105 }))).toBe(JUMP_S);
  expect(judged([even(0), even(0, { sessionTime: 105 })])).toEqual([true, true]);
});

it('drops each of many lies while the honest relay of the session goes on, however even they are', () => {
  const jumps = new ClockJumps();
  let honest: SimInstant | null = null;
  const first = even(0);
  let liar: SimInstant | null = null;
  expect(jumps.judge(1, liar, first)).toBeNull();
  liar = { ...first, sessionTimeMs: 100_000, hasStood: false };
  for (let n = 1; n < 600; n++) {
    const frame = even(n);
    expect(jumps.judge(0, honest, frame)).toBeNull();
    honest = { ...frame, sessionTimeMs: frame.sessionTime * 1000, hasStood: false };
    expect(jumps.judge(1, liar, even(n, { sessionTime: 1e7 + n / 10 }))).toContain("sim's clock");
  }
});

it('believes no stamp that is a day ahead of its receipt', () => {
  const lie = even(1, { sessionTime: 90_000, capturedAt: T0 + 90_000_000 });
  expect(judged([even(0), lie, even(2)])).toEqual([true, false, true]);
});

it('WIR-17: takes a sim that has truly jumped after five even seconds, and does not lock its relay out', () => {
  const frames = [even(0), ...Array.from({ length: 100 }, (_, n) => even(n + 1, { sessionTime: 1_000 + n / 10 }))];
  const taken = judged(frames);
  expect(taken.slice(1, 51)).toEqual(Array.from({ length: 50 }, () => false));
  expect(taken.slice(51)).toEqual(Array.from({ length: 50 }, () => true));
});
