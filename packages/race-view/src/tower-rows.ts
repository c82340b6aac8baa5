import type { EntryInfo, FeedState, OnAir } from '@okboxbox/protocol';
import { SLOTS } from '@okboxbox/protocol';
import { type AirFigure, airGap, airLastLap } from './air-figures.js';
import { lapTime } from './format.js';
import { gridPlaces } from './grid-places.js';
import type { TimeMark } from './marks.js';
import {
  type CarState,
  carStateOf,
  classIdOf,
  placeText,
  type RunningCar,
  runningOrder,
  stateWord,
} from './running-order.js';
import { shownDriver } from './shown-driver.js';
import { shownInTower } from './tower-window.js';

/** What stands in a tower's last column. */
export type TowerFigure = 'leader' | 'interval' | 'last';
/** Which cars a tower shows: from the first on, or those around a battle. */
export type TowerMode = 'full' | 'compact' | 'battle';

/** What a tower shows of a race. */
export interface TowerChoice {
  /** Most rows. */
  readonly rows: number;
  readonly figure: TowerFigure;
  /** A class's id or name: the tower of that class alone. */
  readonly classNamed: string | null;
  /** `full` where it is left out. */
  readonly mode?: TowerMode;
  /** Counts up with the pages of the lower rows, where not all cars have room; 0 where it is left out. */
  readonly page?: number;
}

/** One line of a tower. */
export interface TowerRow {
  readonly car: number;
  /** From 0, where it stands in the tower. */
  readonly place: number;
  readonly position: string;
  readonly carNumber: string;
  readonly name: string;
  /** Three letters in place of the name. */
  readonly code: string;
  /** The class's colour, where the session has several and the tower shows all. */
  readonly colour: string | null;
  readonly figure: string;
  /** How a last lap is coloured; an estimated figure is plain. */
  readonly tone: TimeMark['tone'];
  readonly isEstimated: boolean;
  /** What the figure's place says instead where the car does not race. */
  readonly state: CarState;
  /** Places gained since the start, below 0 lost; `null` where that is not known, or there was no start. */
  readonly gained: number | null;
  /** It has the fastest lap of what the tower shows. */
  readonly isFastest: boolean;
  readonly isFeatured: boolean;
  /** The sim's camera shows it. */
  readonly isOnCamera: boolean;
  readonly inBattle: boolean;
  /** The car above is not the one ahead of it. */
  readonly isApart: boolean;
}

/** Lines of a tower, first to last. A featured car is always among them. */
export function towerRows(feed: FeedState, choice: TowerChoice): readonly TowerRow[] {
  const { onAir } = feed;
  const ofClass = classIdOf(feed, choice.classNamed);
  const inClass = ofClass !== null;
  const placed = runningOrder(feed, ofClass);
  const grid = gridPlaces(feed, placed, inClass);
  const driver = shownDriver(feed);
  const cued = { driver: driver === null ? null : { car: driver, until: null }, battle: onAir.battle };
  const indexes = shownInTower(
    placed.map(({ info, figures }) => ({ car: info.car, battle: figures.battle })),
    choice,
    cued,
  );
  return indexes.flatMap((index, place): readonly TowerRow[] => {
    const running = placed[index];
    if (running === undefined) return [];
    const { info, figures, colour } = running;
    const { car } = info;
    const word = stateWord(figures, info);
    const figure = word === null ? figureOf(feed, running, index === 0, choice.figure, inClass) : wordOf(word);
    const start = grid.get(car);
    return [
      {
        ...{ car, place, carNumber: info.carNumber, name: info.name, code: codeOf(info) },
        position: placeText(inClass ? figures.classPosition : figures.position),
        colour: inClass ? null : colour,
        figure: figure.text,
        tone: figure.tone,
        isEstimated: figure.isEstimated,
        state: carStateOf(figures),
        gained: start === undefined ? null : start - index - 1,
        isFastest: figures.bestLapMark === 'session' || (inClass && figures.bestLapMark === 'class'),
        isFeatured: driver === car,
        isOnCamera: feed.camera === car,
        inBattle: onAir.battle?.cars.includes(car) === true,
        isApart: place > 0 && indexes[place - 1] !== index - 1,
      },
    ];
  });
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

type Shown = AirFigure & Pick<TimeMark, 'tone'>;

function wordOf(text: string): Shown {
  return { text, isEstimated: false, tone: 'plain' };
}

function figureOf(
  { session }: FeedState,
  { figures }: RunningCar,
  isFirst: boolean,
  figure: TowerFigure,
  inClass: boolean,
): Shown {
  if (figure === 'last') return airLastLap(figures);
  if (isFirst) return wordOf(session.type === 'race' ? 'Leader' : lapTime(figures.bestLapMs));
  const { provenance } = figures;
  const isEstimated = provenance[figure === 'leader' ? 'gap' : 'interval'] === 'estimated';
  const [ms, laps] =
    figure === 'leader'
      ? inClass
        ? [figures.classGapMs, figures.classGapLaps]
        : [figures.gapMs, figures.gapLaps]
      : inClass
        ? [figures.classIntervalMs, figures.classIntervalLaps]
        : [figures.intervalMs, figures.intervalLaps];
  return { ...airGap(ms, laps, isEstimated), tone: 'plain' };
}

/** Three letters for a car: of who drives it, else of its name. */
function codeOf({ driver, name }: EntryInfo): string {
  const surname = (driver ?? name).trim().split(/\s+/).at(-1) ?? '';
  const letters = surname.replace(/[^\p{L}\p{N}]/gu, '');
  return (letters === '' ? name : letters).slice(0, 3).toUpperCase();
}
