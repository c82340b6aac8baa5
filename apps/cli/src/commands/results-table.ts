import { type Entry, type Lap, printableLine, type RaceEvent, STATUS_TERMS } from '@okboxbox/protocol';
import type { TimingState } from '@okboxbox/timing';
import { columnsOf } from '../printable.js';

/** What `okboxbox results --json` prints. */
export interface Results {
  readonly entries: readonly Entry[];
  readonly laps: readonly Lap[];
  readonly events: readonly RaceEvent[];
}

interface Column {
  readonly title: string;
  readonly of: (entry: Entry) => string;
  readonly left?: boolean;
}

const COLUMNS: readonly Column[] = [
  { title: 'P', of: (entry) => String(entry.position ?? '–') },
  { title: 'No', of: (entry) => entry.carNumber },
  { title: 'Name', of: (entry) => entry.name, left: true },
  { title: 'Laps', of: (entry) => String(entry.lapsCompleted ?? '–') },
  { title: 'Gap', of: (entry) => gap(entry.gapMs, entry.gapLaps) },
  { title: 'Int', of: (entry) => gap(entry.intervalMs, entry.intervalLaps) },
  { title: 'Best', of: (entry) => lapTime(entry.bestLapMs) },
  { title: 'Last', of: (entry) => lapTime(entry.lastLapMs) },
  { title: 'Pits', of: (entry) => String(entry.pitStops ?? '–') },
  { title: 'DT', of: (entry) => String(entry.driveThroughs ?? '–') },
  { title: 'Status', of: (entry) => STATUS_TERMS[entry.status].label, left: true },
  { title: 'Results say', of: (entry) => entry.officialStatus ?? '', left: true },
];

/** Prints a classification for a person at a terminal. */
export function printResults(found: Results, timing: TimingState, out: { write(text: string): unknown }): void {
  const session = timing.session;
  if (session) {
    const derived = session.positions === 'derived' ? ' · positions between crossings are interpolated' : '';
    const place = printableLine(session.track.name);
    out.write(`${session.type} · ${place} · ${timing.phase ?? 'not started'}${derived}\n`);
  }
  const rows = found.entries.map((entry) => COLUMNS.map((column) => printableLine(column.of(entry))));
  const widths = COLUMNS.map((column, i) =>
    Math.max(column.title.length, ...rows.map((row) => columnsOf(row[i] ?? ''))),
  );
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => padded(cell, widths[i] ?? 0, COLUMNS[i]?.left ?? false)).join('  ');
  out.write(`${line(COLUMNS.map((column) => column.title))}\n`);
  for (const row of rows) out.write(`${line(row).trimEnd()}\n`);
  out.write(`${found.laps.length} laps, ${found.events.length} race events. Lap 1 of a race counts from green.\n`);
}

/** A cell of the given width, in columns of the terminal. */
function padded(cell: string, columns: number, isLeft: boolean): string {
  const room = ' '.repeat(Math.max(0, columns - columnsOf(cell)));
  return isLeft ? cell + room : room + cell;
}

function lapTime(ms: number | null): string {
  if (ms === null) return '–';
  const minutes = Math.floor(ms / 60_000);
  return `${minutes}:${((ms % 60_000) / 1000).toFixed(3).padStart(6, '0')}`;
}

function gap(ms: number | null, laps: number | null): string {
  if (laps !== null) return `${laps} L`;
  return ms === null ? '–' : `+${(ms / 1000).toFixed(3)}`;
}
