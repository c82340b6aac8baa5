import {
  CAR_STATUSES,
  type Entry,
  type EntryFigures,
  type EntryInfo,
  LAP_MARKS,
  PROVEN_FIGURES,
  PROVENANCES,
  type Provenance,
  type ProvenFigure,
} from './answers.js';

/**
 * A car's figures as a row of integers, which is what viewers are sent (SPEC.md, FEED). The columns
 * below come first, then one column for each sector of the track.
 */

/** A row: whole numbers, `null` for unknown. */
export type Row = readonly (number | null)[];

/** Steps in a lap that `progress` is sent in: 1/10000 lap, half a metre on most tracks. */
export const PROGRESS_STEPS = 10_000;

/** A column carries one figure under its own name, or some small ones together. */
interface RowColumn {
  readonly name: string;
  readonly pack: (figures: EntryFigures) => number | null;
  readonly unpack: (value: number | null) => Partial<EntryFigures>;
  /** Only where it says so a column leaves for everyone (apps/server/src/audience/SPEC.md, PUB). */
  readonly isPublic?: true;
}

/** Marks a column as public. */
function shown(column: RowColumn): RowColumn {
  return { ...column, isPublic: true };
}

type NumberFigure = {
  [K in keyof EntryFigures]: EntryFigures[K] extends number | null ? K : never;
}[keyof EntryFigures];

function number(name: NumberFigure): RowColumn {
  return {
    name,
    pack: (figures) => wholeOrNull(figures[name]),
    unpack: (value) => ({ [name]: value }),
  };
}

/** A page left open over an update may meet a word that it does not know yet: it shows the first. */
function wordAt<Word extends string>(words: readonly Word[], index: number): Word {
  return words[index] ?? (words[0] as Word);
}

/** Room for words in a column that holds two figures. */
const WORDS = 16;

/** Room for stops in the column that also holds drive-throughs. */
const STOPS = 4_096;

/** Adding 0 makes −0 plain; a figure that is not finite is unknown. */
function wholeOrNull(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? Math.round(value) + 0 : null;
}

/** Rounds down, lest a lap show as complete too early, but not over the error of dividing a step by the steps. */
function progressSteps(progress: number | null): number | null {
  return progress !== null && Number.isFinite(progress) ? Math.floor(progress * PROGRESS_STEPS + 1e-6) + 0 : null;
}

const COLUMNS: readonly RowColumn[] = [
  shown(number('position')),
  shown(number('classPosition')),
  shown({
    name: 'status',
    pack: ({ status, inPit }) => CAR_STATUSES.indexOf(status) + (inPit ? WORDS : 0),
    unpack: (value) => ({
      status: wordAt(CAR_STATUSES, (value ?? 0) % WORDS),
      inPit: (value ?? 0) >= WORDS,
    }),
  }),
  shown(number('lap')),
  shown(number('lapsCompleted')),
  shown({
    name: 'progress',
    pack: (figures) => progressSteps(figures.progress),
    unpack: (value) => ({ progress: value === null ? null : value / PROGRESS_STEPS }),
  }),
  shown(number('gapMs')),
  shown(number('gapLaps')),
  shown(number('intervalMs')),
  shown(number('intervalLaps')),
  shown(number('classGapMs')),
  shown(number('classGapLaps')),
  shown(number('classIntervalMs')),
  shown(number('classIntervalLaps')),
  shown(number('lastLapMs')),
  shown(number('bestLapMs')),
  shown({
    name: 'lapMarks',
    pack: ({ lastLapMark, bestLapMark }) => LAP_MARKS.indexOf(lastLapMark) * WORDS + LAP_MARKS.indexOf(bestLapMark),
    unpack: (value) => ({
      lastLapMark: wordAt(LAP_MARKS, Math.floor((value ?? 0) / WORDS)),
      bestLapMark: wordAt(LAP_MARKS, (value ?? 0) % WORDS),
    }),
  }),
  shown({
    name: 'pitStops',
    pack: ({ pitStops, driveThroughs }) =>
      pitStops === null ? null : pitStops + (driveThroughs === null ? 0 : (driveThroughs + 1) * STOPS),
    unpack: (value) => ({
      pitStops: value === null ? null : value % STOPS,
      driveThroughs: (value ?? 0) < STOPS ? null : Math.floor((value ?? 0) / STOPS) - 1,
    }),
  }),
  shown(number('stintLaps')),
  shown(number('trendMs')),
  shown(number('battle')),
  shown({ name: 'provenance', pack: packProvenance, unpack: (value) => ({ provenance: unpackProvenance(value) }) }),
];

/** Names of the columns of a row before its sectors, in their order. */
export const ROW_COLUMNS: readonly string[] = COLUMNS.map((column) => column.name);
/** Columns that leave for everyone, in the order of `ROW_COLUMNS`; what stands behind them, the sectors, does too. */
export const ROW_COLUMNS_PUBLIC: readonly boolean[] = COLUMNS.map((column) => column.isPublic === true);
/** Where each column stands in a row. */
export const COLUMN_INDEX = Object.fromEntries(ROW_COLUMNS.map((name, i) => [name, i])) as Readonly<
  Record<NumberFigure | 'status' | 'lapMarks' | 'provenance', number>
>;

/** Packs a car's figures to a row. */
export function packRow(figures: EntryFigures): Row {
  const row: (number | null)[] = COLUMNS.map((column) => column.pack(figures));
  for (const sector of figures.sectorsMs) row.push(wholeOrNull(sector));
  return row;
}

/** Gives a row its names back. */
export function unpackRow(row: Row): EntryFigures {
  const figures: Record<string, unknown> = {};
  COLUMNS.forEach((column, i) => {
    Object.assign(figures, column.unpack(row[i] ?? null));
  });
  figures.sectorsMs = row.slice(COLUMNS.length);
  return figures as unknown as EntryFigures;
}

/** A car's unchanging part and its row as one entry. */
export function entryOf(info: EntryInfo, row: Row): Entry {
  return { ...info, ...unpackRow(row) };
}

/** Two bits a figure: 0 unknown, else 1 + the provenance's index. */
function packProvenance(figures: EntryFigures): number {
  return PROVEN_FIGURES.reduce((bits, figure, i) => {
    const provenance = figures.provenance[figure];
    return bits + (provenance === null ? 0 : PROVENANCES.indexOf(provenance) + 1) * 4 ** i;
  }, 0);
}

function unpackProvenance(value: number | null): Record<ProvenFigure, Provenance | null> {
  const bits = value ?? 0;
  return Object.fromEntries(
    PROVEN_FIGURES.map((figure, i) => [figure, PROVENANCES[(Math.floor(bits / 4 ** i) % 4) - 1] ?? null]),
  ) as Record<ProvenFigure, Provenance | null>;
}
