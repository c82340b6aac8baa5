import type { Phases } from './phases.js';
import type { PitLane } from './pieces.js';
import type { Chart, ChartCar } from './read-chart.js';
import type { Start } from './story.js';

/** A car that first crosses the finish line later than this after green has joined late, in seconds. */
const LATE_S = 30;
/** Laps between two places of the grid, and from the line to the last of them at most. */
const PLACE_LAPS = 0.0016;
const LONGEST_GRID = 0.1;

/** The places that the field of a race starts from, 1 the first; who starts from the pits comes last. */
export function gridPlaces({ cars, type }: Chart, { green }: Phases): ReadonlyMap<ChartCar, number> {
  if (type !== 'race') return new Map();
  const starters = cars.filter(({ crossings: [first, ...laps] }) => {
    return first.lap === 0 && first.time <= green + LATE_S && (laps.length > 0 || first.position !== null);
  });
  starters.sort(({ crossings: [a] }, { crossings: [b] }) => {
    const byPits = Number(a.notes.pitted) - Number(b.notes.pitted);
    return byPits || (a.position ?? cars.length) - (b.position ?? cars.length) || a.time - b.time;
  });
  return new Map(starters.map((car, i) => [car, i + 1]));
}

/**
 * How a car comes into the world. At the start, who starts from the pits stands behind the grid, so that it
 * does not lead the race before the others have reached the line; who joins later stands behind the line.
 */
export function startOf(
  car: ChartCar,
  places: ReadonlyMap<ChartCar, number>,
  { from, green }: Phases,
  pitLane: PitLane,
): Start {
  const [first, ...laps] = car.crossings;
  const place = places.get(car);
  if (place !== undefined) {
    const behind = place * Math.min(PLACE_LAPS, LONGEST_GRID / places.size);
    return first.notes.pitted
      ? { kind: 'pits', from, at: green, progress: -behind }
      : { kind: 'grid', from, at: green, behind };
  }
  if (laps.length === 0) return { kind: 'never' };
  return { kind: 'pits', from: first.time, at: first.time, progress: first.lap + pitLane.stall };
}
