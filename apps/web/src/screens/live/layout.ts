import { type Column, columnsOf } from './columns.js';

/** What of the table a width has room for. */
export interface Layout {
  readonly columns: readonly Column[];
  /** CSS grid tracks of a row. */
  readonly tracks: string;
  /** A phone's table: smaller figures, a finger's height, one of gap and interval. */
  readonly isTight: boolean;
}

/** Tables narrower than this are tight, in px. */
const TIGHT_BELOW = 820;
/** Between columns, and at both ends of a row, in px; as in the style sheet. */
const GAP = { roomy: 10, tight: 4 } as const;
const ENDS = { roomy: 20, tight: 16 } as const;

/**
 * The columns that a table `width` px wide has room for: all of them, or without those that matter least. A tight
 * table shows `figure`, gap or interval, and not the other. `longestNumber`: the characters of the longest car number.
 */
export function layoutOf(
  classes: number,
  sectors: number,
  width: number,
  figure: 'gap' | 'interval',
  longestNumber = 3,
): Layout {
  const isTight = width < TIGHT_BELOW;
  const spacing = isTight ? 'tight' : 'roomy';
  const other = figure === 'gap' ? 'interval' : 'gap';
  let columns = columnsOf(classes, sectors, longestNumber).filter((each) => !(isTight && each.id === other));
  for (let left = 1; left <= 6 && widthOf(columns, spacing) > width; left++) {
    columns = columns.filter((each) => each.leaveOut !== left);
  }
  const tracks = columns.map((each) => each[spacing].track ?? `${each[spacing].min}px`).join(' ');
  return { columns, tracks, isTight };
}

function widthOf(columns: readonly Column[], spacing: 'roomy' | 'tight'): number {
  const own = columns.reduce((sum, each) => sum + each[spacing].min, 0);
  return own + (columns.length - 1) * GAP[spacing] + ENDS[spacing];
}
