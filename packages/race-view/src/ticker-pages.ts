import type { FeedEvent, FeedState } from '@okboxbox/protocol';
import { type AirFigure, airGap } from './air-figures.js';
import { lapTime } from './format.js';
import { carName } from './names.js';
import { classIdOf, placeText, type RunningCar, runningOrder, stateWord } from './running-order.js';

/** A car in the ticker. */
export interface TickerCell {
  readonly car: number;
  readonly position: string;
  readonly carNumber: string;
  readonly name: string;
  readonly colour: string | null;
  /** Its gap to the leader, or a word for what it does instead of racing. */
  readonly figure: AirFigure;
  readonly isWord: boolean;
}

/** The order of the race in pages of `perPage` cars, the last one with those that are left. */
export function tickerPages(feed: FeedState, classNamed: string | null, perPage: number): readonly TickerCell[][] {
  const classId = classIdOf(feed, classNamed);
  const cells = runningOrder(feed, classId).map((each) => cellOf(feed, each, classId !== null));
  return Array.from({ length: Math.ceil(cells.length / perPage) }, (_, page) =>
    cells.slice(page * perPage, (page + 1) * perPage),
  );
}

function cellOf({ session }: FeedState, { info, figures, colour }: RunningCar, inClass: boolean): TickerCell {
  const word = stateWord(figures, info);
  const place = inClass ? figures.classPosition : figures.position;
  const isEstimated = figures.provenance.gap === 'estimated';
  const gap = inClass
    ? airGap(figures.classGapMs, figures.classGapLaps, isEstimated)
    : airGap(figures.gapMs, figures.gapLaps, isEstimated);
  const first = { text: session.type === 'race' ? 'Leader' : lapTime(figures.bestLapMs), isEstimated: false };
  return {
    car: info.car,
    position: placeText(place),
    carNumber: info.carNumber,
    name: info.name,
    colour: inClass ? null : colour,
    figure: word !== null ? { text: word, isEstimated: false } : place === 1 ? first : gap,
    isWord: word !== null,
  };
}

/** News is told for this long, in ms on the session's clock. */
const NEWS_MS = 60_000;

/** The newest thing worth a line of the ticker that is later than the event `after`; `null` where there is none. */
export function tickerNews(feed: FeedState, after: number): { readonly id: number; readonly text: string } | null {
  const now = feed.clock.sessionTimeMs;
  if (now === null) return null;
  for (const event of [...feed.events].reverse()) {
    if (event.id <= after || now - event.sessionTimeMs > NEWS_MS) return null;
    const text = newsOf(feed, event);
    if (text !== null) return { id: event.id, text };
  }
  return null;
}

function newsOf(feed: FeedState, { name, car, otherCar, ms, to }: FeedEvent): string | null {
  if (car === null) return null;
  const who = carName(feed, car);
  switch (name) {
    case 'lead.changed':
      return `${who} takes the lead${otherCar === null ? '' : ` from ${carName(feed, otherCar)}`}`;
    case 'best.session':
      return ms === null ? null : `Fastest lap: ${who}, ${lapTime(ms)}`;
    case 'driver.changed':
      return to === null ? null : `${who}: ${to} takes over`;
    case 'retired':
      return `${who} has retired`;
    case 'penalty':
      return `Penalty for ${who}`;
    case 'finished':
      return `${who} takes the chequered flag`;
    default:
      return null;
  }
}
