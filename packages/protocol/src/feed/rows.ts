import { type ColumnName, type EntryFigures, FIGURE_LIST, type Figure, type FigureName } from './figures.js';

/**
 * A car's figures as a row of whole numbers, which is what viewers are sent (SPEC.md, FEED). The columns come from the
 * table of figures, in its order; one column for each sector of the track follows.
 */

/** A row: whole numbers, `null` for unknown. */
export type Row = readonly (number | null)[];

/** A figure in its column: from `times` on, below the factor of the next figure in it. */
interface Part {
  readonly name: FigureName;
  readonly figure: Figure<unknown>;
  readonly times: number;
  readonly below: number;
}
interface Column {
  readonly name: string;
  readonly parts: readonly Part[];
}

const COLUMNS: readonly Column[] = columnsOf(FIGURE_LIST);

function columnsOf(figures: typeof FIGURE_LIST): readonly Column[] {
  const columnOf = ([name, figure]: (typeof figures)[number]) => figure.column ?? name;
  return [...new Set(figures.map(columnOf))].map((column) => {
    const inside = figures.filter((each) => columnOf(each) === column);
    const factors = inside.map(([, { times = 1 }]) => times).sort((a, b) => a - b);
    return {
      name: column,
      parts: inside.map(([name, figure]) => {
        const times = figure.times ?? 1;
        return { name, figure, times, below: factors[factors.indexOf(times) + 1] ?? Number.POSITIVE_INFINITY };
      }),
    };
  });
}

/** Names of the columns of a row before its sectors, in their order. */
export const ROW_COLUMNS: readonly string[] = COLUMNS.map((column) => column.name);
/** Columns that leave for everyone, in the order of `ROW_COLUMNS`; the sectors behind them do, too. */
export const ROW_COLUMNS_PUBLIC: readonly boolean[] = COLUMNS.map(({ parts }) =>
  parts.every(({ figure }) => figure.isPublic),
);
/** Index of each column in a row. */
export const COLUMN_INDEX = Object.fromEntries(ROW_COLUMNS.map((name, i) => [name, i])) as Readonly<
  Record<ColumnName, number>
>;
/** Indices of the columns that change at each tick while a car drives. */
export const DRIFTING_COLUMNS: readonly number[] = COLUMNS.flatMap(({ parts }, i) =>
  parts.some(({ figure }) => figure.drifts === true) ? [i] : [],
);

/** Packs a car's figures to a row. */
export function packRow(figures: EntryFigures): Row {
  const row: (number | null)[] = COLUMNS.map(({ parts }) => packParts(parts, figures));
  for (const sector of figures.sectorsMs) row.push(sectorMs(sector));
  return row;
}

/** The figures of a row. */
export function unpackRow(row: Row): EntryFigures {
  const figures: Record<string, unknown> = {};
  COLUMNS.forEach(({ parts }, i) => {
    unpackParts(parts, row[i] ?? null, figures);
  });
  figures.sectorsMs = row.slice(COLUMNS.length);
  return figures as unknown as EntryFigures;
}

function packParts(parts: readonly Part[], figures: EntryFigures): number | null {
  let packed = 0;
  for (const { name, figure, times } of parts) {
    const value = figure.pack(figures[name]);
    if (value === null) return null;
    packed += value * times;
  }
  return packed;
}

function unpackParts(parts: readonly Part[], packed: number | null, figures: Record<string, unknown>): void {
  for (const { name, figure, times, below } of parts) {
    figures[name] = figure.unpack(
      packed === null || parts.length === 1 ? packed : Math.floor((packed % below) / times),
    );
  }
}

function sectorMs(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? Math.round(value) + 0 : null;
}
