import type { FeedEvent, FeedState } from '@okboxbox/protocol';
import { tenths } from './air-figures.js';
import { UNKNOWN } from './format.js';
import { carStateOf, type RunningCar, runningOrder } from './running-order.js';

/** One visit of a car to the pit lane, as its race events tell it; times in ms on the session's clock. */
export interface PitVisit {
  readonly car: number;
  /** `null` where the entry was not seen. */
  readonly enteredMs: number | null;
  /** Since when it stands in its box; `null` while it does not. */
  readonly boxSinceMs: number | null;
  /** How long it has stood there in the stops of this visit that are over. */
  readonly boxMs: number;
  /** Who has taken over; `null` where nobody has. */
  readonly driver: string | null;
  /** `null` while it is in the lane. */
  readonly leftMs: number | null;
}

/** What a reader of a feed has seen of the pit lane. */
export interface PitLog {
  readonly sessionId: string;
  /** The first and the newest event that are part of it; infinite and 0 where none is. */
  readonly firstEvent: number;
  readonly lastEvent: number;
  readonly inLane: readonly PitVisit[];
  /** Visits that are over, the newest first. */
  readonly over: readonly PitVisit[];
}

/** Before anything was seen. */
export const NO_PITS: PitLog = {
  sessionId: '',
  firstEvent: Number.POSITIVE_INFINITY,
  lastEvent: 0,
  inLane: [],
  over: [],
};

/** A line of the pit board. */
export interface PitLine {
  readonly car: number;
  readonly carNumber: string;
  readonly name: string;
  readonly colour: string | null;
  /** Time in the pit lane; it runs while the car is there. */
  readonly lane: string;
  /** Time in the box; `Through` for a car that has passed without a stop. */
  readonly box: string;
  /** Where the car is: in its box, in the lane, or back on track. */
  readonly where: 'box' | 'lane' | 'track';
  /** Who has taken over. */
  readonly driver: string | null;
}

/** Visits that are kept after they are over. */
const KEPT = 12;

/**
 * Adds to a log what a newer state of the feed tells; a log of another session begins anew. `events` are those of the state, or
 * all of the session where they are at hand: a log that has not seen its beginning is made anew of them.
 */
export function followPits(before: PitLog, feed: FeedState, events: readonly FeedEvent[] = feed.events): PitLog {
  const { sessionId } = feed.session;
  const newest = events.at(-1)?.id ?? 0;
  const first = events[0]?.id ?? Number.POSITIVE_INFINITY;
  // Numbers that go back belong to a session that was folded again.
  const goesOn = before.sessionId === sessionId && newest >= before.lastEvent && first >= before.firstEvent;
  const log = goesOn ? before : { ...NO_PITS, sessionId };
  const visits = new Map(log.inLane.map((visit) => [visit.car, visit]));
  const over: PitVisit[] = [];
  const known = events.findLastIndex(({ id }) => id <= log.lastEvent);
  for (const event of events.slice(known + 1)) {
    if (event.car !== null) takeEvent(visits, over, event, event.car);
  }
  const inLane = runningOrder(feed)
    .filter(isInLane)
    .map(({ info }) => visits.get(info.car) ?? unseen(info.car));
  const firstEvent = Math.min(log.firstEvent, first);
  return { sessionId, firstEvent, lastEvent: newest, inLane, over: [...over.reverse(), ...log.over].slice(0, KEPT) };
}

function takeEvent(visits: Map<number, PitVisit>, over: PitVisit[], event: FeedEvent, car: number): void {
  const { name, sessionTimeMs: at, ms, to } = event;
  const visit = visits.get(car) ?? unseen(car);
  switch (name) {
    case 'pit.entered':
      visits.set(car, { ...unseen(car), enteredMs: at });
      break;
    case 'box.stopped':
      visits.set(car, { ...visit, boxSinceMs: at - (ms ?? 0) });
      break;
    case 'box.left':
      visits.set(car, { ...visit, boxSinceMs: null, boxMs: visit.boxMs + (ms ?? 0) });
      break;
    case 'driver.changed':
      if (visits.has(car)) visits.set(car, { ...visit, driver: to });
      break;
    case 'gone':
    case 'retired':
      // It may be back in the pits later without having driven in.
      visits.delete(car);
      break;
    case 'pit.left':
      visits.delete(car);
      over.push({ ...visit, boxSinceMs: null, leftMs: at });
      break;
    default:
  }
}

function unseen(car: number): PitVisit {
  return { car, enteredMs: null, boxSinceMs: null, boxMs: 0, driver: null, leftMs: null };
}

function isInLane({ figures }: RunningCar): boolean {
  return figures.inPit && carStateOf(figures) === 'pit';
}

/** The pit board: who is in the lane, longest first, then the newest visits that are over. At most `most` lines. */
export function pitLines(
  feed: FeedState,
  log: PitLog,
  most: number,
  classId: string | null = null,
): readonly PitLine[] {
  const now = feed.clock.sessionTimeMs;
  const cars = new Map(runningOrder(feed, classId).map((each) => [each.info.car, each]));
  const isShown = ({ car }: PitVisit) => cars.has(car);
  const inLane = log.inLane.filter(isShown).sort((a, b) => (a.enteredMs ?? 0) - (b.enteredMs ?? 0));
  const waiting = new Set(inLane.map(({ car }) => car));
  // A visit that is over, and of which no time was seen, says nothing.
  const isKnown = ({ enteredMs, boxMs }: PitVisit) => enteredMs !== null || boxMs > 0;
  const over = log.over.filter(
    (visit) => isShown(visit) && isKnown(visit) && !waiting.has(visit.car) && waiting.add(visit.car),
  );
  return [...inLane, ...over].slice(0, most).flatMap((visit) => {
    const found = cars.get(visit.car);
    return found === undefined ? [] : [lineOf(visit, found, now)];
  });
}

function lineOf(visit: PitVisit, { info, colour }: RunningCar, now: number | null): PitLine {
  const { enteredMs, boxSinceMs, boxMs, leftMs } = visit;
  const until = leftMs ?? now;
  const stood = boxMs + (boxSinceMs === null || now === null ? 0 : Math.max(0, now - boxSinceMs));
  const hasPassed = leftMs !== null && enteredMs !== null && stood === 0;
  return {
    car: info.car,
    carNumber: info.carNumber,
    name: info.name,
    colour,
    lane: enteredMs === null || until === null ? UNKNOWN : tenths(until - enteredMs),
    box: stood > 0 ? tenths(stood) : hasPassed ? 'Through' : UNKNOWN,
    where: leftMs !== null ? 'track' : boxSinceMs !== null ? 'box' : 'lane',
    driver: visit.driver,
  };
}
