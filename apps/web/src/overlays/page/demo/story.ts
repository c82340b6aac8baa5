import { chance } from './chance.js';
import { DEMO_SESSION, type DemoEntry, rosterOf } from './roster.js';

/**
 * What happens in the demo race from the grid to the flag, made once from its seed. All times are in s, 0 is green; a
 * progress is laps from the line.
 */

/** The cars stand on the grid until the formation lap, and that takes this long, in s. */
export const FORMATION_S = 20;
/** A car that has stopped is out of the race after this long, in s. */
export const STOPPED_S = 45;
/** A new driver has the seat this long before the car leaves its box, in s. */
export const SEATED_BEFORE_S = 4;
/** A stop brings out the yellow flag for this long, in s. */
export const YELLOW_S = 30;
const RACE_LAPS = DEMO_SESSION.limitLaps ?? 24;
/** When cars stop on the track for good, in s; one car of the field each. */
const STOPS_AT = [420, 618, 1_140, 1_900] as const;

/** A visit to the pit lane. */
export interface DemoStop {
  readonly enterAt: number;
  readonly boxAt: number;
  readonly boxLeftAt: number;
  readonly leftAt: number;
  /** Who drives on, by the place in the crew. */
  readonly driver: number;
}

/** A car with all that it does. */
export interface DemoCar {
  readonly entry: DemoEntry;
  readonly gridPosition: number;
  /** Where it is when: times and progresses in order, straight between them. */
  readonly path: readonly (readonly [at: number, progress: number])[];
  /** When it has completed each number of laps; the first is when it crosses the line after the start. */
  readonly crossings: readonly number[];
  readonly stops: readonly DemoStop[];
  /** When it stopped on the track for good; `null`: it did not. */
  readonly stoppedAt: number | null;
  /** When and after how many laps it took the flag; `null`: it did not. */
  readonly finish: { readonly at: number; readonly laps: number } | null;
}

/** A whole demo race. */
export interface DemoStory {
  readonly seed: number;
  readonly cars: readonly DemoCar[];
  /** When the leader takes the flag. */
  readonly flagAt: number;
  /** When the last car has. */
  readonly endAt: number;
}

/** The race that a seed makes with this many cars. */
export function storyOf(seed: number, cars: number): DemoStory {
  const drives = rosterOf(seed, cars).map((entry, place) => driveOf(entry, place, seed));
  const flagAt = Math.min(...drives.map(({ crossings }) => crossings[RACE_LAPS] ?? Number.POSITIVE_INFINITY));
  const ended = drives.map((drive) => {
    const laps = drive.crossings.findIndex((at) => at >= flagAt);
    return { ...drive, finish: laps < 0 ? null : { at: drive.crossings[laps] ?? flagAt, laps } };
  });
  return { seed, cars: ended, flagAt, endAt: Math.max(...ended.map(({ finish }) => finish?.at ?? 0)) };
}

/** Where a car is, in laps from the line. */
export function progressAt({ path, finish }: DemoCar, at: number): number {
  return finish !== null && at >= finish.at ? finish.laps : between(path, 0, at, 1);
}

/** When a car was at a progress. */
export function timeAt({ path }: DemoCar, progress: number): number {
  return between(path, 1, progress, 0);
}

type Drive = Omit<DemoCar, 'finish'>;

function driveOf(entry: DemoEntry, place: number, seed: number): Drive {
  const { car } = entry;
  const grid = -0.0016 * (place + 1);
  const path: [number, number][] = [
    [-FORMATION_S, grid - 1],
    [0, grid],
  ];
  const crossings: number[] = [];
  const stops: DemoStop[] = [];
  let at = 4 + place * 0.28;
  const cross = (laps: number) => {
    crossings.push(at);
    path.push([at, laps]);
  };
  cross(0);
  const firstStop = 5 + Math.floor(chance(seed, car, 1) * 4);
  for (let lap = 1; lap <= RACE_LAPS; lap++) {
    const lapS = entry.lapS * (1 + 0.012 * (chance(seed, car, lap, 2) - 0.5));
    if (stops.at(-1)?.leftAt === at + OUT_S) path.push([at + OUT_S, lap - 1 + 0.04]);
    if (lap !== firstStop && lap !== firstStop + 9) {
      at += lapS;
      cross(lap);
      continue;
    }
    const enterAt = at + lapS * 0.95;
    const boxAt = enterAt + 9;
    const boxLeftAt = boxAt + 16 + 9 * chance(seed, car, lap, 3);
    at = boxLeftAt + 3;
    path.push([enterAt, lap - 0.05], [boxAt, lap - 0.015], [boxLeftAt, lap - 0.015]);
    cross(lap);
    stops.push({ enterAt, boxAt, boxLeftAt, leftAt: at + OUT_S, driver: (stops.length + 1) % entry.crew.length });
  }
  return cutOff({ entry, gridPosition: place + 1, path, crossings, stops, stoppedAt: null }, stopOf(car));
}

/** From the line to the end of the pit lane, in s. */
const OUT_S = 8;

/** When a car stops for good: every twelfth car does, each at a time of its own. */
function stopOf(car: number): number | null {
  return car % 12 === 5 ? (STOPS_AT[Math.floor(car / 12) % STOPS_AT.length] ?? null) : null;
}

/** A drive that ends where the car stands at an instant. */
function cutOff(drive: Drive, at: number | null): Drive {
  if (at === null) return drive;
  const standsAt = between(drive.path, 0, at, 1);
  return {
    ...drive,
    path: [...drive.path.filter(([when]) => when < at), [at, standsAt]],
    crossings: drive.crossings.filter((when) => when < at),
    stops: drive.stops.filter(({ leftAt }) => leftAt < at),
    stoppedAt: at,
  };
}

/** The value of one column of a path where the other one has a value; the ends hold beyond them. */
function between(path: Drive['path'], by: 0 | 1, value: number, give: 0 | 1): number {
  const next = path.findIndex((point) => point[by] > value);
  if (next === 0) return path[0]?.[give] ?? 0;
  if (next < 0) return path.at(-1)?.[give] ?? 0;
  const [before, after] = [path[next - 1] ?? [0, 0], path[next] ?? [0, 0]];
  const part = (value - before[by]) / (after[by] - before[by]);
  return before[give] + part * (after[give] - before[give]);
}
