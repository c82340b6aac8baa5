import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWitness, latestCapture } from '../session/latest-capture.js';
import { ProvenClock } from './proven-clock.js';

/** An exchange at a server's instant with a clock that is `ahead` ms ahead. */
const exchange = (at: number, ahead: number, there = 10, back = 10) => ({
  serverSentAt: at,
  relayReceivedAt: at + there + ahead,
  relaySentAt: at + there + ahead,
  serverReceivedAt: at + there + back,
  wallAt: 0,
});

describe('what exchanges prove of a clock', () => {
  it('is nothing before there are two', () => {
    const clock = new ProvenClock();
    clock.add(exchange(0, 7_000));
    expect([clock.isKnown, clock.proof]).toEqual([true, null]);
  });

  it('DLY-2: dates a backlog at its capture, within the bound, when one agrees from before the break and one from after', () => {
    const clock = new ProvenClock();
    clock.add(exchange(0, 7_000));
    clock.add(exchange(60_000, 7_000, 400, 20));
    const proof = clock.proof;
    const witness = { ...createWitness(), proof, simStartMs: 1_000 };
    const at = latestCapture(witness, { receivedAt: 61_000, capturedAt: 30_000 + 7_000, sessionTimeMs: 29_000 });
    expect(at).toBeGreaterThanOrEqual(30_000);
    expect(at).toBeLessThan(30_100);
  });

  it('DLY-2: is nothing where the clock was set between them, either way', () => {
    for (const step of [-10_000, 10_000]) {
      const clock = new ProvenClock();
      clock.add(exchange(0, 7_000));
      clock.add(exchange(5_000, 7_000 + step));
      expect(clock.proof).toBeNull();
    }
  });

  it('DLY-2: never dates a stamp of a steady clock before its capture, whatever the delays of the line', () => {
    const delay = fc.integer({ min: 0, max: 900 });
    fc.assert(
      fc.property(
        fc.integer({ min: -100_000, max: 100_000 }),
        fc.array(fc.tuple(delay, delay), { minLength: 2, maxLength: 12 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (ahead, delays, share) => {
          const clock = new ProvenClock();
          for (const [i, [there, back]] of delays.entries()) clock.add(exchange(i * 5_000, ahead, there, back));
          const { proof } = clock;
          if (proof === null) return;
          const stamp = proof.from + share * (proof.to - proof.from);
          expect(stamp - proof.leastAheadMs).toBeGreaterThanOrEqual(stamp - ahead);
        },
      ),
    );
  });
});
