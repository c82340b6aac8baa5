import type { FeedState, SessionType } from '@okboxbox/protocol';
import { type AirFigure, type AirLap, airBestLap, airGap } from './air-figures.js';
import { hasFinished } from './finished.js';
import { UNKNOWN } from './format.js';
import { headline } from './headline.js';
import {
  type CarState,
  carStateOf,
  classIdOf,
  placeText,
  type RunningCar,
  runningOrder,
  stateWord,
} from './running-order.js';

/** Words for the types of a session, as a title. */
export const SESSION_TITLES: Readonly<Record<SessionType, string>> = {
  practice: 'Practice',
  qualify: 'Qualifying',
  warmup: 'Warm-up',
  race: 'Race',
};

/** One page of a board that has more cars than it has room for. */
export interface BoardPage<Row> {
  readonly title: string;
  /** What the cars on it have in common: their class, where there are several. */
  readonly about: string;
  readonly colour: string | null;
  readonly rows: readonly Row[];
}

/** A car of the classification. */
export interface ResultRow {
  readonly car: number;
  readonly position: string;
  readonly carNumber: string;
  readonly name: string;
  /** Team or car, where it says more than the name. */
  readonly about: string;
  readonly laps: string;
  /** To the first of its class; for the first, empty. */
  readonly gap: AirFigure;
  readonly bestLap: AirLap;
  readonly state: CarState;
  readonly stateWord: string | null;
}

/** A car of the starting grid. */
export interface GridRow {
  readonly car: number;
  /** Where it starts, from 1. */
  readonly place: number;
  readonly carNumber: string;
  readonly name: string;
  readonly about: string;
  readonly colour: string | null;
}

/** The classification by class, in pages of at most `most` cars. */
export function resultPages(feed: FeedState, classNamed: string | null, most: number): readonly BoardPage<ResultRow>[] {
  const only = classIdOf(feed, classNamed);
  const order = runningOrder(feed, only);
  const hasClasses = feed.session.classes.length > 1;
  const groups = hasClasses
    ? feed.session.classes.map(({ id }) => order.filter(({ info }) => info.class === id))
    : [order];
  const title = resultTitle(feed);
  return groups
    .map((cars) => [...cars].sort((a, b) => classPlace(a) - classPlace(b)))
    .flatMap((cars) =>
      inPages(cars, most).map((page) => ({
        title,
        about: page[0]?.className ?? '',
        colour: page[0]?.colour ?? null,
        rows: page.map((each) => resultRow(feed, each, hasClasses)),
      })),
    );
}

/** The starting grid, first to last, in pages of at most `most` cars; empty where nobody's place on it is known. */
export function gridPages(feed: FeedState, classNamed: string | null, most: number): readonly BoardPage<GridRow>[] {
  const only = classIdOf(feed, classNamed);
  const { phase } = feed.clock;
  const isBeforeStart = phase === 'grid' || phase === 'formation';
  const placeOf = ({ figures }: RunningCar) => figures.gridPosition ?? (isBeforeStart ? figures.position : null);
  const placed = runningOrder(feed, only)
    .flatMap((each) => {
      const place = placeOf(each);
      return place === null ? [] : [{ each, place }];
    })
    .sort((a, b) => a.place - b.place);
  const about = only === null ? trackOf(feed) : (placed[0]?.each.className ?? '');
  return inPages(placed, most).map((page) => ({
    title: 'Starting grid',
    about,
    colour: only === null ? null : (page[0]?.each.colour ?? null),
    rows: page.map(({ each: { info, colour }, place }) => ({
      car: info.car,
      place,
      carNumber: info.carNumber,
      name: info.name,
      about: aboutOf(info.name, info.teamName, info.carModel),
      colour,
    })),
  }));
}

/** What a classification is called: a result only once the session has finished, and final once it has ended. */
function resultTitle(feed: FeedState): string {
  const { session } = feed;
  const type = SESSION_TITLES[session.type];
  if (hasFinished(feed)) return `${type} · ${session.status === 'ended' ? 'result' : 'provisional result'}`;
  return `${type} · ${session.status === 'ended' ? 'when it was ended' : headline(feed)}`;
}

function trackOf({ session: { track, trackConfig } }: FeedState): string {
  return [track, trackConfig].filter(Boolean).join(' · ');
}

function aboutOf(name: string, team: string | null, model: string | null): string {
  return [team, model].find((text) => text !== null && text !== name) ?? '';
}

function resultRow({ session }: FeedState, each: RunningCar, hasClasses: boolean): ResultRow {
  const { info, figures } = each;
  const place = hasClasses ? figures.classPosition : figures.position;
  const isEstimated = figures.provenance.gap === 'estimated';
  const gap = hasClasses
    ? airGap(figures.classGapMs, figures.classGapLaps, isEstimated)
    : airGap(figures.gapMs, figures.gapLaps, isEstimated);
  return {
    car: info.car,
    position: placeText(place),
    carNumber: info.carNumber,
    name: info.name,
    about: aboutOf(info.name, info.teamName, info.carModel),
    laps:
      session.type === 'race' && figures.lapsCompleted !== null ? String(Math.max(0, figures.lapsCompleted)) : UNKNOWN,
    gap: place === 1 ? { text: '', isEstimated: false } : gap,
    bestLap: airBestLap(figures),
    state: carStateOf(figures),
    stateWord: stateWord(figures, info),
  };
}

function classPlace({ figures }: RunningCar): number {
  return figures.classPosition ?? figures.position ?? Number.MAX_SAFE_INTEGER;
}

/** Pages of nearly the same length, none longer than `most`: the last one is not left with a single car. */
function inPages<T>(items: readonly T[], most: number): T[][] {
  const pages = Math.ceil(items.length / most);
  const length = Math.ceil(items.length / Math.max(1, pages) / 2) * 2;
  const size = Math.min(most, length);
  return Array.from({ length: Math.ceil(items.length / Math.max(1, size)) }, (_, page) =>
    items.slice(page * size, (page + 1) * size),
  );
}
