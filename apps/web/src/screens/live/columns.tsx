import type { EntryFigures, EntryInfo } from '@okboxbox/protocol';
import {
  bestLapMark,
  gap,
  lapTime,
  lastLapMark,
  pitVisits,
  trendMark,
  UNKNOWN,
  visitsTitle,
} from '@okboxbox/race-view';
import type { ReactNode } from 'react';
import { BestCell, Cell, NameCell, NumberCell, TrackCell } from './cells.js';
import { StatusCell } from './status-cell.js';

/** The columns of the timing table. A new one is one entry of `columnsOf`: its title, its width and its cell. */

/** Width of a column in px, and as a grid track where it may grow. */
interface Size {
  readonly min: number;
  readonly track?: string;
}

/** How a row of the table is used, beside what it shows. */
export interface RowControls {
  readonly car: number;
  /** The colour of the car's class where the session has several. */
  readonly classColour: string | null;
  /** Whether Tab comes to this row: one row of the table at a time. */
  readonly isTabStop: boolean;
  /** Whether its laps are open beside the table; `null` where there are none to open. */
  readonly opened: boolean | null;
  readonly onOpen: (car: number) => void;
  readonly onSelect: (car: number) => void;
}

/** A column of the timing table. */
export interface Column {
  readonly id: string;
  readonly title: string;
  /** What the heading means, where it is short. */
  readonly means: string;
  /** Its width in a full table, and in a tight one. */
  readonly roomy: Size;
  readonly tight: Size;
  /** What is left out first where room is short, from 1; 0 never. */
  readonly leaveOut: number;
  readonly cell: (figures: EntryFigures, info: EntryInfo, row: RowControls) => ReactNode;
}

const NAME: Size = { min: 190, track: 'minmax(190px, 2.2fr)' };
/** What a tight table has for number and name together at least, in px: a table of 360 px has room for both. */
const TIGHT_NUMBER_AND_NAME = 96;
const TRACK: Size = { min: 60, track: 'minmax(60px, 3fr)' };

/** Statuses of a car that drives no more: how far round the lap it is means nothing. */
const AT_REST: ReadonlySet<EntryFigures['status']> = new Set(['finished', 'retired', 'disqualified']);

/** Widths of a full and of a tight table, in px where they are numbers; the same where there is one. */
type Width = number | Size | readonly [roomy: number | Size, tight: number | Size];

function column(
  id: string,
  title: string,
  means: string,
  leaveOut: number,
  width: Width,
  cell: Column['cell'],
): Column {
  const [roomy, tight] = Array.isArray(width) ? width : [width, width];
  const size = (given: number | Size): Size => (typeof given === 'number' ? { min: given } : given);
  return { id, title, means, leaveOut, roomy: size(roomy), tight: size(tight), cell };
}

/** A column that shows one text of a car's figures. */
function textColumn(
  id: string,
  title: string,
  means: string,
  leaveOut: number,
  width: Width,
  text: (figures: EntryFigures) => string | number | null,
): Column {
  return column(id, title, means, leaveOut, width, (figures) => (
    <Cell id={id} text={String(text(figures) ?? UNKNOWN)} />
  ));
}

/** Number and name: the number as wide as the longest one needs beside its bar, as it is never cut. */
function nameWidths(longestNumber: number): { readonly number: Width; readonly name: Width } {
  const tight = Math.max(40, 12 + 7 * longestNumber);
  const min = TIGHT_NUMBER_AND_NAME - tight;
  return {
    number: [Math.max(72, 12 + 9 * longestNumber), tight],
    name: [NAME, { min, track: `minmax(${min}px, 1fr)` }],
  };
}

/** All columns of a session: with classes where there are several, with as many sectors as the track has. */
export function columnsOf(classes: number, sectors: number, longestNumber: number): readonly Column[] {
  const widths = nameWidths(longestNumber);
  return [
    textColumn('position', 'P', 'position', 0, [44, 26], ({ position }) => position),
    ...(classes > 1
      ? [textColumn('class-position', 'PIC', 'position in class', 6, [40, 32], ({ classPosition }) => classPosition)]
      : []),
    column('number', 'No', 'car number, with the colour of its class', 0, widths.number, (_, { carNumber }, row) => (
      <NumberCell
        car={row.car}
        carNumber={carNumber}
        colour={row.classColour}
        isTabStop={row.isTabStop}
        isOpen={row.opened}
        onOpen={row.onOpen}
        onSelect={row.onSelect}
      />
    )),
    column('name', 'Name', 'driver, or team in team races', 0, widths.name, (_, { name, driver }) => (
      <NameCell name={name} driver={driver} />
    )),
    column('gap', 'Gap', 'to the leader', 0, [104, 62], ({ position, gapMs, gapLaps, provenance }) => (
      <Cell id="gap" text={position === 1 ? '' : gap(gapMs, gapLaps)} estimated={provenance.gap === 'estimated'} />
    )),
    column(
      'interval',
      'Int',
      'to the car ahead',
      0,
      [104, 62],
      ({ position, intervalMs, intervalLaps, provenance }) => (
        <Cell
          id="interval"
          text={position === 1 ? '' : gap(intervalMs, intervalLaps)}
          estimated={provenance.interval === 'estimated'}
        />
      ),
    ),
    column('trend', '±', 'gained or lost per lap on the car ahead in class', 2, 52, ({ trendMs }) => {
      const { tone, mark } = trendMark(trendMs);
      return <Cell id="trend" text={mark} tone={tone} />;
    }),
    column('last', 'Last', 'last lap', 0, [96, 60], (figures) => (
      <Cell
        id="last"
        text={lapTime(figures.lastLapMs)}
        tone={lastMark(figures).tone}
        estimated={figures.provenance.lastLap === 'estimated'}
      />
    )),
    column('last-mark', '', 'mark of the last lap', 0, [28, 18], (figures) => {
      const { tone, mark } = lastMark(figures);
      return <Cell id="last-mark" text={mark} tone={tone} />;
    }),
    column('best', 'Best', 'best lap', 5, [96, 64], ({ bestLapMs, bestLapMark: mark }) => (
      <BestCell text={lapTime(bestLapMs)} tone={bestLapMark(mark).tone} />
    )),
    column('best-mark', '', 'mark of the best lap', 5, [28, 20], ({ bestLapMark: of }) => {
      const { tone, mark } = bestLapMark(of);
      return <Cell id="best-mark" text={mark} tone={tone} />;
    }),
    ...Array.from({ length: sectors }, (_, i) =>
      textColumn(`sector-${i + 1}`, `S${i + 1}`, `sector ${i + 1} of the last lap`, 3, 72, ({ sectorsMs }) =>
        lapTime(sectorsMs[i] ?? null),
      ),
    ),
    textColumn('lap', 'Lap', 'laps completed', 5, 48, ({ lapsCompleted }) => lapsCompleted),
    column('pits', 'Pit', 'pit stops + drive-throughs', 4, 44, (figures) => (
      <Cell id="pits" text={pitVisits(figures)} title={visitsTitle(figures)} />
    )),
    textColumn('stint', 'Stint', 'laps since the last stop', 2, 56, ({ stintLaps }) => stintLaps),
    column('status', 'Status', 'what the car is doing', 0, [84, 54], ({ status }, { officialStatus }) => (
      <StatusCell status={status} officialStatus={officialStatus} />
    )),
    column('track', 'Track', 'how far round the lap the car is', 1, TRACK, ({ status, progress }) => (
      <TrackCell progress={AT_REST.has(status) ? null : progress} />
    )),
  ];
}

function lastMark({ lastLapMark: mark, lastLapMs, bestLapMs }: EntryFigures) {
  return lastLapMark(mark, lastLapMs, bestLapMs);
}
