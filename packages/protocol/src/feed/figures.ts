import type { CarSample } from '../wire/recording.js';
import {
  CAR_STATUSES,
  LAP_MARKS,
  PROVEN_FIGURES,
  PROVENANCES,
  type Provenance,
  type ProvenFigure,
} from './vocabulary.js';

/**
 * The one table of a car's figures. From it come the type `EntryFigures`, the columns of a row (`rows.ts`), what of
 * them is public, and the entries with plain names. A new figure is one line here, at the end: its place in the table
 * is its place in a row.
 */

/** How a figure's value becomes a whole number, and the figure again; `null` is unknown. */
interface Form<T> {
  readonly pack: (value: T) => number | null;
  readonly unpack: (packed: number | null) => T;
}

interface Options<T> {
  /** The column that it shares with another figure; its own name where absent. */
  readonly column?: string;
  /** What its value is multiplied by in a shared column; 1 where absent. */
  readonly times?: number;
  /** It changes at each tick while a car drives, and is not sent at each. */
  readonly drifts?: true;
  /** Where the sim says it of a car and the figure is just that; `undefined` where this sample does not say it. */
  readonly sim?: (sample: CarSample) => T | undefined;
}

/** One figure of a car. */
export interface Figure<T> extends Form<T>, Options<T> {
  /** Only where this is set does it leave for everyone (apps/server/src/owner/audience/SPEC.md, PUB). */
  readonly isPublic: boolean;
}

/** Marks a figure as public. */
function shown<T, const O extends Options<T>>(form: Form<T>, options?: O): Figure<T> & O {
  return { ...form, ...(options as O), isPublic: true };
}

/** Steps in a lap that `progress` is sent in: 1/10000 lap, half a metre on most tracks. */
export const PROGRESS_STEPS = 10_000;
/** Room for words in a column that holds two figures. */
const WORDS = 16;
/** Room for stops in the column that also holds drive-throughs. */
const STOPS = 4_096;

/** A whole number. Adding 0 makes −0 plain; a figure that is not finite is unknown. */
const whole: Form<number | null> = {
  pack: (value) => (value !== null && Number.isFinite(value) ? Math.round(value) + 0 : null),
  unpack: (packed) => packed,
};

/** A count above another figure in one column: 0 is unknown. */
const countOrNothing: Form<number | null> = {
  pack: (value) => (value === null ? 0 : value + 1),
  unpack: (packed) => (packed === null || packed < 1 ? null : packed - 1),
};

/** Rounds down, so that no lap shows as complete too early, but not by the error of dividing a step by the steps. */
const laps: Form<number | null> = {
  pack: (value) => (value !== null && Number.isFinite(value) ? Math.floor(value * PROGRESS_STEPS + 1e-6) + 0 : null),
  unpack: (packed) => (packed === null ? null : packed / PROGRESS_STEPS),
};

const flag: Form<boolean> = { pack: (value) => Number(value), unpack: (packed) => (packed ?? 0) >= 1 };

/** A word by its index; one that the reader does not know, as on a page opened before an update, reads as the first. */
function word<Word extends string>(words: readonly Word[]): Form<Word> {
  return {
    pack: (value) => words.indexOf(value),
    unpack: (packed) => words[packed ?? 0] ?? (words[0] as Word),
  };
}

/** Two bits a figure: 0 unknown, else 1 + the provenance's index. */
const provenances: Form<Readonly<Record<ProvenFigure, Provenance | null>>> = {
  pack: (value) =>
    PROVEN_FIGURES.reduce((bits, figure, i) => {
      const provenance = value[figure];
      return bits + (provenance === null ? 0 : PROVENANCES.indexOf(provenance) + 1) * 4 ** i;
    }, 0),
  unpack: (packed) =>
    Object.fromEntries(
      PROVEN_FIGURES.map((figure, i) => [figure, PROVENANCES[(Math.floor((packed ?? 0) / 4 ** i) % 4) - 1] ?? null]),
    ) as Record<ProvenFigure, Provenance | null>,
};

/** All figures of a car in the order of a row. Sector times are the one exception: they follow, one column each. */
export const FIGURES = {
  position: shown(whole),
  classPosition: shown(whole),
  status: shown(word(CAR_STATUSES)),
  inPit: shown(flag, { column: 'status', times: WORDS }),
  /** The lap that the car is on, 1 the first; 0 before the start. */
  lap: shown(whole),
  lapsCompleted: shown(whole),
  /** Laps completed plus the fraction of the one under way; below 0 on the grid. */
  progress: shown(laps, { drifts: true }),
  /** To the leader: either a time or whole laps, never both. */
  gapMs: shown(whole, { drifts: true }),
  gapLaps: shown(whole),
  /** To the car ahead. */
  intervalMs: shown(whole, { drifts: true }),
  intervalLaps: shown(whole),
  classGapMs: shown(whole, { drifts: true }),
  classGapLaps: shown(whole),
  classIntervalMs: shown(whole, { drifts: true }),
  classIntervalLaps: shown(whole),
  lastLapMs: shown(whole),
  bestLapMs: shown(whole),
  lastLapMark: shown(word(LAP_MARKS), { column: 'lapMarks', times: WORDS }),
  bestLapMark: shown(word(LAP_MARKS), { column: 'lapMarks' }),
  /** Visits to the pit lane that were stops. */
  pitStops: shown(whole),
  /** Finished visits to the pit lane without a stop in the box. */
  driveThroughs: shown(countOrNothing, { column: 'pitStops', times: STOPS }),
  /** Laps since the car last left the pit lane, or since the start. */
  stintLaps: shown(whole),
  /**
   * Change of the interval to the car ahead in class since the lap before, at the same place of the track; below 0 the
   * car is catching.
   */
  trendMs: shown(whole),
  /** The battle that the car is in, by the index of the car at its head. */
  battle: shown(whole),
  provenance: shown(provenances),
  /** Where it started the race, overall; places gained are this less its position. */
  gridPosition: shown(countOrNothing, { column: 'lapMarks', times: WORDS * WORDS }),
} as const;

type Table = typeof FIGURES;
/** Name of a figure that has a line in the table. */
export type FigureName = keyof Table;

/** A car's figures at one instant. Unknown is `null`, never 0. */
export type EntryFigures = {
  readonly [Name in FigureName]: Table[Name] extends Figure<infer T> ? T : never;
} & {
  /** Sectors of the last completed lap, one for each sector of the track. */
  readonly sectorsMs: readonly (number | null)[];
};

/** Name of a column of a row. */
export type ColumnName = {
  [Name in FigureName]: Table[Name] extends { readonly column: infer Column extends string } ? Column : Name;
}[FigureName];

/** Figures that are what the sim says, taken from a car's newest sample. */
export type SimFigures = {
  -readonly [Name in FigureName as Table[Name] extends { readonly sim: unknown } ? Name : never]: EntryFigures[Name];
};

/** The lines of the table, without the types of their values. */
export const FIGURE_LIST = Object.entries(FIGURES) as unknown as readonly (readonly [
  name: FigureName,
  figure: Figure<unknown>,
])[];

/** Names of the figures that leave for everyone; sector times are public, too. */
export const PUBLIC_FIGURES: readonly (keyof EntryFigures)[] = [
  ...FIGURE_LIST.filter(([, { isPublic }]) => isPublic).map(([name]) => name),
  'sectorsMs',
];

/** What a car has of which nothing is known. */
export const UNKNOWN_FIGURES = Object.freeze({
  ...Object.fromEntries(FIGURE_LIST.map(([name, figure]) => [name, figure.unpack(null)])),
  sectorsMs: [],
}) as unknown as EntryFigures;
