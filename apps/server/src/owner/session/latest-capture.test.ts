import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Captured, type ClockProof, createWitness, latestCapture } from './latest-capture.js';

const T0 = 1_764_000_000_000;
const AHEAD_MS = 7_000;
const EVER = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

interface TrueFrame extends Captured {
  /** When it was captured by the truth. */
  readonly at: number;
}

/** Frames as they were captured, received in order some time later, in bursts where the line was away. */
const frames = fc
  .array(
    fc.record({
      afterMs: fc.double({ min: 10, max: 3_000, noNaN: true }),
      onTheWayMs: fc.oneof(
        fc.double({ min: 0, max: 30, noNaN: true }),
        fc.double({ min: 0, max: 60_000, noNaN: true }),
      ),
      /** How far the sim's clock stays behind on the way to this frame, in ms. */
      standsMs: fc.double({ min: 0, max: 5_000, noNaN: true }),
      stampOffByMs: fc.double({ min: -120_000, max: 120_000, noNaN: true }),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((list) => {
    let at = T0;
    let receivedAt = 0;
    let stood = 0;
    return list.map(({ afterMs, onTheWayMs, standsMs, stampOffByMs }) => {
      at += afterMs;
      receivedAt = Math.max(receivedAt, Math.ceil(at + onTheWayMs));
      stood += Math.min(standsMs, afterMs);
      return { at, receivedAt, sessionTimeMs: at - T0, standingTimeMs: at - T0 - stood, stampOffByMs };
    });
  });

function datesOf(list: readonly TrueFrame[], proof: ClockProof | null): { readonly at: number; readonly is: number }[] {
  const witness = createWitness();
  witness.proof = proof;
  return list.map((captured) => ({ at: captured.at, is: latestCapture(witness, captured) }));
}

describe('the latest instant of capture', () => {
  it('DLY-2: is never before the truth where the sim’s clock is right, whatever the relay’s says and is taken for', () => {
    const proofs = fc.option(fc.double({ min: -120_000, max: 120_000, noNaN: true }));
    fc.assert(
      fc.property(frames, proofs, (list, leastAheadMs) => {
        const stamped = list.map((each) => ({ ...each, capturedAt: each.at + each.stampOffByMs }));
        for (const { at, is } of datesOf(stamped, leastAheadMs === null ? null : { ...EVER, leastAheadMs })) {
          expect(is).toBeGreaterThanOrEqual(at - 1e-3);
        }
      }),
    );
  });

  it('DLY-2: is never before the truth where the relay’s clock is right, however often the sim’s stands', () => {
    fc.assert(
      fc.property(frames, fc.double({ min: 0, max: 200, noNaN: true }), (list, boundMs) => {
        const standing = list.map(({ at, receivedAt, standingTimeMs }) => ({
          at,
          receivedAt,
          sessionTimeMs: standingTimeMs,
          capturedAt: at + AHEAD_MS,
        }));
        for (const { at, is } of datesOf(standing, { ...EVER, leastAheadMs: AHEAD_MS - boundMs })) {
          expect(is).toBeGreaterThanOrEqual(at - 1e-3);
        }
      }),
    );
  });

  it('DLY-2: is never after the receipt, and is the receipt without a proof or outside of it', () => {
    fc.assert(
      fc.property(frames, fc.double({ min: -1e5, max: 1e5, noNaN: true }), (list, leastAheadMs) => {
        const stamped = list.map((each) => ({ ...each, capturedAt: each.at + each.stampOffByMs }));
        datesOf(stamped, { ...EVER, leastAheadMs }).forEach(({ is }, i) => {
          expect(is).toBeLessThanOrEqual(stamped[i]?.receivedAt ?? 0);
        });
        for (const proof of [null, { from: 0, to: 1, leastAheadMs }]) {
          expect(datesOf(stamped, proof).map(({ is }) => is)).toEqual(stamped.map(({ receivedAt }) => receivedAt));
        }
      }),
    );
  });

  it('dates an honest backlog at its capture, within the bound and the quickest way that a frame has come', () => {
    const witness = createWitness();
    const live = { receivedAt: T0 + 4, capturedAt: T0 + AHEAD_MS, sessionTimeMs: 0 };
    expect(latestCapture(witness, live)).toBe(T0 + 4);
    witness.proof = { from: T0, to: T0 + 100_000, leastAheadMs: AHEAD_MS - 2 };
    for (let ms = 100; ms < 30_000; ms += 100) {
      const late = { receivedAt: T0 + 31_000, capturedAt: T0 + ms + AHEAD_MS, sessionTimeMs: ms };
      expect(latestCapture(witness, late)).toBe(T0 + ms + 4);
    }
  });

  it('DLY-2: is before the truth by less than a frame where the relay lies and the sim’s clock stands as well', () => {
    const stand = fc.record({ from: fc.integer({ min: 5, max: 60 }), frames: fc.integer({ min: 2, max: 40 }) });
    const times = { stand, liesMs: fc.integer({ min: 0, max: 60_000 }), away: fc.integer({ min: 70, max: 180 }) };
    fc.assert(
      fc.property(fc.record(times), ({ stand: { from, frames: many }, liesMs, away }) => {
        const list = Array.from({ length: 200 }, (_, n) => {
          const at = T0 + n * 100;
          // It stops and goes on between two frames; what is captured while the line is away comes later.
          const stood = Math.min(Math.max(0, n - from) * 100, many * 100 - 50);
          const receivedAt = n > away ? Math.max(at, T0 + (away + 15) * 100) : at;
          return { at, receivedAt, capturedAt: at - liesMs, sessionTimeMs: n * 100 - stood };
        });
        for (const { at, is } of datesOf(list, { ...EVER, leastAheadMs: 0 })) expect(is).toBeGreaterThan(at - 100);
      }),
    );
  });

  it('DLY-2: is the receipt while frames keep coming, however the stamps and the sim’s clock drift or lie together', () => {
    const lie = fc.record({
      afterMs: fc.integer({ min: 1, max: 1_000 }),
      capturedAt: fc.double({ min: 0, max: 8e15, noNaN: true }),
      sessionTimeMs: fc.double({ min: 0, max: 1e11, noNaN: true }),
    });
    const drifting = fc.double({ min: 0.01, max: 1, noNaN: true }).map((pace) =>
      Array.from({ length: 300 }, (_, n) => ({
        afterMs: 100,
        capturedAt: T0 + n * 100 * pace,
        sessionTimeMs: n * 100 * pace,
      })),
    );
    fc.assert(
      fc.property(fc.oneof(drifting, fc.array(lie, { minLength: 1, maxLength: 80 })), (list) => {
        let receivedAt = T0;
        const witness = { ...createWitness(), proof: { ...EVER, leastAheadMs: 0 } };
        for (const { afterMs, ...said } of list) {
          receivedAt += afterMs;
          expect(latestCapture(witness, { receivedAt, ...said })).toBe(receivedAt);
        }
      }),
    );
  });

  it('DLY-2: behind a gap that the server saw, a lie is early by the gap’s length at most, and no longer than that', () => {
    const lie = fc.record({
      afterMs: fc.oneof(fc.integer({ min: 0, max: 900 }), fc.integer({ min: 1_001, max: 60_000 })),
      backMs: fc.integer({ min: 0, max: 100_000 }),
    });
    fc.assert(
      fc.property(fc.array(lie, { minLength: 1, maxLength: 80 }), (list) => {
        let receivedAt = T0;
        let gap = { from: T0, to: T0 };
        const witness = { ...createWitness(), proof: { ...EVER, leastAheadMs: 0 }, heardAt: T0 };
        for (const { afterMs, backMs } of list) {
          const before = receivedAt;
          receivedAt += afterMs;
          if (afterMs > 1_000) gap = { from: before, to: receivedAt };
          const claimed = receivedAt - backMs;
          const is = latestCapture(witness, { receivedAt, capturedAt: claimed, sessionTimeMs: claimed - T0 + 100_000 });
          expect(is).toBeGreaterThanOrEqual(receivedAt - (gap.to - gap.from));
          expect(is).toBeLessThanOrEqual(receivedAt);
          if (receivedAt - gap.to > gap.to - gap.from) expect(is).toBe(receivedAt);
        }
      }),
    );
  });

  it('believes no stamp of a line that falls behind the frames before it, or has none before it', () => {
    const proof = { ...EVER, leastAheadMs: 0 };
    const line = { receivedAt: T0 + 90_000, capturedAt: T0 + 30_000, sessionTimeMs: null };
    // A second relay's first word, stamped a minute old, into a session that has nothing newer.
    expect(latestCapture({ ...createWitness(), proof }, line)).toBe(line.receivedAt);
    const behind = { proof, simStartMs: T0, frameAt: T0 + 60_000 };
    expect(latestCapture(behind, line)).toBe(line.receivedAt);
    const among = { proof, simStartMs: T0, frameAt: T0 + 29_950 };
    expect(latestCapture(among, line)).toBe(T0 + 30_000);
  });
});
