import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RelayClock } from './relay-clock.js';

/** An exchange with a relay whose clock is `offset` ms ahead, over a line with these delays. */
const exchange = (serverSentAt: number, offset: number, there: number, back: number, wall = 0) => ({
  serverSentAt,
  relayReceivedAt: serverSentAt + there + offset,
  relaySentAt: serverSentAt + there + offset + 1,
  serverReceivedAt: serverSentAt + there + 1 + back,
  wallAt: serverSentAt + there + offset + 1 + wall,
});

describe("a relay's clock", () => {
  it('is unknown before the first answer', () => {
    expect(new RelayClock().estimate).toBeNull();
  });

  it('that is 7 s off is known to within half of the delay', () => {
    const clock = new RelayClock();
    clock.add(exchange(0, 7_000, 40, 10));
    expect(clock.estimate).toMatchObject({ offsetMs: 7_015, boundMs: 25, steps: 0 });
  });

  it('is within its bound, whatever the delays were', () => {
    const delay = fc.integer({ min: 0, max: 800 });
    fc.assert(
      fc.property(
        fc.integer({ min: -100_000, max: 100_000 }),
        fc.array(fc.tuple(delay, delay), { minLength: 1, maxLength: 40 }),
        (offset, delays) => {
          const clock = new RelayClock();
          for (const [i, [there, back]] of delays.entries()) clock.add(exchange(i * 5_000, offset, there, back));
          const { offsetMs, boundMs, steps } = clock.estimate ?? { offsetMs: 0, boundMs: 0, steps: 0 };
          expect(Math.abs(offsetMs - offset)).toBeLessThanOrEqual(boundMs + 0.1);
          expect(steps).toBe(0);
        },
      ),
    );
  });

  it('believes the exchange with the least delay of the last minute, and forgets older ones', () => {
    const clock = new RelayClock();
    clock.add(exchange(0, 100, 2, 2));
    for (let i = 1; i <= 5; i++) clock.add(exchange(i * 5_000, 100, 300, 20));
    expect(clock.estimate?.boundMs).toBe(2);
    for (let i = 6; i <= 20; i++) clock.add(exchange(i * 5_000, 100, 300, 20));
    expect(clock.estimate?.boundMs).toBe(160);
  });

  it('that steps is seen to, and the new offset is known at once', () => {
    const clock = new RelayClock();
    for (let i = 0; i < 6; i++) clock.add(exchange(i * 5_000, 0, 10, 10));
    clock.add(exchange(30_000, -10_000, 10, 10));
    expect(clock.estimate).toMatchObject({ offsetMs: -10_000, steps: 1 });
  });

  it('tells how far it stepped, the larger of two, until that is a minute and a half ago', () => {
    const clock = new RelayClock();
    for (const [at, ahead] of [
      [0, 0],
      [5_000, 7_000],
      [10_000, 6_000],
    ] as const)
      clock.add(exchange(at, ahead, 5, 5));
    expect(clock.estimate).toMatchObject({ steps: 2, stepMs: 7_000, wallStepMs: null });
    for (let at = 15_000; at <= 90_000; at += 5_000) clock.add(exchange(at, 6_000, 5, 5));
    expect(clock.estimate?.stepMs).toBe(7_000);
    for (let at = 95_000; at <= 105_000; at += 5_000) clock.add(exchange(at, 6_000, 5, 5));
    expect(clock.estimate).toMatchObject({ steps: 2, stepMs: null });
  });

  it('of the PC that is set beside the one frames are stamped with is told apart from it', () => {
    const clock = new RelayClock();
    clock.add(exchange(0, 0, 5, 5));
    clock.add(exchange(5_000, 0, 5, 5, 7_000));
    expect(clock.estimate).toMatchObject({
      offsetMs: 0,
      wallOffsetMs: 7_000,
      steps: 0,
      wallSteps: 1,
      stepMs: null,
      wallStepMs: 7_000,
    });
  });
});
