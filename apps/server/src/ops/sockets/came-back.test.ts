import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cameBack } from './came-back.js';
import type { Connection } from './socket-registry.js';

const connection = (whose: string, connectedAt: number, beatAt = connectedAt) =>
  ({ whose, connectedAt, beats: { at: beatAt } }) as unknown as Connection;

describe('dead connections whose viewer has come back', () => {
  it('are as many as the same viewer made since then', () => {
    const [old, other, late] = [connection('page', 1, 50), connection('phone', 1, 50), connection('page', 2, 90)];
    const back = cameBack(new Set([old, other, late]), [
      old,
      other,
      late,
      connection('page', 60),
      connection('page', 10),
    ]);
    // The new one of 60 was there before the late one fell silent.
    expect([...back]).toEqual([old]);
  });

  it('are never more than new connections, and none that fell silent after them', () => {
    const times = fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 8 });
    fc.assert(
      fc.property(times, times, (silentSince, connectedAt) => {
        const dead = silentSince.map((at) => connection('page', 0, at));
        const open = [...dead, ...connectedAt.map((at) => connection('page', at))];
        const back = cameBack(new Set(dead), open);
        expect(back.size).toBeLessThanOrEqual(connectedAt.length);
        for (const each of back) expect(connectedAt.some((at) => at > (each.beats?.at ?? 0))).toBe(true);
      }),
    );
  });
});
