import type { EntryFigures } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { standings, type TimingState } from './index.js';
import { type Drive, folded, race, session } from './testing/drive.js';

const figuresOf = (state: TimingState) => standings(state)[0]?.figures as EntryFigures;
const left = (state: TimingState) => state.events.filter(({ name }) => name === 'pit.left').map(({ detail }) => detail);

/** Drives laps of 20 s, and through the pit lane for 10 s from 25 s on, standing in the box from 28 s for a while. */
const visits =
  (standsS: number, isSeen: (time: number) => boolean = () => true): Drive =>
  (time) => {
    if (time < 25) return Math.max(0, time) / 20;
    const lane = (at: number, surface: 'pitStall' | 'pitApproach' = 'pitApproach') =>
      isSeen(time) ? { at, surface, onPitRoad: true } : null;
    if (time < 28) return lane(1.25 + (time - 25) / 200);
    if (time < 28 + standsS) return lane(1.265, 'pitStall');
    if (time < 35 + standsS) return lane(1.265 + (time - 28 - standsS) / 200);
    return 1.3 + (time - 35 - standsS) / 20;
  };

describe('drive-throughs', () => {
  it('PIT-6: a visit without standing in the box is a drive-through, with a lane time and no box time', () => {
    const state = folded(session(1), ...race([visits(0)], { until: 60 }));
    expect(figuresOf(state)).toMatchObject({ pitStops: 0, driveThroughs: 1 });
    expect(left(state)).toMatchObject([{ boxMs: null, stop: null }]);
    expect(Math.abs((left(state)[0]?.laneMs as number) - 10_000)).toBeLessThanOrEqual(200);
  });

  it('PIT-6: a stop is none, nor is one that happened unseen', () => {
    const stop = folded(session(1), ...race([visits(10)], { until: 60 }));
    expect(figuresOf(stop)).toMatchObject({ pitStops: 1, driveThroughs: 0 });
    expect(left(stop)).toMatchObject([{ stop: 1 }]);
    const unseen = folded(session(1), ...race([visits(10, (time) => time < 27.5 || time > 39)], { until: 60 }));
    expect(figuresOf(unseen)).toMatchObject({ pitStops: 1, driveThroughs: 0 });
  });

  it('PIT-6: each visit counts as what it was', () => {
    const twice: Drive = (time) => (time < 60 ? visits(0)(time) : place(visits(10)(time - 40)));
    const place = (at: ReturnType<Drive>) =>
      at === null ? null : typeof at === 'number' ? at + 1.25 : { ...at, at: at.at + 1.25 };
    const state = folded(session(1), ...race([twice], { until: 110 }));
    expect(figuresOf(state)).toMatchObject({ pitStops: 1, driveThroughs: 1 });
  });
});
