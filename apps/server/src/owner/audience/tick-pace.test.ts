import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EARLY_MS, TICK_MS, TickPace } from './tick-pace.js';

/** When the ticks are made of frames that come at these instants, with a timer that rings so late. */
function ticksOf(frames: readonly number[], timerLateMs = 0): { readonly at: number; readonly heldMs: number }[] {
  const pace = new TickPace();
  const ticks: { at: number; heldMs: number }[] = [];
  let due: { readonly at: number; readonly since: number } | null = null;
  const tick = (at: number, since: number) => {
    ticks.push({ at, heldMs: at - since });
    pace.ticked(at);
  };
  for (const at of frames) {
    if (due !== null && due.at <= at) {
      tick(due.at, due.since);
      due = null;
    }
    if (due !== null) continue;
    const wait = pace.waitMs(at);
    if (wait === 0) tick(at, at);
    else due = { at: at + wait + timerLateMs, since: at };
  }
  return ticks;
}

const evenly = (everyMs: number, count: number) => Array.from({ length: count }, (_, n) => n * everyMs);

describe('the pace of ticks', () => {
  it('holds none of ten frames a second, whatever their jitter', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: EARLY_MS / 2 }), { minLength: 1, maxLength: 300 }),
        fc.integer({ min: 96, max: 110 }),
        (jitter, everyMs) => {
          const ticks = ticksOf(jitter.map((late, n) => n * everyMs + late));
          expect(ticks).toHaveLength(jitter.length);
          for (const { heldMs } of ticks) expect(heldMs).toBe(0);
        },
      ),
    );
  });

  it('is on time again after one late tick', () => {
    const frames = evenly(100, 50);
    // The server was busy for 40 ms when the tenth came.
    frames[10] = 1_040;
    expect(ticksOf(frames, 1).map(({ at }) => at)).toEqual(frames);
  });

  it('makes of more frames no more ticks than its beat has, however they come', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 150 }), { minLength: 2, maxLength: 400 }), (gaps) => {
        let at = 0;
        const ticks = ticksOf(
          gaps.map((gap) => {
            at += gap;
            return at;
          }),
        );
        for (let first = 0; first < ticks.length; first++) {
          for (let last = first + 1; last < ticks.length; last++) {
            const tookMs = (ticks[last]?.at ?? 0) - (ticks[first]?.at ?? 0);
            expect(tookMs).toBeGreaterThanOrEqual((last - first) * TICK_MS - EARLY_MS);
          }
        }
      }),
    );
  });

  it('shows of sixty frames a second ten and a half', () => {
    const ticks = ticksOf(evenly(1_000 / 60, 600));
    expect(ticks.length).toBeGreaterThanOrEqual(104);
    expect(ticks.length).toBeLessThanOrEqual(107);
  });
});
