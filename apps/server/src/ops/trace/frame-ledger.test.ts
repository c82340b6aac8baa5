import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameLedger, outcomesOf } from './frame-ledger.js';

const frameOf = (seq: number, happenedAt = seq) => ({
  relayId: 'rig',
  seq,
  receivedAt: seq,
  timedAt: seq,
  happenedAt,
  place: seq,
});

describe('what became of frames', () => {
  it('every frame goes with one message to each room, in order: at once, or when its instant is shown', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('frame' as const) }),
      fc.record({ do: fc.constant('live' as const) }),
      fc.record({ do: fc.constant('show' as const), upTo: fc.nat(60) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const ledger = new FrameLedger();
        let seq = 0;
        let shown = -1;
        const live: number[] = [];
        const later: number[] = [];
        for (const each of steps) {
          if (each.do === 'frame') ledger.add(frameOf(seq++));
          else {
            const isLive = each.do === 'live';
            if (!isLive) shown = Math.max(shown, each.upTo);
            const tick = ledger.tick(isLive ? 'live' : 'later', isLive, isLive ? null : shown, 1);
            for (let n = tick.from; n < tick.to; n++) {
              (isLive ? live : later).push(n);
              if (!isLive) expect(n).toBeLessThanOrEqual(shown);
              expect(ledger.tickOf(tick.room, n)).toBe(tick);
            }
            expect(tick.to).toBe(isLive ? seq : Math.min(seq, Math.max(shown + 1, tick.from)));
          }
        }
        for (const numbers of [live, later]) expect(numbers).toEqual(numbers.map((_, i) => i));
      }),
    );
  });

  it('each frame is synced once, when all up to its place is on disk', () => {
    const ledger = new FrameLedger();
    for (const seq of [3, 5, 6, 9]) ledger.add(frameOf(seq));
    expect(ledger.sync(2, 10)).toEqual([]);
    expect(ledger.sync(5, 11).map(({ seq }) => seq)).toEqual([3, 5]);
    expect(ledger.sync(5, 12)).toEqual([]);
    expect(ledger.sync(20, 13).map(({ seq, syncedAt }) => [seq, syncedAt])).toEqual([
      [6, 13],
      [9, 13],
    ]);
  });

  it('is kept of the newest, within bounds, and what is not known any more is said to be so', () => {
    const ledger = new FrameLedger();
    for (let seq = 0; seq < 300; seq++) {
      ledger.add(frameOf(seq));
      const tick = ledger.tick('live', true, seq, seq);
      for (let i = 0; i < 1_000; i++) ledger.note(tick, `s${i}`, i === 7, seq + 0.5);
    }
    const outcomes = ledger.ticks.reduce((sum, tick) => sum + tick.socketIds.length, 0);
    expect(outcomes).toBeLessThanOrEqual(50_000);
    expect(outcomes).toBeGreaterThan(48_000);
    expect([ledger.knows(10), ledger.knows(299)]).toEqual([false, true]);
    const newest = ledger.tickOf('live', 299);
    const told = newest === undefined ? [] : outcomesOf(newest);
    expect(told.filter(({ isSkipped }) => isSkipped)).toEqual([{ socketId: 's7', at: 299.5, isSkipped: true }]);
    for (let seq = 300; seq < 20_000; seq++) ledger.add(frameOf(seq));
    expect(ledger.frames.length).toBeLessThanOrEqual(5_120);
    expect(ledger.frames.at(-1)?.seq).toBe(19_999);
    expect(ledger.sync(19_999, 1).length).toBe(ledger.frames.length);
  });
});
