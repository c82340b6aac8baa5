import { z } from 'zod';

/**
 * The recording model: what a relay captured, one JSON line a record (contract, section 7).
 * The wire between relay and server carries the same model, packed tighter (`codec.ts`).
 * Objects are loose: fields that a newer writer added are kept and passed on.
 */

/** Longest text taken for a name, a number or an id. */
export const MAX_NAME_LENGTH = 200;
/** Most cars in one frame and most entries in one session. */
export const MAX_CARS = 1000;

const text = z.string().max(MAX_NAME_LENGTH);
const wholeNumber = z.number().int();
/** Milliseconds since the epoch; recordings may carry fractions. */
const epochMs = z.number().finite().min(0).max(8.64e15);
/** A car's slot in the sim's arrays. */
const carIndex = wholeNumber.min(0).max(65_535);
const sessionSeconds = z.number().finite().min(0).max(1e8);

/** Kinds of session that a sim runs. */
export const SESSION_TYPES = ['practice', 'qualify', 'race', 'warmup'] as const;
/** Phases of a session, in the order a race passes through them. */
export const SESSION_PHASES = ['grid', 'formation', 'racing', 'checkered', 'cooldown'] as const;
/** Where a car is, in the sim's own words. */
export const SURFACES = ['offTrack', 'pitStall', 'pitApproach', 'onTrack', 'notInWorld'] as const;
/** Flags that have a colour of their own on a page; others are carried as the sim names them. */
export const KNOWN_FLAGS = [
  'green',
  'yellow',
  'yellowWaving',
  'caution',
  'red',
  'blue',
  'white',
  'checkered',
  'black',
  'debris',
  'oneLapToGreen',
  'disqualified',
  'repair',
] as const;

export const recordingHeader = z.looseObject({
  kind: z.literal('recording'),
  version: z.literal(1),
  sim: text,
  source: text,
  createdAt: epochMs,
});

export const driver = z.looseObject({ id: text.nullish(), name: text });

/** One car with its crew. */
export const sessionEntry = z.looseObject({
  car: carIndex,
  carNumber: text,
  teamName: text.nullish(),
  driver: driver.nullish(),
  classId: text.nullish(),
  carModel: text.nullish(),
  pace: z.boolean().optional(),
});

export const carClass = z.looseObject({
  id: text,
  name: text,
  color: text.nullish(),
});

export const track = z.looseObject({
  id: text.nullish(),
  name: text,
  config: text.nullish(),
  lengthM: z.number().finite().positive().nullish(),
  /** Fractions of a lap where sectors begin; the first is 0. Missing where the sim has none. */
  sectorStarts: z
    .array(z.number().min(0).lt(1))
    .max(30)
    .refine((starts) => starts.every((start, i) => start > (starts[i - 1] ?? -1)), {
      message: 'sector starts must rise',
    })
    .nullish(),
});

export const sessionLine = z.looseObject({
  kind: z.literal('session'),
  capturedAt: epochMs,
  simSessionKey: text,
  type: z.enum(SESSION_TYPES),
  track,
  limit: z.looseObject({ laps: wholeNumber.positive().nullish(), timeS: z.number().positive().nullish() }).optional(),
  classes: z.array(carClass).max(64),
  entries: z.array(sessionEntry).max(MAX_CARS),
  grid: z
    .array(z.looseObject({ car: carIndex, position: wholeNumber.min(0) }))
    .max(MAX_CARS)
    .optional(),
  teamRacing: z.boolean().optional(),
  maxCars: wholeNumber.optional(),
  /** `derived` where a source made the positions between known crossings itself. */
  positions: z.enum(['measured', 'derived']).optional(),
});

export const carSample = z.looseObject({
  car: carIndex,
  /** Fraction of the lap, a little below 0 or above 1 near the line in some sims; −1 not in the world. */
  pct: z.number().min(-1).max(2),
  lap: wholeNumber.min(-1).max(32_767).optional(),
  lapsCompleted: wholeNumber.min(-1).max(32_767).optional(),
  surface: z.enum(SURFACES).optional(),
  onPitRoad: z.boolean().optional(),
  position: wholeNumber.min(0).max(32_767).optional(),
  classPosition: wholeNumber.min(0).max(32_767).optional(),
  lastLapMs: z.number().min(-1).max(2e9).nullish(),
  bestLapMs: z.number().min(-1).max(2e9).nullish(),
  estTimeMs: z.number().min(-2e9).max(2e9).nullish(),
  f2TimeMs: z.number().min(-2e9).max(2e9).nullish(),
  speedMps: z.number().min(-1e4).max(1e4).optional(),
  paceRow: wholeNumber.min(-1).max(32_767).optional(),
  paceLine: wholeNumber.min(-1).max(32_767).optional(),
  /**
   * Where the car is in the sim's world, in m, seen from above with y up. Two frames a second with them are enough to learn
   * the track's shape; nobody else is given them.
   */
  x: z.number().min(-1e9).max(1e9).optional(),
  y: z.number().min(-1e9).max(1e9).optional(),
});

/** Whether no car stands twice in a list: a sim has one sample a slot. */
export function eachCarOnce(cars: readonly { readonly car: number }[]): boolean {
  let previous = -1;
  for (const { car } of cars) {
    // Sims list their slots in order, so the set is hardly ever needed.
    if (car <= previous) return new Set(cars.map((each) => each.car)).size === cars.length;
    previous = car;
  }
  return true;
}

/** What is left of the session; `null` for a limit that it does not have. */
export const remaining = z.looseObject({ timeS: z.number().nullish(), laps: z.number().nullish() });

export const frameLine = z.looseObject({
  kind: z.literal('frame'),
  seq: wholeNumber.min(1).max(0xffff_ffff),
  capturedAt: epochMs,
  /** Seconds on the sim's session clock. */
  sessionTime: sessionSeconds,
  state: z.enum(SESSION_PHASES),
  flags: z.array(text).max(32),
  cars: z.array(carSample).max(MAX_CARS).refine(eachCarOnce, { message: 'a car stands twice in the frame' }),
  remaining: remaining.optional(),
  weather: z.looseObject({}).optional(),
  /** The car that the sim's camera shows, of a broadcaster's PC; `null` where it shows none. */
  camera: z.looseObject({ car: carIndex.nullable() }).optional(),
  /** The relay's own car: never public, only to viewers whose token names the car. */
  own: z.looseObject({ car: carIndex }).optional(),
});

export const resultsLine = z.looseObject({
  kind: z.literal('results'),
  capturedAt: epochMs,
  official: z.boolean(),
  rows: z
    .array(
      z.looseObject({
        car: carIndex,
        position: wholeNumber.min(0),
        classPosition: wholeNumber.min(0).nullish(),
        lapsCompleted: wholeNumber.min(-1).nullish(),
        lapsDown: wholeNumber.nullish(),
        gapMs: z.number().nullish(),
        bestLapMs: z.number().nullish(),
        lastLapMs: z.number().nullish(),
        status: text.nullish(),
      }),
    )
    .max(MAX_CARS),
});

export const messageLine = z.looseObject({
  kind: z.literal('message'),
  capturedAt: epochMs,
  sessionTime: sessionSeconds.optional(),
  car: carIndex.nullish(),
  what: text,
  text: z.string().max(2_000),
});

/** Everything that may follow the header of a recording. */
export const sourceRecord = z.discriminatedUnion('kind', [sessionLine, frameLine, resultsLine, messageLine]);

export type SessionType = (typeof SESSION_TYPES)[number];
export type SessionPhase = (typeof SESSION_PHASES)[number];
export type Surface = (typeof SURFACES)[number];
export type RecordingHeader = z.infer<typeof recordingHeader>;
export type SessionEntry = z.infer<typeof sessionEntry>;
export type CarClass = z.infer<typeof carClass>;
export type Track = z.infer<typeof track>;
export type SessionLine = z.infer<typeof sessionLine>;
export type CarSample = z.infer<typeof carSample>;
export type Frame = z.infer<typeof frameLine>;
export type ResultsLine = z.infer<typeof resultsLine>;
export type MessageLine = z.infer<typeof messageLine>;
export type SourceRecord = z.infer<typeof sourceRecord>;
