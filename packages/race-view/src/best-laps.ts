import type { FeedState } from '@okboxbox/protocol';
import { type AirLap, airBestLap } from './air-figures.js';
import { classIdOf, type RunningCar, runningOrder } from './running-order.js';

/** A best lap as its card shows it. */
export interface BestLapCard {
  readonly car: number;
  /** `Fastest lap`, with the class where it is the best of a class. */
  readonly title: string;
  readonly carNumber: string;
  readonly name: string;
  /** The car and its team, as far as they are known. */
  readonly about: string;
  readonly colour: string | null;
  readonly lap: AirLap;
  /** The best laps of all classes, where there are several and the card is of the session's. */
  readonly ofClasses: readonly ClassBest[];
}

/** The best lap of a class. */
export interface ClassBest {
  readonly car: number;
  readonly className: string;
  readonly colour: string | null;
  readonly carNumber: string;
  readonly name: string;
  readonly lap: AirLap;
}

/** How long a new best lap stays on air by itself, in ms on the session's clock. */
export const NEW_BEST_MS = 8_000;
/** Everybody's first laps are bests: they are told from this lap on. */
const FIRST_TOLD_LAP = 2;

/** The fastest lap of the session, or of one class; `null` while nobody has one. */
export function bestLapCard(feed: FeedState, classNamed: string | null): BestLapCard | null {
  const classId = classIdOf(feed, classNamed);
  const cars = runningOrder(feed).filter(({ figures }) => figures.bestLapMs !== null);
  const best = fastest(classId === null ? cars : cars.filter(({ info }) => info.class === classId));
  if (best === undefined) return null;
  const classes = classId === null ? [...new Set(cars.map(({ info }) => info.class))] : [];
  return {
    ...cardOf(best, classId !== null),
    ofClasses: classes
      .flatMap((id) => fastest(cars.filter(({ info }) => info.class === id)) ?? [])
      .flatMap((each) => classBestOf(each) ?? []),
  };
}

/**
 * The best lap of the session or of a class that was driven just now, for a card that comes by itself; `null` where there is
 * none, where it was withdrawn, or where it is estimated.
 */
export function newBestCard(feed: FeedState, classNamed: string | null): BestLapCard | null {
  const { sessionTimeMs } = feed.clock;
  if (sessionTimeMs === null || feed.session.status !== 'live') return null;
  const classId = classIdOf(feed, classNamed);
  const told = feed.events.findLast(
    ({ name, sessionTimeMs: at }) =>
      (name === 'best.session' || name === 'best.class') && sessionTimeMs - at >= 0 && sessionTimeMs - at < NEW_BEST_MS,
  );
  if (told === undefined) return null;
  const found = runningOrder(feed, classId).find(({ info }) => info.car === told.car);
  if (found === undefined) return null;
  const { bestLapMs, lapsCompleted, provenance } = found.figures;
  const isProven = bestLapMs === told.ms && bestLapMs !== null && provenance.bestLap !== 'estimated';
  if (!isProven || (lapsCompleted ?? 0) < FIRST_TOLD_LAP) return null;
  return { ...cardOf(found, told.name === 'best.class' || classId !== null), ofClasses: [] };
}

function fastest(cars: readonly RunningCar[]): RunningCar | undefined {
  return cars.reduce<RunningCar | undefined>(
    (best, each) =>
      (each.figures.bestLapMs ?? 0) < (best?.figures.bestLapMs ?? Number.POSITIVE_INFINITY) ? each : best,
    undefined,
  );
}

function cardOf({ info, figures, className, colour }: RunningCar, isOfClass: boolean): Omit<BestLapCard, 'ofClasses'> {
  const name = info.driver ?? info.name;
  const lap = airBestLap(figures);
  return {
    car: info.car,
    title: isOfClass && className !== null ? `Fastest lap · ${className}` : 'Fastest lap',
    carNumber: info.carNumber,
    name,
    about: [info.teamName, info.carModel].filter((text) => text !== null && text !== name).join(' · '),
    colour,
    lap: lap.isEstimated ? lap : { ...lap, tone: 'best', mark: '' },
  };
}

function classBestOf({ info, figures, className, colour }: RunningCar): ClassBest | null {
  if (className === null) return null;
  const { car, carNumber, name } = info;
  return { car, className, colour, carNumber, name, lap: airBestLap(figures) };
}
