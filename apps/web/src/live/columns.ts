/** A column of the timing table. */
export interface Column {
  readonly id: string;
  readonly title: string;
  /** What the heading means, where it is short. */
  readonly means: string;
}

/** What of the table a width has room for. */
export interface Layout {
  readonly columns: readonly Column[];
  /** CSS grid tracks of a row. */
  readonly tracks: string;
  /** A phone's table: smaller figures, a finger's height, one of gap and interval. */
  readonly isTight: boolean;
}

/** Width of a column in px, and as a grid track where it may grow. */
interface Size {
  readonly min: number;
  readonly track?: string;
}

interface Sized extends Column {
  readonly roomy: Size;
  readonly tight: Size;
  /** What is left out first where room is short, from 1; 0 never. */
  readonly leaveOut: number;
}

/** Tables narrower than this are tight, in px. */
const TIGHT_BELOW = 820;
/** Between columns, and at both ends of a row, in px; as in the style sheet. */
const GAP = { roomy: 10, tight: 4 } as const;
const ENDS = { roomy: 20, tight: 16 } as const;

const NAME: Size = { min: 190, track: 'minmax(190px, 2.2fr)' };
const TIGHT_NAME: Size = { min: 56, track: 'minmax(56px, 1fr)' };

function column(
  id: string,
  title: string,
  means: string,
  leaveOut: number,
  roomy: number | Size,
  tight: number | Size = roomy,
): Sized {
  const size = (given: number | Size): Size => (typeof given === 'number' ? { min: given } : given);
  return { id, title, means, leaveOut, roomy: size(roomy), tight: size(tight) };
}

/** All columns of a session: with classes where there are several, with as many sectors as the track has. */
function columnsOf(classes: number, sectors: number): readonly Sized[] {
  return [
    column('position', 'P', 'position', 0, 44, 26),
    ...(classes > 1 ? [column('class-position', 'PIC', 'position in class', 6, 40, 32)] : []),
    column('number', 'No', 'car number, with the colour of its class', 0, 72, 40),
    column('name', 'Name', 'driver, or team in team races', 0, NAME, TIGHT_NAME),
    column('gap', 'Gap', 'to the leader', 0, 104, 62),
    column('interval', 'Int', 'to the car ahead', 0, 104, 62),
    column('trend', '±', 'won or lost in a lap on the car ahead in class', 2, 52),
    column('last', 'Last', 'last lap', 0, 96, 60),
    column('last-mark', '', 'mark of the last lap', 0, 28, 18),
    column('best', 'Best', 'best lap', 5, 96, 64),
    column('best-mark', '', 'mark of the best lap', 5, 28, 20),
    ...Array.from({ length: sectors }, (_, i) =>
      column(`sector-${i + 1}`, `S${i + 1}`, `sector ${i + 1} of the last lap`, 3, 72),
    ),
    column('lap', 'Lap', 'laps completed', 5, 48),
    column('pits', 'Pit', 'pit stops + drive-throughs', 4, 44),
    column('stint', 'Stint', 'laps since the last stop', 2, 56),
    column('status', 'Status', 'what the car is doing', 0, 84, 54),
    column('track', 'Track', 'how far round the lap the car is', 1, { min: 60, track: 'minmax(60px, 3fr)' }),
  ];
}

/**
 * The columns that a table `width` px wide has room for: all of them, or without those that matter least. A tight
 * table shows `figure`, gap or interval, and not the other.
 */
export function layoutOf(classes: number, sectors: number, width: number, figure: 'gap' | 'interval'): Layout {
  const isTight = width < TIGHT_BELOW;
  const spacing = isTight ? 'tight' : 'roomy';
  const other = figure === 'gap' ? 'interval' : 'gap';
  let columns = columnsOf(classes, sectors).filter((each) => !(isTight && each.id === other));
  for (let left = 1; left <= 6 && widthOf(columns, spacing) > width; left++) {
    columns = columns.filter((each) => each.leaveOut !== left);
  }
  const tracks = columns.map((each) => each[spacing].track ?? `${each[spacing].min}px`).join(' ');
  return { columns, tracks, isTight };
}

function widthOf(columns: readonly Sized[], spacing: 'roomy' | 'tight'): number {
  const own = columns.reduce((sum, each) => sum + each[spacing].min, 0);
  return own + (columns.length - 1) * GAP[spacing] + ENDS[spacing];
}
