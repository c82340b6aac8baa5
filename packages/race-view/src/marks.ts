import {
  CAR_STATUSES,
  type CarStatus,
  type EntryFigures,
  type EntryInfo,
  type LapMark,
  officialRemark,
  STATUS_TERMS,
} from '@okboxbox/protocol';
import { UNKNOWN } from './format.js';

/** The shape before the short form of a status; none for a car that simply races, which is not marked at all. */
const STATUS_SHAPES: Readonly<Record<CarStatus, string | null>> = {
  running: null,
  pit: '■',
  outLap: '▸',
  slow: '▾',
  stopped: '●',
  retired: '✕',
  finished: '⚑',
  notInWorld: '○',
  disqualified: '⊘',
};

/** A car's status as the table shows it: its shape and its short form, or nothing for a car that simply races. */
export const STATUS_LABELS = Object.fromEntries(
  CAR_STATUSES.map((status) => {
    const shape = STATUS_SHAPES[status];
    return [status, shape === null ? '' : `${shape} ${STATUS_TERMS[status].short}`];
  }),
) as Readonly<Record<CarStatus, string>>;

/** A car's status in a sentence, with the word of the results where it says more: `Retired · results: Radiator`. */
export function statusLine(status: CarStatus, { officialStatus }: Pick<EntryInfo, 'officialStatus'>): string {
  const { label } = STATUS_TERMS[status];
  const remark = officialRemark(status, officialStatus);
  const line = label.charAt(0).toUpperCase() + label.slice(1);
  return remark === null ? line : `${line} · results: ${remark}`;
}

/** What the sim's results call a car's status, to show beside the status; nothing where they call it nothing. */
export function officialTitle({ officialStatus }: Pick<EntryInfo, 'officialStatus'>): string | undefined {
  return officialStatus === null ? undefined : `Results: ${officialStatus}`;
}

/** A car's stops and, behind a plus, its drive-throughs; empty where it has neither. */
export function pitVisits({ pitStops, driveThroughs }: Pick<EntryFigures, 'pitStops' | 'driveThroughs'>): string {
  if (pitStops === null) return UNKNOWN;
  if (driveThroughs) return `${pitStops}+${driveThroughs}`;
  return pitStops === 0 ? '' : String(pitStops);
}

/** The same in words, where there is a drive-through. */
export function visitsTitle({ pitStops, driveThroughs }: Pick<EntryFigures, 'pitStops' | 'driveThroughs'>) {
  return driveThroughs ? `Stops: ${pitStops ?? UNKNOWN}, drive-throughs: ${driveThroughs}` : undefined;
}

/** The colour and second mark of a lap time. */
export interface TimeMark {
  readonly tone: 'best' | 'personal' | 'slower' | 'plain';
  readonly mark: string;
}

/** A last lap this much above the car's own best is marked as slower: traffic, a mistake or the pits. */
const SLOWER_BY = 1.015;

/** How a last lap is drawn. */
export function lastLapMark(mark: LapMark, lastMs: number | null, bestMs: number | null): TimeMark {
  if (mark !== 'none') return markOf(mark);
  const slower = lastMs !== null && bestMs !== null && lastMs > bestMs * SLOWER_BY;
  return slower ? { tone: 'slower', mark: '▼' } : { tone: 'plain', mark: '' };
}

/** How a best lap is drawn: only the best of the session or of a class stands out. */
export function bestLapMark(mark: LapMark): TimeMark {
  return mark === 'session' || mark === 'class' ? markOf(mark) : { tone: 'plain', mark: '' };
}

/** Changes of the interval smaller than this, in ms, are none worth looking at. */
const TREND_FROM_MS = 50;

/** How a trend is drawn: a car that comes closer to the one ahead points up to it. */
export function trendMark(trendMs: number | null): { readonly tone: 'catching' | 'losing' | 'plain'; mark: string } {
  if (trendMs === null || Math.abs(trendMs) < TREND_FROM_MS) return { tone: 'plain', mark: '' };
  const seconds = (Math.abs(trendMs) / 1000).toFixed(1);
  return trendMs < 0 ? { tone: 'catching', mark: `▴ ${seconds}` } : { tone: 'losing', mark: `▾ ${seconds}` };
}

function markOf(mark: LapMark): TimeMark {
  switch (mark) {
    case 'session':
      return { tone: 'best', mark: 'FL' };
    case 'class':
      return { tone: 'best', mark: 'CL' };
    case 'personal':
      return { tone: 'personal', mark: 'PB' };
    default:
      return { tone: 'plain', mark: '' };
  }
}

/** Colours for classes whose sim gives none: told apart by people who see colours differently (Okabe and Ito, 2008). */
const CLASS_COLOURS = ['#56b4e9', '#e69f00', '#009e73', '#f0e442', '#cc79a7', '#d55e00'];

/** Black or white: what can be read better on a colour, `#rrggbb`. */
export function textOn(colour: string): '#000000' | '#ffffff' {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  // Where the contrast with both is the same (WCAG 2.2).
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? '#000000' : '#ffffff';
}

/** A class's own colour, or one by its place in the session. */
export function classColour(given: string | null | undefined, place: number): string {
  return given ?? CLASS_COLOURS[place % CLASS_COLOURS.length] ?? '';
}
