import type { EntryFigures, FeedState } from '@okboxbox/protocol';
import { type AirFigure, type AirLap, airBestLap, airGap, airLastLap } from './air-figures.js';
import { type CarState, carStateOf, placeText, type RunningCar, runningOrder, stateWord } from './running-order.js';

/** A car next to another one, and how far away it is. */
export interface NextCar {
  readonly carNumber: string;
  readonly name: string;
  readonly gap: AirFigure;
}

/** What a lower third says of a car. */
export interface DriverCard {
  readonly car: number;
  readonly carNumber: string;
  /** Who drives it now, or what it is called where nobody is known. */
  readonly name: string;
  /** What stands below the name: team and car, as far as they are known and say more. */
  readonly about: string;
  readonly className: string | null;
  readonly colour: string | null;
  /** In its class, where the session has several classes. */
  readonly position: string;
  /** `P12 overall`, where that is another place than in its class. */
  readonly overall: string | null;
  readonly state: CarState;
  /** `PIT`, `STOP`, `DNF`; `null` while it races. */
  readonly stateWord: string | null;
  /** Where it started, and how many places it has gained or lost since; `null` where that is not known. */
  readonly start: { readonly grid: string; readonly gained: AirFigure & { readonly tone: string } } | null;
  readonly lastLap: AirLap;
  readonly bestLap: AirLap;
  /** The cars before and behind it, in its class where there are several; `null` where there is none. */
  readonly ahead: NextCar | null;
  readonly behind: NextCar | null;
  /** All who have driven it, where they are several. */
  readonly crew: readonly { readonly name: string; readonly isDriving: boolean }[];
}

/** What a lower third says of a car; `null` for one that is not in the race. */
export function driverCard(feed: FeedState, car: number): DriverCard | null {
  const order = runningOrder(feed);
  const found = order.find(({ info }) => info.car === car);
  if (found === undefined) return null;
  const { info, figures, className, colour } = found;
  const rivals = className === null ? order : order.filter((each) => each.info.class === info.class);
  const at = rivals.indexOf(found);
  const name = info.driver ?? info.name;
  return {
    car,
    carNumber: info.carNumber,
    name,
    about: [info.teamName ?? (info.name === name ? null : info.name), info.carModel]
      .filter((text) => text !== null && text !== name)
      .join(' · '),
    className,
    colour,
    position: placeText(className === null ? figures.position : figures.classPosition),
    overall:
      className === null || figures.position === null || figures.position === figures.classPosition
        ? null
        : `P${figures.position} overall`,
    state: carStateOf(figures),
    stateWord: stateWord(figures, info),
    start: startOf(figures),
    lastLap: airLastLap(figures),
    bestLap: airBestLap(figures),
    ahead: at > 0 ? nextCar(rivals[at - 1], found) : null,
    behind: nextCar(rivals[at + 1], rivals[at + 1]),
    crew: info.crew.length > 1 ? info.crew.map((each) => ({ name: each, isDriving: each === info.driver })) : [],
  };
}

/** Places gained overall since the start: `▲3`, `▼2`, `=`. */
function startOf({ gridPosition, position }: EntryFigures): DriverCard['start'] {
  if (gridPosition === null || position === null) return null;
  const gained = gridPosition - position;
  const text = gained === 0 ? '=' : `${gained > 0 ? '▲' : '▼'}${Math.abs(gained)}`;
  const tone = gained === 0 ? 'plain' : gained > 0 ? 'personal' : 'slower';
  return { grid: `P${gridPosition}`, gained: { text, isEstimated: false, tone } };
}

/** A neighbour, by the interval that the one of the two that is behind has to the other. */
function nextCar(neighbour: RunningCar | undefined, behind: RunningCar | undefined): NextCar | null {
  if (neighbour === undefined || behind === undefined) return null;
  return { carNumber: neighbour.info.carNumber, name: neighbour.info.name, gap: intervalOf(behind) };
}

/** A car's interval to the car ahead of it: in its class, where the session has several. */
export function intervalOf({ figures, className }: RunningCar): AirFigure {
  const isEstimated = figures.provenance.interval === 'estimated';
  return className === null
    ? airGap(figures.intervalMs, figures.intervalLaps, isEstimated)
    : airGap(figures.classIntervalMs, figures.classIntervalLaps, isEstimated);
}
