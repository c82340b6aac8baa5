import {
  type EntryFigures,
  type EntryInfo,
  type FeedState,
  type OnAir,
  SLOTS,
  STATUS_TERMS,
  shortStatus,
  unpackRow,
} from '@okboxbox/protocol';
import { gap, lapTime, UNKNOWN } from './format.js';
import { classColour } from './marks.js';

/** What a tower shows of a race. */
export interface TowerChoice {
  /** Most rows. */
  readonly rows: number;
  readonly figure: 'leader' | 'interval';
  /** A class's id or name: the tower of that class alone. */
  readonly classNamed: string | null;
}

/** One line of a tower. */
export interface TowerRow {
  readonly car: number;
  /** From 0, where it stands in the tower. */
  readonly place: number;
  readonly position: string;
  readonly carNumber: string;
  readonly name: string;
  /** The class's colour, where the session has several and the tower shows all. */
  readonly colour: string | null;
  readonly figure: string;
  /** What the figure's place says instead where the car does not race. */
  readonly state: 'racing' | 'pit' | 'stopped' | 'out' | 'finished';
  readonly isFeatured: boolean;
  readonly inBattle: boolean;
}

/** Lines of a tower, first to last. A featured car that would fall below the last line takes it. */
export function towerRows(feed: FeedState, choice: TowerChoice): readonly TowerRow[] {
  const { session, entries, rows, onAir } = feed;
  const ofClass = classOf(feed, choice.classNamed);
  const hasClasses = session.classes.length > 1 && ofClass === null;
  const colours = new Map(session.classes.map((each, place) => [each.id, classColour(each.color, place)]));
  const placed = entries
    .filter((info) => rows[info.car] !== undefined && (ofClass === null || info.class === ofClass))
    .map((info) => ({ info, figures: unpackRow(rows[info.car] ?? []) }))
    .sort((a, b) => sortKey(a.figures) - sortKey(b.figures) || a.info.car - b.info.car);
  const shown = placed.slice(0, Math.max(1, choice.rows));
  const featured = placed.find(({ info }) => info.car === onAir.driver?.car);
  if (featured !== undefined && !shown.includes(featured)) shown[shown.length - 1] = featured;
  return shown.map(({ info, figures }, place) => ({
    car: info.car,
    place,
    position: String((ofClass === null ? figures.position : figures.classPosition) ?? UNKNOWN),
    carNumber: info.carNumber,
    name: info.name,
    colour: hasClasses ? (colours.get(info.class ?? '') ?? null) : null,
    figure: stateWords(figures, info) ?? figureOf(feed, figures, place === 0, choice, ofClass !== null),
    state: stateOf(figures),
    isFeatured: onAir.driver?.car === info.car,
    inBattle: onAir.battle?.cars.includes(info.car) === true,
  }));
}

/** Whether a graphic that a director put on air is still to be seen at the instant shown. */
export function isOnAir(slot: { readonly until: number | null } | null, at: number | null): boolean {
  return slot !== null && (slot.until === null || at === null || at < slot.until);
}

/** What is on air at the instant shown: without what has left by itself. */
export function onAirAt(onAir: OnAir, at: number | null): OnAir {
  const left = <T extends { readonly until: number | null } | null>(slot: T): T | null =>
    isOnAir(slot, at) ? slot : null;
  const slots = SLOTS.map((slot) => [slot, left(onAir[slot])] as const);
  return { ...onAir, ...(Object.fromEntries(slots) as Omit<OnAir, 'scene'>) };
}

function classOf({ session }: FeedState, named: string | null): string | null {
  if (named === null) return null;
  const wanted = named.toLowerCase();
  const found = session.classes.find(({ id, name }) => id === named || name.toLowerCase() === wanted);
  return found?.id ?? null;
}

function sortKey({ position }: EntryFigures): number {
  return position ?? Number.MAX_SAFE_INTEGER;
}

function stateOf({ status, inPit }: EntryFigures): TowerRow['state'] {
  switch (status) {
    case 'retired':
    case 'notInWorld':
    case 'disqualified':
      return 'out';
    case 'finished':
      return 'finished';
    case 'stopped':
      return 'stopped';
    default:
      return inPit ? 'pit' : 'racing';
  }
}

/** What stands in the place of the figure of a car that does not race: the short form of its status or of the results' word. */
function stateWords(figures: EntryFigures, { officialStatus }: EntryInfo): string | null {
  switch (stateOf(figures)) {
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

function figureOf(
  { session }: FeedState,
  figures: EntryFigures,
  isFirst: boolean,
  { figure }: TowerChoice,
  inClass: boolean,
): string {
  if (isFirst) {
    if (session.type !== 'race') return lapTime(figures.bestLapMs);
    return figure === 'leader' ? 'Leader' : 'Interval';
  }
  if (inClass) {
    return figure === 'leader'
      ? gap(figures.classGapMs, figures.classGapLaps)
      : gap(figures.classIntervalMs, figures.classIntervalLaps);
  }
  return figure === 'leader' ? gap(figures.gapMs, figures.gapLaps) : gap(figures.intervalMs, figures.intervalLaps);
}
