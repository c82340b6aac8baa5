import { type EntryFigures, type FeedState, type OnAir, SLOTS } from '@okboxbox/protocol';
import { gap, lapTime } from './format.js';
import { type CarState, carStateOf, classIdOf, placeText, runningOrder, stateWord } from './running-order.js';

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
  readonly state: CarState;
  readonly isFeatured: boolean;
  readonly inBattle: boolean;
}

/** Lines of a tower, first to last. A featured car that would fall below the last line takes it. */
export function towerRows(feed: FeedState, choice: TowerChoice): readonly TowerRow[] {
  const { onAir } = feed;
  const ofClass = classIdOf(feed, choice.classNamed);
  const placed = runningOrder(feed, ofClass);
  const shown = placed.slice(0, Math.max(1, choice.rows));
  const featured = placed.find(({ info }) => info.car === onAir.driver?.car);
  if (featured !== undefined && !shown.includes(featured)) shown[shown.length - 1] = featured;
  return shown.map(({ info, figures, colour }, place) => ({
    car: info.car,
    place,
    position: placeText(ofClass === null ? figures.position : figures.classPosition),
    carNumber: info.carNumber,
    name: info.name,
    colour: ofClass === null ? colour : null,
    figure: stateWord(figures, info) ?? figureOf(feed, figures, place === 0, choice, ofClass !== null),
    state: carStateOf(figures),
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
