import { NOTHING_CUED } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { textOn } from './marks.js';
import { fieldOf } from './testing/field.js';
import { mapCars } from './track-map.js';

describe('the map of the track', () => {
  it('has cars by how far round they are, those in front last, without those that are out or unknown', () => {
    const field = fieldOf([
      { progress: 6.25 },
      { progress: -0.01 },
      { progress: 5.5, status: 'pit', inPit: true },
      { progress: 5.1, status: 'retired' },
      {},
    ]);
    const race = { ...field, onAir: { ...NOTHING_CUED, driver: { car: 1, until: null } } };
    expect(mapCars(race, null)).toMatchObject([
      { car: 2, at: 0.5, state: 'pit' },
      { car: 1, at: 0.99, isFeatured: true, isLeader: false },
      { car: 0, at: 0.25, isLeader: true },
    ]);
  });

  it('features the cued driver, the one on camera where the cue says so, and a cued battle', () => {
    const field = fieldOf([{ progress: 0.1 }, { progress: 0.2 }, { progress: 0.3 }]);
    const featured = (onAir: Partial<typeof NOTHING_CUED>, camera: number | null = null) =>
      mapCars({ ...field, camera, onAir: { ...NOTHING_CUED, ...onAir } }, null).flatMap(({ car, isFeatured }) =>
        isFeatured ? [car] : [],
      );
    expect(featured({})).toEqual([]);
    expect(featured({ driver: { car: 1, onCamera: true, until: null } }, 2)).toEqual([2]);
    expect(featured({ battle: { cars: [0, 1], until: null } })).toEqual([1, 0]);
  });

  it('writes numbers on a colour so that they can be read', () => {
    expect(['#f0e442', '#ffffff', '#3e8bff'].map(textOn)).toEqual(['#000000', '#000000', '#000000']);
    expect(['#000000', '#1146b8', '#6d1fc7'].map(textOn)).toEqual(['#ffffff', '#ffffff', '#ffffff']);
  });
});
