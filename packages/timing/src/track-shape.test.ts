import type { CarSample, Frame, Surface } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { createShape, learnShape, SHAPE_POINTS, SHAPE_SIZE, shapeOn, type TrackShape } from './index.js';

const LAP_S = 90;
const HZ = 10;

/** An egg-shaped track, 2000 m long and 1000 m wide, with the line on its right; `aside` m further out. */
function trackAt(pct: number, aside = 0): { readonly x: number; readonly y: number } {
  const angle = pct * 2 * Math.PI;
  const round = 1 + 0.2 * Math.cos(angle);
  return { x: 300 + (1_000 + aside) * Math.cos(angle), y: -70 + (500 + aside) * round * Math.sin(angle) };
}

interface Driven {
  readonly startsAt?: number;
  readonly aside?: number;
  readonly surface?: Surface;
  readonly onPitRoad?: boolean;
}

/** A frame of cars that drive round at the same pace. */
function frameAt(sessionTime: number, cars: readonly Driven[], change = (sample: CarSample) => sample): Frame {
  return {
    kind: 'frame',
    seq: 1,
    capturedAt: 0,
    sessionTime,
    state: 'racing',
    flags: [],
    cars: cars.map(({ startsAt = 0, aside = 0, surface = 'onTrack', onPitRoad = false }, car) => {
      const progress = startsAt + sessionTime / LAP_S;
      const pct = progress - Math.floor(progress);
      return change({ car, pct, surface, onPitRoad, ...trackAt(pct, aside) });
    }),
  };
}

function drive(shape: TrackShape, laps: number, cars: readonly Driven[], change?: (sample: CarSample) => CarSample) {
  for (let tick = 0; tick <= laps * LAP_S * HZ; tick++) learnShape(shape, frameAt(tick / HZ, cars, change));
  return shape;
}

const FIELD: readonly Driven[] = Array.from({ length: 10 }, (_, car) => ({ startsAt: -0.01 * car, aside: car - 5 }));

/** How far a shape is from the track at the worst point, in m. */
function worstM(points: readonly number[]): number {
  const scale = 2_000 / SHAPE_SIZE;
  const all = Array.from({ length: 2_000 }, (_, i) => trackAt(i / 2_000).y);
  const middle = (Math.min(...all) + Math.max(...all)) / 2;
  const off = Array.from({ length: SHAPE_POINTS }, (_, i) => {
    const { x, y } = trackAt(i / SHAPE_POINTS);
    return Math.hypot((points[i * 2] ?? 0) * scale + 300 - x, (points[i * 2 + 1] ?? 0) * scale + middle - y);
  });
  return Math.max(...off);
}

describe('the shape of a track', () => {
  it('is known after one lap of a field, and is where the cars were', () => {
    const shape = drive(createShape(), 1.1, FIELD);
    expect(shape).toMatchObject({ isDone: true, passes: null });
    expect(shape.points).toHaveLength(SHAPE_POINTS * 2);
    expect(shape.points?.every(Number.isInteger)).toBe(true);
    expect(worstM(shape.points ?? [])).toBeLessThan(6);
  });

  it('is known after three laps of one car, and changes once more', () => {
    const shape = createShape();
    const seen = new Set<readonly number[] | null>();
    const after: (readonly number[] | null)[] = [];
    for (let lap = 0; lap < 12; lap++) {
      for (let tick = 0; tick < LAP_S * HZ; tick++) {
        learnShape(shape, frameAt(lap * LAP_S + tick / HZ, [{}]));
        seen.add(shape.points);
      }
      after.push(shape.points);
    }
    expect(after.slice(0, 2)).toEqual([null, null]);
    expect(after[3]).not.toBeNull();
    expect(seen.size).toBe(3);
    expect(shape.isDone).toBe(true);
  });

  it('is learned from two frames a second', () => {
    const shape = createShape();
    for (let tick = 0; tick <= 1.2 * LAP_S * 2; tick++) learnShape(shape, frameAt(tick / 2, FIELD));
    expect(worstM(shape.points ?? [])).toBeLessThan(6);
  });

  it('is not bent by cars in the pits, off the track, or put elsewhere', () => {
    const odd: readonly Driven[] = [
      { startsAt: -0.2, aside: 300, onPitRoad: true },
      { startsAt: -0.3, aside: 300, surface: 'offTrack' },
      { startsAt: -0.4, aside: 300, surface: 'pitApproach' },
    ];
    expect(worstM(drive(createShape(), 1.1, [...FIELD, ...odd]).points ?? [])).toBeLessThan(6);
    // A car that the sim shows far away for a moment, each time at another place.
    const jumping = (sample: CarSample) =>
      sample.car === 4 && sample.pct % 0.1 < 0.03 ? { ...sample, x: 9e4 } : sample;
    expect(worstM(drive(createShape(), 1.1, FIELD, jumping).points ?? [])).toBeLessThan(6);
  });

  it('is not known where a stretch was never driven, or no car has gone anywhere', () => {
    const cut = (sample: CarSample) =>
      sample.pct > 0.4 && sample.pct < 0.44 ? { ...sample, surface: 'offTrack' as const } : sample;
    expect(drive(createShape(), 3, FIELD, cut).points).toBeNull();
    const still = (sample: CarSample) => ({ ...sample, x: 0, y: 0 });
    expect(drive(createShape(), 3, FIELD, still).points).toBeNull();
  });

  it('closes what one or two points of it are missing', () => {
    const cut = (sample: CarSample) =>
      sample.pct > 0.4 && sample.pct < 0.408 ? { ...sample, onPitRoad: true } : sample;
    expect(drive(createShape(), 0.9, FIELD, cut).points).toBeNull();
    expect(worstM(drive(createShape(), 1.1, FIELD, cut).points ?? [])).toBeLessThan(6);
  });

  it('needs cars that say where they are: nothing is kept without', () => {
    const without = ({ x: _, y: __, ...sample }: CarSample): CarSample => sample;
    expect(drive(createShape(), 2, FIELD, without)).toMatchObject({ points: null, passes: null, isDone: false });
  });

  it('is that of one track', () => {
    const monza = shapeOn(createShape(), { id: '239', name: 'Monza', config: 'Grand Prix' });
    drive(monza, 1.1, FIELD);
    expect(shapeOn(monza, { id: '239', name: 'Monza', config: 'Grand Prix', lengthM: 5_750 })).toBe(monza);
    expect(shapeOn(monza, { id: '239', name: 'Monza', config: 'Junior' })).toMatchObject({
      points: null,
      isDone: false,
    });
  });
});
