import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  behindBy,
  bothResumed,
  type Delay,
  type Delays,
  dueAt,
  GLIDE_RATE,
  paused,
  positionOf,
  publicPosition,
  restarted,
  resumed,
  settled,
  stateName,
  withDelay,
  withDelays,
} from './playhead.js';

const running = (delayMs: number): Delay => ({ delayMs, playhead: { moves: 'running' } });

/** The graphics of a show, paused, or after a restart. */
const pausedAlone = (delay: Delay, now: number) => paused({ graphics: delay, public: delay }, now).graphics;
const restartedAlone = (delay: Delay, at: number | null, now: number) =>
  restarted({ graphics: delay, public: delay }, { graphics: at, public: at }, now).graphics;

/** Anything that a director does, some time after what was done before. */
const act = fc.record({
  afterMs: fc.integer({ min: 0, max: 200_000 }),
  what: fc.constantFrom('set', 'pause', 'resume') as fc.Arbitrary<'set' | 'pause' | 'resume'>,
  delayMs: fc.integer({ min: 0, max: 120_000 }),
  mode: fc.constantFrom('glide', 'jump') as fc.Arbitrary<'glide' | 'jump'>,
});

function after(
  delay: Delay,
  { what, delayMs, mode }: { what: string; delayMs: number; mode: 'glide' | 'jump' },
  now: number,
) {
  if (what === 'set') return withDelay(delay, delayMs, mode, now);
  return what === 'pause' ? pausedAlone(delay, now) : resumed(delay, mode, now);
}

describe('the position of a picture', () => {
  it('DLY-4: only goes forward, and is never nearer than the set delay but where it stood before the delay was raised', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 120_000 }), fc.array(act, { maxLength: 12 }), (first, acts) => {
        let delay = running(first);
        let now = 1_000_000;
        let before = positionOf(delay, now);
        /** The newest instant that any delay so far has let out. */
        let aired = before;
        for (const step of acts) {
          for (let left = step.afterMs; left > 0; left -= 7_000) {
            now += Math.min(left, 7_000);
            const position = positionOf(delay, now);
            expect(position).toBeGreaterThanOrEqual(before - 1e-6);
            expect(position).toBeLessThanOrEqual(Math.max(aired, now - delay.delayMs) + 1e-6);
            before = position;
            aired = Math.max(aired, position);
          }
          delay = after(delay, step, now);
          expect(positionOf(delay, now)).toBeGreaterThanOrEqual(before - 1e-6);
          expect(positionOf(delay, now)).toBeLessThanOrEqual(Math.max(aired, now - delay.delayMs) + 1e-6);
          before = positionOf(delay, now);
          aired = Math.max(aired, before);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('DLY-5: a longer delay holds it until it is far enough behind', () => {
    const held = withDelay(running(10_000), 30_000, 'glide', 100_000);
    expect(stateName(held, 100_000)).toBe('holding');
    expect(positionOf(held, 119_999)).toBe(90_000);
    expect(stateName(held, 120_000)).toBe('running');
    expect(positionOf(held, 121_000)).toBe(91_000);
  });

  it('DLY-6: a shorter one is reached a fifth faster than time goes, or in one step', () => {
    const glides = withDelay(running(30_000), 10_000, 'glide', 100_000);
    expect(positionOf(glides, 110_000)).toBe(70_000 + GLIDE_RATE * 10_000);
    expect(stateName(glides, 199_999)).toBe('gliding');
    expect(stateName(glides, 200_001)).toBe('running');
    const jumps = withDelay(running(30_000), 10_000, 'jump', 100_000);
    expect(positionOf(jumps, 100_000)).toBe(90_000);
  });

  it('DLY-7: paused, it stands still, and goes on by itself at the set delay when it is 120 s behind', () => {
    const still = pausedAlone(running(30_000), 100_000);
    expect(positionOf(still, 189_999)).toBe(70_000);
    expect(stateName(still, 189_999)).toBe('paused');
    expect(positionOf(still, 190_000)).toBe(160_000);
    expect(positionOf(resumed(still, 'jump', 120_000), 120_000)).toBe(90_000);
    expect(stateName(resumed(still, 'glide', 120_000), 120_000)).toBe('gliding');
  });

  it('DLY-8: is live only without a delay and caught up', () => {
    const glides = withDelay(running(1_000), 0, 'glide', 100_000);
    expect(stateName(glides, 100_000)).toBe('gliding');
    expect(stateName(glides, 106_000)).toBe('live');
  });

  it('DLY-9: after a restart it is where it was, or where the delay says, whichever is later; never nearer than the delay', () => {
    expect(positionOf(restartedAlone(running(30_000), null, 100_000), 100_000)).toBe(70_000);
    const held: Delay = { delayMs: 60_000, playhead: { moves: 'holding', at: 80_000 } };
    expect(positionOf(restartedAlone(held, 80_000, 100_000), 100_000)).toBe(80_000);
    expect(stateName(restartedAlone(held, 80_000, 150_000), 150_000)).toBe('gliding');
    expect(positionOf(restartedAlone(held, 80_000, 150_000), 150_000)).toBe(80_000);
    const glided: Delay = { delayMs: 10_000, playhead: { moves: 'gliding', at: 40_000, since: 90_000 } };
    expect(positionOf(restartedAlone(glided, 52_000, 100_000), 100_000)).toBe(52_000);
  });

  it('DLY-10: an output with an extra delay is that much behind, at most 120 s, and never ahead', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 120_000 }), fc.integer({ min: 0, max: 120_000 }), (delayMs, extraMs) => {
        const now = 1_000_000;
        const position = positionOf(running(delayMs), now);
        const later = behindBy(position, extraMs, now);
        expect(later).toBeLessThanOrEqual(position);
        expect(now - later).toBe(Math.min(120_000, delayMs + extraMs));
      }),
    );
  });

  it('says when it comes to an instant, to the millisecond', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 120_000 }),
        act,
        fc.integer({ min: 1, max: 60_000 }),
        (first, step, aheadMs) => {
          const now = 1_000_000;
          const delay = after(running(first), step, now);
          const instant = positionOf(delay, now) + aheadMs;
          const due = dueAt(delay, instant, now);
          if (due === null) return;
          expect(positionOf(delay, due + 0.01)).toBeGreaterThanOrEqual(instant - 0.001);
          if (settled(delay, due - 1).playhead.moves !== 'paused')
            expect(positionOf(delay, due - 1)).toBeLessThan(instant);
        },
      ),
    );
  });
});

/** Anything that is done to both pictures, some time after what was done before. */
const actOnBoth = fc.record({
  afterMs: fc.integer({ min: 0, max: 200_000 }),
  what: fc.constantFrom('set', 'setExtra', 'pause', 'resume', 'restart'),
  delayMs: fc.integer({ min: 0, max: 120_000 }),
  publicExtraMs: fc.integer({ min: 0, max: 120_000 }),
  mode: fc.constantFrom('glide', 'jump') as fc.Arbitrary<'glide' | 'jump'>,
});
type ActOnBoth = typeof actOnBoth extends fc.Arbitrary<infer T> ? T : never;

function afterOnBoth(delays: Delays, { what, delayMs, publicExtraMs, mode }: ActOnBoth, now: number): Delays {
  switch (what) {
    case 'set':
      return withDelays(delays, { delayMs, publicExtraMs }, mode, now);
    case 'setExtra':
      return withDelays(delays, { publicExtraMs }, mode, now);
    case 'pause':
      return paused(delays, now);
    case 'resume':
      return bothResumed(delays, mode, now);
    default:
      return restarted(
        delays,
        { graphics: positionOf(delays.graphics, now), public: publicPosition(delays, now) },
        now,
      );
  }
}

describe('the positions of the two pictures', () => {
  it('DLY-17: never fall back, are never nearer than each total, and at most 120 and 240 s behind, pauses included', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 120_000 }),
        fc.integer({ min: 0, max: 120_000 }),
        fc.array(actOnBoth, { maxLength: 14 }),
        (first, extra, acts) => {
          let delays: Delays = { graphics: running(first), public: running(first + extra) };
          let now = 1_000_000;
          const seen = () => ({ graphics: positionOf(delays.graphics, now), public: publicPosition(delays, now) });
          let before = seen();
          const look = () => {
            const { graphics, public: ofPublic } = seen();
            expect(graphics).toBeGreaterThanOrEqual(before.graphics - 1e-6);
            expect(ofPublic).toBeGreaterThanOrEqual(before.public - 1e-6);
            const { delayMs } = delays.graphics;
            expect(graphics).toBeLessThanOrEqual(Math.max(before.graphics, now - delayMs) + 1e-6);
            expect(ofPublic).toBeLessThanOrEqual(Math.max(before.public, now - delays.public.delayMs) + 1e-6);
            expect(ofPublic).toBeLessThanOrEqual(graphics + 1e-6);
            expect(now - graphics).toBeLessThanOrEqual(120_000 + 1e-6);
            expect(now - ofPublic).toBeLessThanOrEqual(240_000 + 1e-6);
            before = { graphics, public: ofPublic };
          };
          for (const step of acts) {
            for (let left = step.afterMs; left > 0; left -= 7_000) {
              now += Math.min(left, 7_000);
              look();
            }
            delays = afterOnBoth(delays, step, now);
            look();
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('DLY-18: are paused together, and go on together when the graphics are 120 s behind', () => {
    const still = paused({ graphics: running(30_000), public: running(50_000) }, 100_000);
    expect([stateName(still.graphics, 189_999), stateName(still.public, 189_999)]).toEqual(['paused', 'paused']);
    expect(publicPosition(still, 189_999)).toBe(50_000);
    expect(publicPosition(still, 190_000)).toBe(140_000);
    // Raised meanwhile, it is held where it stood until that is due.
    const raised = { ...still, public: withDelay(still.public, 150_000, 'glide', 120_000) };
    expect(stateName(raised.public, 190_001)).toBe('holding');
    expect(publicPosition(raised, 199_000)).toBe(50_000);
    expect(publicPosition(raised, 201_000)).toBe(51_000);
  });

  it('DLY-17: the public one waits for graphics that glide, whatever is nearer', () => {
    const glides = withDelay(running(100_000), 0, 'glide', 1_000_000);
    const delays = { graphics: glides, public: running(20_000) };
    expect(publicPosition(delays, 1_000_000)).toBe(900_000);
    expect(publicPosition(delays, 1_600_000)).toBe(1_580_000);
  });

  it('DLY-17: what is done while the graphics glide starts from what the public has seen', () => {
    const glides = withDelay(running(60_000), 0, 'glide', 1_000_000);
    const seen = { graphics: glides, public: running(0) };
    expect(publicPosition(seen, 1_010_000)).toBe(952_000);
    const raised = withDelays(seen, { delayMs: 0, publicExtraMs: 30_000 }, 'jump', 1_010_000);
    // Its own playhead was at 1,010,000 already, and nobody had seen that.
    expect(publicPosition(raised, 1_010_000)).toBe(980_000);
    expect(publicPosition(paused(seen, 1_010_000), 1_010_000)).toBe(952_000);
    const standing = bothResumed(paused(seen, 1_010_000), 'jump', 1_020_000);
    expect(publicPosition(standing, 1_020_000)).toBe(1_020_000);
  });

  it('DLY-9: no picture comes back from a restart further behind than it may be', () => {
    const glides = { delayMs: 0, playhead: { moves: 'gliding', at: 900_000, since: 1_000_000 } } as const;
    const aired = { graphics: 900_000, public: 900_000 };
    const back = restarted({ graphics: glides, public: glides }, aired, 2_000_000);
    expect(positionOf(back.graphics, 2_000_000)).toBe(1_880_000);
    expect(positionOf(back.public, 2_000_000)).toBe(1_760_000);
  });
});
