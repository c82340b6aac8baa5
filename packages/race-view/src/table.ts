import { type EntryFigures, type EntryInfo, type FeedState, shortStatus, unpackRow } from '@okboxbox/protocol';
import { gap, lapTime } from './format.js';

/** Columns of a table of ready-made texts, in their order. */
export const TABLE_COLUMNS = [
  'position',
  'classPosition',
  'carNumber',
  'name',
  'teamName',
  'driver',
  'class',
  'carModel',
  'gap',
  'interval',
  'classGap',
  'classInterval',
  'lastLap',
  'bestLap',
  'laps',
  'pitStops',
  'status',
] as const;
/** One car of a table. What is not known is empty. */
export type TableRow = Readonly<Record<(typeof TABLE_COLUMNS)[number], string>>;

const EMPTY = Object.fromEntries(TABLE_COLUMNS.map((column) => [column, ''])) as TableRow;

/**
 * The classification as flat rows of texts as a screen writes them (`+1.284`, `2 L`), first to last: for titling programs, which
 * show a text as it is. `classNamed` is a class's id or name, and the table is of its cars alone.
 */
export function tableRows(
  { session, entries, rows }: Pick<FeedState, 'session' | 'entries' | 'rows'>,
  classNamed: string | null = null,
): readonly TableRow[] {
  const names = new Map(session.classes.map(({ id, name }) => [id, name]));
  const isWanted = ({ class: id }: EntryInfo) =>
    classNamed === null || isNamed({ id: id ?? '', name: names.get(id ?? '') ?? '' }, classNamed);
  return entries
    .filter((info) => rows[info.car] !== undefined && isWanted(info))
    .map((info) => ({ info, figures: unpackRow(rows[info.car] ?? []) }))
    .sort((a, b) => placeOf(a.figures) - placeOf(b.figures) || a.info.car - b.info.car)
    .map(({ info, figures }) => tableRow(info, figures, names.get(info.class ?? '') ?? ''));
}

/** Whether a session has a class of this id or name. */
export function hasClass({ session, entries }: Pick<FeedState, 'session' | 'entries'>, classNamed: string): boolean {
  return (
    session.classes.some((each) => isNamed(each, classNamed)) || entries.some(({ class: id }) => id === classNamed)
  );
}

function isNamed({ id, name }: { readonly id: string; readonly name: string }, classNamed: string): boolean {
  return id === classNamed || name.toLowerCase() === classNamed.toLowerCase();
}

/** Exactly this many rows: those behind the last car are empty, so that a title never keeps the text of before. */
export function filledTo(rows: readonly TableRow[], count: number): readonly TableRow[] {
  return Array.from({ length: count }, (_, i) => rows[i] ?? EMPTY);
}

function tableRow(info: EntryInfo, figures: EntryFigures, className: string): TableRow {
  return {
    position: text(figures.position),
    classPosition: text(figures.classPosition),
    carNumber: info.carNumber,
    name: info.name,
    teamName: info.teamName ?? '',
    driver: info.driver ?? '',
    class: className,
    carModel: info.carModel ?? '',
    gap: behind(figures.position, figures.gapMs, figures.gapLaps),
    interval: behind(figures.position, figures.intervalMs, figures.intervalLaps),
    classGap: behind(figures.classPosition, figures.classGapMs, figures.classGapLaps),
    classInterval: behind(figures.classPosition, figures.classIntervalMs, figures.classIntervalLaps),
    lastLap: figures.lastLapMs === null ? '' : lapTime(figures.lastLapMs),
    bestLap: figures.bestLapMs === null ? '' : lapTime(figures.bestLapMs),
    laps: text(figures.lapsCompleted),
    pitStops: text(figures.pitStops),
    status: figures.status === 'running' ? '' : shortStatus(figures.status, info.officialStatus),
  };
}

const placeOf = ({ position }: EntryFigures) => position ?? Number.MAX_SAFE_INTEGER;
const text = (value: number | null) => (value === null ? '' : String(value));

/** Empty for the first, who is behind nobody. */
function behind(position: number | null, ms: number | null, laps: number | null): string {
  return position === 1 || (ms === null && laps === null) ? '' : gap(ms, laps);
}
