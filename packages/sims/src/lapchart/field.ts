import type { CarSample, Surface } from '@okboxbox/protocol';
import { type Phases, phasesOf, tookTheFlag } from './phases.js';
import { pitLaneFor } from './pieces.js';
import type { Chart, ChartCar } from './read-chart.js';
import type { Run } from './ride.js';
import { gridPlaces, startOf } from './starts.js';
import { storyOf } from './story.js';

/** A car with its story. */
export interface FieldCar {
  readonly entry: ChartCar;
  readonly runs: readonly Run[];
  /** Its place at the start of a race; `null` where it was not there. */
  readonly gridPlace: number | null;
  /** Took the chequered flag. */
  readonly finished: boolean;
}

/** All cars of a running, and its phases. */
export interface Field {
  readonly phases: Phases;
  readonly cars: readonly FieldCar[];
}

/** Seconds a lap where nobody in a chart completed one. */
const UNKNOWN_LAP_S = 100;
const PCT_STEPS = 1e7;

/** Tells the story of every car of a chart. */
export function fieldOf(chart: Chart): Field {
  const phases = phasesOf(chart);
  const places = gridPlaces(chart, phases);
  const fieldPace = median(chart.cars.flatMap(racingLaps)) ?? median(chart.cars.flatMap(anyLaps)) ?? UNKNOWN_LAP_S;
  const pitLane = pitLaneFor(fieldPace);
  const slowFirstLap = chart.cars.flatMap(firstLap).reduce((slowest, each) => Math.max(slowest, each), fieldPace);
  const cars = chart.cars.map((entry) => {
    const start = startOf(entry, places, phases, pitLane);
    const pace = median(racingLaps(entry)) ?? fieldPace;
    // Only a race has a flag to miss: in other sessions every car drives home.
    const finished = chart.type !== 'race' || tookTheFlag(entry, phases);
    const runs = storyOf(entry, { start, pace, slowFirstLap, pitLane, finished });
    return { entry, runs, gridPlace: places.get(entry) ?? null, finished };
  });
  return { phases, cars };
}

/** Every car at a time, with its place on the track only: lap times and order are for the timing engine to find. */
export function samplesAt({ cars }: Field, time: number): CarSample[] {
  return cars.map(({ entry, runs }) => sampleAt(entry.car, runs, time));
}

function sampleAt(car: number, runs: readonly Run[], time: number): CarSample {
  const run = runs.find(({ from, to }) => time >= from && time < to);
  const surface = run === undefined ? 'notInWorld' : surfaceAt(run, time);
  if (run === undefined || surface === 'notInWorld') {
    return { car, pct: -1, lap: -1, lapsCompleted: -1, surface: 'notInWorld', onPitRoad: false };
  }
  // Rounded first, so that the lap and the fraction turn over in the same sample; adding 0 makes −0 plain.
  const steps = Math.round(run.motion.progressAt(time) * PCT_STEPS) + 0;
  const lapsCompleted = Math.floor(steps / PCT_STEPS);
  return {
    car,
    pct: (steps - lapsCompleted * PCT_STEPS) / PCT_STEPS,
    lap: lapsCompleted + 1,
    lapsCompleted,
    surface,
    onPitRoad: surface === 'pitStall' || surface === 'pitApproach',
  };
}

function surfaceAt({ marks }: Run, time: number): Surface {
  let low = 0;
  let high = marks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (marks[middle]!.from <= time) low = middle + 1;
    else high = middle;
  }
  const mark = marks[low - 1];
  return mark !== undefined && time < mark.to ? mark.surface : 'onTrack';
}

/** Seconds of the laps that a car raced through: without the first, and without the pits. */
function racingLaps({ crossings }: ChartCar): number[] {
  return crossings.flatMap(({ lap, lapTimeMs, notes }) => {
    return lap > 1 && lapTimeMs !== null && !notes.pitted && !notes.tow ? [lapTimeMs / 1000] : [];
  });
}

/** Seconds of the first lap, where it was one from the line to the line. */
function firstLap({ crossings }: ChartCar): number[] {
  return crossings.flatMap(({ lap, lapTimeMs }) => (lap === 1 && lapTimeMs !== null ? lapTimeMs / 1000 : []));
}

/** Seconds a lap between any two crossings: better than nothing where no car raced through a whole lap. */
function anyLaps({ crossings }: ChartCar): number[] {
  return crossings.slice(1).map(({ time, lap }, i) => (time - crossings[i]!.time) / (lap - crossings[i]!.lap));
}

function median(values: readonly number[]): number | null {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? null;
}
