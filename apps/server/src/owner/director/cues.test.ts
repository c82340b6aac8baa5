import { type EntryFigures, type FeedState, NOTHING_CUED, packRow, UNKNOWN_FIGURES } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { CueError, slotsOf, withSceneSaved } from './cues.js';

const figures = (position: number, over: Partial<EntryFigures> = {}): EntryFigures => ({
  ...UNKNOWN_FIGURES,
  position,
  intervalMs: 5_000,
  provenance: { ...UNKNOWN_FIGURES.provenance, interval: 'measured' },
  ...over,
});

/** A picture of cars 10, 11, … in this order. */
const picture = (...cars: Partial<EntryFigures>[]): FeedState =>
  ({
    rows: Object.fromEntries(cars.map((over, i) => [10 + i, packRow(figures(i + 1, over))])),
    entries: cars.map((_, i) => ({ car: 10 + i })),
    onAir: NOTHING_CUED,
  }) as unknown as FeedState;

describe('what a cue comes to', () => {
  it('finds the leader, and the two cars that race closest to each other', () => {
    const field = picture({}, { intervalMs: 900 }, { intervalMs: 400 }, { intervalMs: 1_200 });
    expect(slotsOf({ driver: 'leader', battle: 'closest' }, field, 7)).toEqual({
      driver: { car: 10, until: 7 },
      battle: { cars: [11, 12], until: 7 },
    });
  });

  it('takes no battle from an interval that was not measured, from the pits, or where nobody is close', () => {
    const estimated = { ...figures(2).provenance, interval: 'estimated' as const };
    for (const over of [
      { intervalMs: 300, provenance: estimated },
      { intervalMs: 300, inPit: true },
      { intervalMs: 300, status: 'outLap' as const },
      { intervalMs: 2_100 },
      { intervalMs: null },
    ]) {
      expect(slotsOf({ battle: 'closest' }, picture({}, over), null)).toEqual({ battle: null });
    }
  });

  it('leaves slots alone that it does not name, takes off what is null, and never times the tower', () => {
    expect(slotsOf({ tower: {}, message: null }, picture({}), 7)).toEqual({ tower: { until: null }, message: null });
  });

  it('refuses a car that is not in the picture', () => {
    expect(() => slotsOf({ driver: { car: 99 } }, picture({}), null)).toThrow(CueError);
    expect(() => slotsOf({ battle: { cars: [10, 99] } }, picture({}), null)).toThrow('99');
  });
});

describe('scenes', () => {
  const scene = (name: string) => ({ name, set: {}, forMs: null });

  it('are put in place of one another, or at the end, never twice under one name', () => {
    const scenes = [scene('A'), scene('B')];
    expect(withSceneSaved(scenes, scene('C')).map(({ name }) => name)).toEqual(['A', 'B', 'C']);
    expect(withSceneSaved(scenes, scene('C'), 'A').map(({ name }) => name)).toEqual(['C', 'B']);
    expect(withSceneSaved(scenes, { ...scene('B'), forMs: 1_000 })[1]?.forMs).toBe(1_000);
    expect(() => withSceneSaved(scenes, scene('B'), 'A')).toThrow(CueError);
  });
});
