import type { CarSample, Frame, SessionPhase, Surface } from '@okboxbox/protocol';
import type { LapTimes } from './lap-times.js';
import { figures, finite, ownOfRow } from './own-of-row.js';
import type { TelemetryRow } from './telemetry-row.js';

/** The sim's session states, by number: invalid, get in car, warm-up, parade laps, racing, chequered, cool-down. */
const PHASES: readonly SessionPhase[] = ['grid', 'grid', 'grid', 'formation', 'racing', 'checkered', 'cooldown'];
const SURFACES: Readonly<Record<number, Surface>> = {
  [-1]: 'notInWorld',
  0: 'offTrack',
  1: 'pitStall',
  2: 'pitApproach',
  3: 'onTrack',
};
const FLAGS: readonly (readonly [bit: number, name: string])[] = [
  [0x1, 'checkered'],
  [0x2, 'white'],
  [0x4, 'green'],
  [0x8, 'yellow'],
  [0x10, 'red'],
  [0x20, 'blue'],
  [0x40, 'debris'],
  [0x80, 'crossed'],
  [0x100, 'yellowWaving'],
  [0x200, 'oneLapToGreen'],
  [0x400, 'greenHeld'],
  [0x4000, 'caution'],
  [0x8000, 'cautionWaving'],
  [0x10000, 'black'],
  [0x20000, 'disqualify'],
  [0x80000, 'furled'],
  [0x100000, 'repair'],
];
/** The sim's words for no limit: a week, and the largest short number. */
const NO_TIME_LIMIT_S = 604_800;
const NO_LAP_LIMIT = 32_767;

/** Whose samples a row is read for. */
export interface RowCars {
  /** Indexes of the cars of the session, the pace car among them. */
  readonly all: readonly number[];
  /** The car that the sim's PC drives or watches from. */
  readonly own: number | null;
}

/**
 * What a row says as a frame. Where it has arrays of all cars they are read, whatever their length; else, as in a file,
 * the own car alone. Values that make no sense are left out. `times` are those of the same session.
 */
export function frameOfRow(row: TelemetryRow, cars: RowCars, times: LapTimes, seq: number, capturedAt: number): Frame {
  const timeS = finite(row.value('SessionTimeRemain'));
  const laps = finite(row.value('SessionLapsRemainEx') ?? row.value('SessionLapsRemain'));
  const flags = row.value('SessionFlags') ?? 0;
  const weather = weatherOf(row);
  // A PC that only watches a team mate has none of that car's data: the driver's PC sends them.
  const isDriving = row.value('IsOnTrack') !== 0;
  const own = cars.own === null || !isDriving ? null : ownOfRow(row, cars.own);
  const samples = samplesOf(row, cars.all, times);
  return {
    kind: 'frame',
    seq,
    capturedAt,
    sessionTime: finite(row.value('SessionTime')) ?? 0,
    state: PHASES[row.value('SessionState') ?? 0] ?? 'grid',
    flags: FLAGS.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name),
    cars: samples ?? (cars.own === null ? [] : [ownSample(row, cars.own, times)]),
    remaining: {
      timeS: timeS !== undefined && timeS >= 0 && timeS < NO_TIME_LIMIT_S ? timeS : null,
      laps: laps !== undefined && laps >= 0 && laps < NO_LAP_LIMIT ? laps : null,
    },
    ...(weather && { weather }),
    ...cameraOf(row, cars.all),
    ...(own && { own }),
  };
}

/** The car that the sim's camera shows; a file of one car has none. Outside the list of cars it shows none of them. */
function cameraOf(row: TelemetryRow, cars: readonly number[]): Pick<Frame, 'camera'> {
  const car = row.value('CamCarIdx');
  if (car === undefined || row.values('CarIdxLapDistPct').length === 0) return {};
  return { camera: { car: cars.includes(car) ? car : null } };
}

/** Samples of all cars; `null` where the row has no arrays of them. */
function samplesOf(row: TelemetryRow, cars: readonly number[], times: LapTimes): CarSample[] | null {
  const pct = row.values('CarIdxLapDistPct');
  if (pct.length === 0) return null;
  const laps = row.values('CarIdxLap');
  const completed = row.values('CarIdxLapCompleted');
  const surfaces = row.values('CarIdxTrackSurface');
  const onPitRoad = row.values('CarIdxOnPitRoad');
  const positions = row.values('CarIdxPosition');
  const classPositions = row.values('CarIdxClassPosition');
  const lastTimes = row.values('CarIdxLastLapTime');
  const bestTimes = row.values('CarIdxBestLapTime');
  const estTimes = row.values('CarIdxEstTime');
  const f2Times = row.values('CarIdxF2Time');
  const paceRows = row.values('CarIdxPaceRow');
  const paceLines = row.values('CarIdxPaceLine');
  const samples: CarSample[] = [];
  for (const car of cars) {
    // A pace car's index may lie beyond the arrays.
    if (car >= pct.length) continue;
    samples.push(
      sampleOf(car, times, {
        pct: pct[car],
        surface: surfaces[car],
        onPitRoad: onPitRoad[car],
        lap: laps[car],
        lapsCompleted: completed[car],
        position: positions[car],
        classPosition: classPositions[car],
        lastLapS: lastTimes[car],
        bestLapS: bestTimes[car],
        estTimeS: estTimes[car],
        f2TimeS: f2Times[car],
        paceRow: paceRows[car],
        paceLine: paceLines[car],
      }),
    );
  }
  return samples;
}

function ownSample(row: TelemetryRow, car: number, times: LapTimes): CarSample {
  return sampleOf(car, times, {
    pct: row.value('LapDistPct'),
    surface: row.value('PlayerTrackSurface'),
    onPitRoad: row.value('OnPitRoad'),
    lap: row.value('Lap'),
    lapsCompleted: row.value('LapCompleted'),
    position: row.value('PlayerCarPosition'),
    classPosition: row.value('PlayerCarClassPosition'),
    lastLapS: row.value('LapLastLapTime'),
    bestLapS: row.value('LapBestLapTime'),
    speedMps: row.value('Speed'),
  });
}

interface RawSample {
  readonly pct: number | undefined;
  readonly surface: number | undefined;
  readonly onPitRoad: number | undefined;
  readonly lap: number | undefined;
  readonly lapsCompleted: number | undefined;
  readonly position: number | undefined;
  readonly classPosition: number | undefined;
  readonly lastLapS: number | undefined;
  readonly bestLapS: number | undefined;
  readonly estTimeS?: number | undefined;
  readonly f2TimeS?: number | undefined;
  readonly paceRow?: number | undefined;
  readonly paceLine?: number | undefined;
  readonly speedMps?: number | undefined;
}

function sampleOf(car: number, times: LapTimes, raw: RawSample): CarSample {
  const surface = SURFACES[raw.surface ?? 3] ?? 'onTrack';
  const pct = between(raw.pct, -1, 2);
  const isThere = surface !== 'notInWorld' && pct !== undefined && pct > -1;
  const sample: CarSample = {
    car,
    pct: isThere ? pct : -1,
    surface: isThere ? surface : 'notInWorld',
    onPitRoad: isThere && raw.onPitRoad === 1,
  };
  put(sample, 'lap', count(raw.lap, -1, 32_767));
  put(sample, 'lapsCompleted', count(raw.lapsCompleted, -1, 32_767));
  put(sample, 'position', count(raw.position, 0, 32_767));
  put(sample, 'classPosition', count(raw.classPosition, 0, 32_767));
  put(sample, 'lastLapMs', times.take('lastLapMs', car, raw.lastLapS, isThere));
  put(sample, 'bestLapMs', times.take('bestLapMs', car, raw.bestLapS, isThere));
  if (isThere) put(sample, 'estTimeMs', milliseconds(raw.estTimeS));
  put(sample, 'f2TimeMs', milliseconds(raw.f2TimeS));
  put(sample, 'paceRow', count(raw.paceRow, 0, 32_767));
  put(sample, 'paceLine', count(raw.paceLine, 0, 32_767));
  put(sample, 'speedMps', between(raw.speedMps, -1e4, 1e4));
  return sample;
}

function put<Key extends keyof CarSample>(sample: CarSample, key: Key, value: CarSample[Key] | undefined): void {
  if (value !== undefined) sample[key] = value;
}

const WEATHER: Readonly<Record<string, string>> = {
  airC: 'AirTemp',
  trackC: 'TrackTempCrew',
  wetness: 'TrackWetness',
  windMps: 'WindVel',
  skies: 'Skies',
};

function weatherOf(row: TelemetryRow): Record<string, number> | null {
  const weather = figures(row, WEATHER);
  if (Object.keys(weather).length === 0) return null;
  const windRad = finite(row.value('WindDir'));
  if (windRad !== undefined) weather.windDeg = (windRad * 180) / Math.PI;
  return weather;
}

function milliseconds(seconds: number | undefined): number | undefined {
  const ms = between(seconds, -2e6, 2e6);
  return ms === undefined ? undefined : Math.round(ms * 1000);
}

/** A number of laps or places; half of one is damage. */
function count(value: number | undefined, min: number, max: number): number | undefined {
  return Number.isInteger(value) ? between(value, min, max) : undefined;
}

function between(value: number | undefined, min: number, max: number): number | undefined {
  return value !== undefined && value >= min && value <= max ? value : undefined;
}
