import type { FeedState } from '@okboxbox/protocol';
import { type AirFigure, type AirLap, airGap, airLastLap } from './air-figures.js';
import { trendMark } from './marks.js';
import { carStateOf, placeText, type RunningCar, runningOrder, stateWord } from './running-order.js';

/** A car of a battle. */
export interface BattleCar {
  readonly car: number;
  readonly position: string;
  readonly carNumber: string;
  readonly name: string;
  readonly colour: string | null;
  /** Instead of an interval, where the car does not race. */
  readonly stateWord: string | null;
  /** To the car above it in the box; `null` for the first. */
  readonly interval: AirFigure | null;
  /** How the interval has changed within a lap; only where it was measured. */
  readonly trend: ReturnType<typeof trendMark>;
  readonly lastLap: AirLap;
  /** How much slower its last lap was than that of the car above, as `+0.213` or `−0.102`; `null` where they drove different laps. */
  readonly lapDifference: { readonly text: string; readonly isFaster: boolean } | null;
}

/** A battle as its box shows it: two cars or more. */
export interface BattleCard {
  /** What it is about: `Battle for 3`, in a class where there are several. */
  readonly title: string;
  readonly cars: readonly BattleCar[];
}

/** A trend or a difference of laps above this, in ms, tells of a visit to the pits and not of the battle. */
const TOO_FAR_MS = 10_000;

/** The battle between the cued cars, in the order of the race; `null` where fewer than two of them are in it. */
export function battleCard(feed: FeedState, cued: readonly number[]): BattleCard | null {
  const order = runningOrder(feed);
  const cars = order.filter(({ info }) => cued.includes(info.car));
  const [first] = cars;
  if (first === undefined || cars.length < 2) return null;
  const isOneClass = first.className !== null && cars.every(({ info }) => info.class === first.info.class);
  const place = placeText(isOneClass ? first.figures.classPosition : first.figures.position);
  return {
    title: `Battle for P${place}${isOneClass ? ` · ${first.className}` : ''}`,
    cars: cars.map((each, i) => battleCar(each, cars[i - 1], isOneClass)),
  };
}

function battleCar(each: RunningCar, ahead: RunningCar | undefined, isOneClass: boolean): BattleCar {
  const { info, figures, colour } = each;
  const word = stateWord(figures, info);
  const interval = ahead === undefined ? null : intervalBetween(ahead, each);
  const isNext = ahead !== undefined && isNextInClass(ahead, each);
  const showsTrend =
    isNext && interval?.isEstimated === false && word === null && carStateOf(ahead.figures) === 'racing';
  return {
    car: info.car,
    position: placeText(isOneClass ? figures.classPosition : figures.position),
    carNumber: info.carNumber,
    name: info.name,
    colour,
    stateWord: word,
    interval,
    trend: trendMark(showsTrend && Math.abs(figures.trendMs ?? 0) < TOO_FAR_MS ? figures.trendMs : null),
    lastLap: airLastLap(figures),
    lapDifference: ahead === undefined ? null : lapDifference(ahead, each),
  };
}

/** The measured interval, where the two follow each other; else what is between their gaps to the leader. */
function intervalBetween(ahead: RunningCar, each: RunningCar): AirFigure {
  const [a, b] = [ahead.figures, each.figures];
  if (b.position !== null && a.position === b.position - 1)
    return airGap(b.intervalMs, b.intervalLaps, b.provenance.interval === 'estimated');
  if (isNextInClass(ahead, each))
    return airGap(b.classIntervalMs, b.classIntervalLaps, b.provenance.interval === 'estimated');
  const isEstimated = [a, b].some(({ provenance }) => provenance.gap === 'estimated');
  const aheadMs = a.position === 1 ? 0 : a.gapMs;
  const ms = aheadMs === null || b.gapMs === null ? null : b.gapMs - aheadMs;
  return airGap(ms, null, isEstimated);
}

function isNextInClass(ahead: RunningCar, each: RunningCar): boolean {
  const { classPosition } = each.figures;
  return (
    ahead.info.class === each.info.class && classPosition !== null && ahead.figures.classPosition === classPosition - 1
  );
}

/** Last laps are compared only where they are the same lap and both are proven. */
function lapDifference(ahead: RunningCar, each: RunningCar): BattleCar['lapDifference'] {
  const [a, b] = [ahead.figures, each.figures];
  if (a.lastLapMs === null || b.lastLapMs === null || a.lapsCompleted !== b.lapsCompleted) return null;
  if (a.provenance.lastLap === 'estimated' || b.provenance.lastLap === 'estimated') return null;
  const ms = b.lastLapMs - a.lastLapMs;
  if (Math.abs(ms) >= TOO_FAR_MS) return null;
  return { text: `${ms < 0 ? '−' : '+'}${(Math.abs(ms) / 1000).toFixed(3)}`, isFaster: ms < 0 };
}
