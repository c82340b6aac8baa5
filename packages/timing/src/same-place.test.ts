import { describe, expect, it } from 'vitest';
import { createTiming, fillIn, foldRecord, standings } from './index.js';
import { type Drive, folded, race, session, steady } from './testing/drive.js';

/** Stands in its box from 30 s on, out of the world from 35 s to 160 s, and comes back a little off its place. */
const back =
  (off: number): Drive =>
  (time) => {
    if (time < 25) return steady(20)(time);
    if (time < 30) return { at: 1.25 + (time - 25) / 200, surface: 'pitApproach', onPitRoad: true };
    if (time > 35 && time < 160) return null;
    return { at: 1.275 + (time < 35 ? 0 : off), surface: 'pitStall', onPitRoad: true };
  };

describe('samples that say nothing new', () => {
  it('PROG-20: a second sample of a car at one session time, another relay’s, is no movement and no time', () => {
    const drives = [steady(20), steady(20, 0.02)];
    const frames = race(drives, { until: 50 });
    const once = folded(session(2), ...frames);
    const twice = createTiming();
    foldRecord(twice, session(2));
    for (const [n, each] of frames.entries()) {
      foldRecord(twice, each);
      // Another relay is a moment ahead; the frame of that moment follows.
      const next = frames[n + 1];
      if (next !== undefined) fillIn(twice, { ...next, cars: next.cars.slice(0, 1) });
    }
    expect(standings(twice)).toEqual(standings(once));
    expect(twice.laps).toEqual(once.laps);
  });

  it('PROG-21: a car that comes back to its box by a rounding error further on has not been towed', () => {
    for (const off of [1e-15, 1e-9, 1e-7, -1e-9]) {
      const state = folded(session(2), ...race([back(off), steady(20, 0.01)], { until: 170 }));
      expect(state.cars[0]?.heldProgress).toBeNull();
      expect(state.events.filter(({ name }) => name === 'towed')).toEqual([]);
    }
  });
});
