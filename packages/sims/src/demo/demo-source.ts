import type { CarSample, Frame, SessionLine, SessionType, SourceRecord } from '@okboxbox/protocol';
import type { ReadOptions, Source } from '../source.js';
import { courseAt } from './course.js';
import { type DemoCar, TANK_L } from './demo-car.js';
import type { DemoOptions } from './demo-options.js';
import { DemoSession, OWN_CAR, STEPS_HZ } from './demo-session.js';
import { DEMO_CLASSES, type DemoEntry, entryLine, makeField } from './field.js';
import { Random } from './random.js';
import { LENGTH_M, speedAt, TRACK } from './track.js';

/** When a simulated evening takes place, milliseconds since the epoch: always the same, as its races are. */
const EVENING = 1_764_000_000_000;
const PRACTICE_S = 600;
const QUALIFY_S = 480;
const WEATHER_S = 60;
/** Where the cars are is told in the first frame of each half second: more is not needed to learn the track's shape. */
const PLACES_S = 0.5;
/** How far from the middle of the track cars are, in m to the left: off it, and in the pit lane. */
const OFF_M = 14;
const LANE_M = -18;
/** Frames between two turns of the event loop. */
const SLICE = 100;

/** A simulated race, or an evening of practice, qualifying and race. Gives `hz()` frames a second, 20 at most. */
export function openDemo(spec: string, options: DemoOptions, hz: () => number): Source {
  const every = () => Math.max(1, Math.round(STEPS_HZ / hz()));
  return {
    info: { kind: 'demo', spec, sim: 'demo', playback: true, rateHz: STEPS_HZ / every() },
    read: (reading) => evening(options, every, reading ?? {}),
  };
}

async function* evening(
  options: DemoOptions,
  every: () => number,
  { signal }: ReadOptions,
): AsyncGenerator<SourceRecord> {
  const random = new Random(`${options.seed} ${options.cars}`);
  const field = makeField(options.cars, random);
  // Without a qualifying the grid is as fast as its drivers.
  let grid = [...field].sort((a, b) => paceOf(a) - paceOf(b)).map((entry) => entry.car);
  const sessions: [SessionType, number][] = [
    ...(options.evening
      ? ([
          ['practice', PRACTICE_S],
          ['qualify', QUALIFY_S],
        ] as [SessionType, number][])
      : []),
    ['race', options.minutes * 60],
  ];
  let beganAt = EVENING;
  for (const [i, [type, lengthS]] of sessions.entries()) {
    const session = new DemoSession({ type, lengthS, field, grid }, new Random(`${options.seed} ${type}`));
    const key = `demo-${options.seed}:${i}`;
    for await (const record of recordsOf(session, { key, beganAt, every, lengthS })) {
      if (signal?.aborted) return;
      yield record;
    }
    grid = session.order.map((car) => car.entry.car);
    beganAt += Math.ceil(session.now) * 1000 + 60_000;
  }
}

interface Telling {
  readonly key: string;
  readonly beganAt: number;
  /** Steps from frame to frame, as of now. */
  readonly every: () => number;
  readonly lengthS: number;
}

async function* recordsOf(session: DemoSession, telling: Telling): AsyncGenerator<SourceRecord> {
  const at = () => telling.beganAt + Math.round(session.now * 1000);
  let crew = -1;
  let seq = 0;
  let placesAt = -1;
  for (let steps = 0; !session.isOver; steps++) {
    if (steps % telling.every() === 0) {
      // Who drives is told before the frame in which the car is back.
      if (crew !== session.crew) {
        crew = session.crew;
        yield sessionLine(session, telling, at());
      }
      for (const message of session.messages.splice(0)) yield { ...message, capturedAt: at() };
      seq += 1;
      const half = Math.floor(steps / (STEPS_HZ * PLACES_S));
      yield frameOf(session, seq, at(), half !== placesAt);
      placesAt = half;
      if (seq % SLICE === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    session.step();
  }
  yield {
    kind: 'results',
    capturedAt: at(),
    official: true,
    rows: session.order.map((car) => ({
      car: car.entry.car,
      position: car.position,
      classPosition: car.classPosition,
      lapsCompleted: car.finish?.laps ?? Math.max(0, Math.floor(car.progress)),
      bestLapMs: milliseconds(car.bestLapS),
      lastLapMs: milliseconds(car.lastLapS),
      status: car.doing.doing === 'out' ? 'retired' : 'running',
    })),
  };
}

function sessionLine(session: DemoSession, { key, lengthS }: Telling, capturedAt: number): SessionLine {
  const { type, grid } = session.plan;
  return {
    kind: 'session',
    capturedAt,
    simSessionKey: key,
    type,
    track: TRACK,
    limit: { laps: null, timeS: lengthS },
    classes: [...DEMO_CLASSES],
    entries: session.cars.map((car) => entryLine(car.entry, car.driver)),
    teamRacing: true,
    ...(type === 'race' && { grid: grid.map((car, i) => ({ car, position: i + 1 })) }),
  };
}

function frameOf(session: DemoSession, seq: number, capturedAt: number, withPlaces: boolean): Frame {
  const { now, phase, flags } = session;
  const own = session.cars[OWN_CAR];
  return {
    kind: 'frame',
    seq,
    capturedAt,
    sessionTime: Math.round(now * 1000) / 1000,
    state: phase,
    flags: [...flags],
    cars: session.cars.map((car) => sampleOf(car, now, withPlaces)),
    remaining: { timeS: Math.round(session.remainingS * 10) / 10, laps: null },
    ...(Math.round(now * STEPS_HZ) % (WEATHER_S * STEPS_HZ) === 0 && { weather: weatherAt(now) }),
    ...(own?.isSeen(now) && { own: ownOf(own) }),
  };
}

function sampleOf(car: DemoCar, now: number, withPlace: boolean): CarSample {
  const { position, classPosition } = car;
  if (!car.isSeen(now)) {
    return {
      car: car.entry.car,
      lap: -1,
      lapsCompleted: -1,
      pct: -1,
      surface: 'notInWorld',
      onPitRoad: false,
      position,
    };
  }
  const laps = Math.floor(car.progress);
  const last = milliseconds(car.lastLapS);
  const best = milliseconds(car.bestLapS);
  return {
    car: car.entry.car,
    lap: laps + 1,
    lapsCompleted: laps,
    pct: Math.round(car.fraction * 1e7) / 1e7,
    surface: surfaceOf(car),
    onPitRoad: car.isInLane,
    position,
    classPosition,
    ...(last !== null && { lastLapMs: last }),
    ...(best !== null && { bestLapMs: best }),
    ...(withPlace && placeOf(car)),
  };
}

/** Where a car is in the world, in m: cars keep to lines of their own, a few metres apart. */
function placeOf(car: DemoCar): { readonly x: number; readonly y: number } {
  const ownLine = ((car.entry.car % 5) - 2) * 1.5;
  const { x, y } = courseAt(car.fraction, car.isInLane ? LANE_M : car.doing.doing === 'off' ? OFF_M : ownLine);
  return { x: tenth(x), y: tenth(y) };
}

function surfaceOf(car: DemoCar): NonNullable<CarSample['surface']> {
  switch (car.doing.doing) {
    case 'off':
      return 'offTrack';
    case 'inBox':
      return 'pitStall';
    case 'toBox':
    case 'fromBox':
      return 'pitApproach';
    default:
      return 'onTrack';
  }
}

/** What the own car's instruments show; private, and so the one thing in a demo that must never be seen in public. */
function ownOf(car: DemoCar): NonNullable<Frame['own']> {
  const speed = car.speed * LENGTH_M;
  const faster = speedAt(car.fraction + 0.002) > speedAt(car.fraction);
  const gear = speed < 1 ? 0 : Math.min(6, 1 + Math.floor(speed / 13));
  return {
    car: car.entry.car,
    speed: tenth(speed),
    fuelL: tenth(Math.min(TANK_L, car.fuelL)),
    throttle: speed < 1 ? 0 : faster ? 1 : 0.2,
    brake: speed < 1 || faster ? 0 : 0.7,
    gear,
    rpm: Math.round(2_500 + ((speed % 13) / 13) * 5_000),
  };
}

function weatherAt(now: number): NonNullable<Frame['weather']> {
  const slow = Math.sin(now / 3_600);
  return { airC: tenth(21 + 3 * slow), trackC: tenth(30 + 6 * slow), wetness: 0, windMps: 2.5, windDeg: 240, skies: 1 };
}

function paceOf(entry: DemoEntry): number {
  return entry.lapS * (entry.drivers[0]?.pace ?? 1);
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}

function milliseconds(seconds: number | null): number | null {
  return seconds === null ? null : Math.round(seconds * 1000);
}
