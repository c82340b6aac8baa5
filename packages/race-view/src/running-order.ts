import {
  type EntryFigures,
  type EntryInfo,
  type FeedState,
  STATUS_TERMS,
  shortStatus,
  unpackRow,
} from '@okboxbox/protocol';
import { UNKNOWN } from './format.js';
import { classColour } from './marks.js';

/** A car of a race with all that is known of it now. */
export interface RunningCar {
  readonly info: EntryInfo;
  readonly figures: EntryFigures;
  /** The name and the colour of its class, where the session has several classes. */
  readonly className: string | null;
  readonly colour: string | null;
}

/** What a car does, as far as a graphic shows it. */
export type CarState = 'racing' | 'pit' | 'stopped' | 'out' | 'finished';

/** All cars by position; those without one come last. `classId` leaves the cars of that class alone. */
export function runningOrder(feed: FeedState, classId: string | null = null): readonly RunningCar[] {
  const { entries, rows } = feed;
  const classes = new Map(
    feed.session.classes.map(({ id, name, color }, place) => [id, { name, colour: classColour(color, place) }]),
  );
  const hasClasses = classes.size > 1;
  return entries
    .filter((info) => rows[info.car] !== undefined && (classId === null || info.class === classId))
    .map((info) => {
      const ofClass = hasClasses ? classes.get(info.class ?? '') : undefined;
      const figures = unpackRow(rows[info.car] ?? []);
      return { info, figures, className: ofClass?.name ?? null, colour: ofClass?.colour ?? null };
    })
    .sort((a, b) => placeOf(a.figures) - placeOf(b.figures) || a.info.car - b.info.car);
}

/** The id of the class that an address names by id or by name; `null` where there is none of that name. */
export function classIdOf({ session }: FeedState, named: string | null): string | null {
  if (named === null) return null;
  const wanted = named.toLowerCase();
  return session.classes.find(({ id, name }) => id === named || name.toLowerCase() === wanted)?.id ?? null;
}

/** What a car does. A car that stands in its box while its driver changes is in the pits, whatever the sim shows of it. */
export function carStateOf({ status, inPit }: EntryFigures): CarState {
  switch (status) {
    case 'retired':
    case 'notInWorld':
    case 'disqualified':
      return inPit && status === 'notInWorld' ? 'pit' : 'out';
    case 'finished':
      return 'finished';
    case 'stopped':
      return 'stopped';
    default:
      return inPit ? 'pit' : 'racing';
  }
}

/**
 * The short word for a car that does not race, of its status or of the results: `PIT`, `STOP`, `DNF`; `null` for one that
 * races or has finished.
 */
export function stateWord(figures: EntryFigures, { officialStatus }: EntryInfo): string | null {
  switch (carStateOf(figures)) {
    case 'pit':
      return STATUS_TERMS.pit.short;
    case 'stopped':
    case 'out':
      return shortStatus(figures.status, officialStatus);
    case 'finished': {
      const short = shortStatus(figures.status, officialStatus);
      return short === STATUS_TERMS.finished.short ? null : short;
    }
    case 'racing':
      return null;
  }
}

/** A place as a graphic writes it; unknown is a dash. */
export function placeText(place: number | null): string {
  return place === null ? UNKNOWN : String(place);
}

function placeOf({ position }: EntryFigures): number {
  return position ?? Number.MAX_SAFE_INTEGER;
}
