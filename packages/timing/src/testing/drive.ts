import type { CarSample, Frame, SessionLine, SessionPhase, SourceRecord, Surface } from '@okboxbox/protocol';
import { createTiming, foldRecord, type TimingState } from '../index.js';

/** A session line for tests; state only what matters. */
export function session(cars: number, over: Partial<SessionLine> = {}): SessionLine {
  return {
    kind: 'session',
    capturedAt: 0,
    simSessionKey: '1:0',
    type: 'race',
    track: { name: 'Testring', sectorStarts: [0, 0.4] },
    classes: [
      { id: 'a', name: 'A' },
      { id: 'b', name: 'B' },
    ],
    entries: Array.from({ length: cars }, (_, car) => ({
      car,
      carNumber: String(car + 1),
      driver: { name: `Driver ${car}` },
      classId: car % 2 === 0 ? 'a' : 'b',
    })),
    ...over,
  };
}

/** Where a car is: progress in laps, `null` away; or more of its sample. */
export type Place =
  | number
  | null
  | {
      readonly at: number;
      readonly surface?: Surface;
      readonly onPitRoad?: boolean;
      readonly lapsCompleted?: number;
      readonly lap?: number;
      readonly position?: number;
      readonly bestLapMs?: number;
      readonly lastLapMs?: number;
      readonly paceRow?: number;
      readonly paceLine?: number;
    };

/** A frame with cars 0, 1, … at the places given. */
export function frame(sessionTime: number, places: readonly Place[], over: Partial<Frame> = {}): Frame {
  return {
    kind: 'frame',
    seq: 1,
    capturedAt: Math.round(sessionTime * 1000),
    sessionTime,
    state: 'racing',
    flags: ['green'],
    cars: places.map((place, car) => sample(car, place)),
    ...over,
  };
}

function sample(car: number, place: Place): CarSample {
  if (place === null) return { car, pct: -1, surface: 'notInWorld', onPitRoad: false };
  const { at, ...rest } = typeof place === 'number' ? { at: place } : place;
  return { car, pct: Math.fround(at - Math.floor(at)), surface: 'onTrack', onPitRoad: false, ...rest };
}

/** Folds records into a new state. */
export function folded(...records: readonly SourceRecord[]): TimingState {
  const state = createTiming();
  for (const record of records) foldRecord(state, record);
  return state;
}

/** A car's progress at a session time, or `null` where it is away. */
export type Drive = (time: number) => Place;

/** Steady laps from a start; `back` is how far behind the line the car stands, in laps. */
export function steady(lapS: number, back = 0): Drive {
  return (time) => Math.max(0, time) / lapS - back;
}

/**
 * Frames of cars that drive, from 2 s before green (at time 0) on. Times are session times; the session clock is 100 s
 * ahead, so that none is below 0.
 */
export function race(
  drives: readonly Drive[],
  options: { readonly until: number; readonly hz?: number; readonly phase?: (time: number) => SessionPhase },
): Frame[] {
  const hz = options.hz ?? 10;
  const phase = options.phase ?? ((time) => (time < 0 ? 'grid' : 'racing'));
  const frames: Frame[] = [];
  for (let n = -2 * hz; n <= options.until * hz; n++) {
    const time = n / hz;
    frames.push(
      frame(
        time + CLOCK_S,
        drives.map((drive) => drive(time)),
        { state: phase(time), seq: frames.length + 1 },
      ),
    );
  }
  return frames;
}

/** What the session clock shows at green in `race`. */
export const CLOCK_S = 100;
