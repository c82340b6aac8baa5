import {
  COLUMN_INDEX,
  type Entry,
  entryOf,
  type FeedClock,
  type FeedEvent,
  type FeedSession,
  type FeedState,
  MAX_FEED_EVENTS,
  packRow,
  type RaceEvent,
  type Row,
  type TimingAnswer,
} from '@okboxbox/protocol';
import { entryInfos, standings, type TimingState } from '@okboxbox/timing';
import type { SessionState } from '../session/session-state.js';

/** A session's state as viewers hold it, at its newest frame. */
export function feedStateOf(state: SessionState, previous: FeedState | null): FeedState {
  const rows: Record<number, Row> = {};
  for (const { car, figures } of standings(state.timing)) rows[car] = packRow(figures);
  return {
    session: keep(previous?.session, feedSessionOf(state)),
    clock: clockOf(state.timing),
    entries: entryInfos(state.timing),
    rows,
    events: feedEventsOf(state.timing.events, previous?.events),
    onAir: state.onAir,
  };
}

/** The newest race events; the old list where nothing has come. */
function feedEventsOf(events: readonly RaceEvent[], previous: FeedState['events'] | undefined): FeedState['events'] {
  const newest = events.at(-1);
  if (previous !== undefined && previous.at(-1)?.id === newest?.id) return previous;
  return events.slice(-MAX_FEED_EVENTS).map(feedEventOf);
}

function feedEventOf({ id, name, sessionTime, lap, car, otherCar, detail = {} }: RaceEvent): FeedEvent {
  const figure = (...names: string[]) => {
    const found = names.map((key) => detail[key]).find((value) => typeof value === 'number');
    return typeof found === 'number' ? Math.round(found) : null;
  };
  const to = Array.isArray(detail.to) ? detail.to.join(', ') : detail.to;
  return {
    id,
    name,
    sessionTimeMs: Math.round(sessionTime * 1000),
    lap,
    car: car ?? null,
    otherCar: otherCar ?? null,
    ms: figure('lapTimeMs', 'laneMs', 'boxMs'),
    count: figure('position', 'laps', 'stop'),
    to: typeof to === 'string' ? to : null,
  };
}

/** A session's state with plain named fields, in the order of the race. */
export function timingAnswerOf(state: SessionState): TimingAnswer {
  return namedTiming(feedStateOf(state, null), state.receivedAt);
}

/** The same state with names instead of rows. */
export function namedTiming(feed: FeedState, at: number | null): TimingAnswer {
  return {
    sessionId: feed.session.sessionId,
    at,
    sessionTime: feed.clock.sessionTimeMs === null ? null : feed.clock.sessionTimeMs / 1000,
    phase: feed.clock.phase,
    flags: feed.clock.flags,
    entries: namedEntries(feed, Object.keys(feed.rows).map(Number)),
  };
}

/** Entries of some cars, by position. */
export function namedEntries(feed: FeedState, cars: readonly number[]): Entry[] {
  const wanted = new Set(cars);
  return feed.entries
    .filter((info) => wanted.has(info.car) && feed.rows[info.car] !== undefined)
    .map((info) => entryOf(info, feed.rows[info.car] as Row))
    .sort((a, b) => (a.position ?? Number.MAX_SAFE_INTEGER) - (b.position ?? Number.MAX_SAFE_INTEGER));
}

function feedSessionOf({ facts, status, timing }: SessionState): FeedSession {
  const session = timing.session;
  return {
    sessionId: facts.sessionId,
    show: facts.show,
    status: status.status,
    sim: facts.sim,
    type: session?.type ?? 'practice',
    track: session?.track.name ?? '',
    trackConfig: session?.track.config ?? null,
    sectorStarts: session?.track.sectorStarts ?? [],
    limitLaps: session?.limit?.laps ?? null,
    limitTimeS: session?.limit?.timeS ?? null,
    classes: (session?.classes ?? []).map(({ id, name, color }) => ({ id, name, color: color ?? null })),
    positionsDerived: session?.positions === 'derived',
    startedAt: facts.startedAt,
  };
}

function clockOf(timing: TimingState): FeedClock {
  return {
    sessionTimeMs: timing.sessionTime === null ? null : Math.round(timing.sessionTime * 1000),
    phase: timing.phase,
    flags: timing.flags,
    remainingMs: timing.remainingTimeS === null ? null : Math.round(timing.remainingTimeS * 1000),
    remainingLaps: timing.remainingLaps,
    leaderLap: timing.leaderLap,
  };
}

/** The old object where nothing in it changed, so that unchanged parts can be told by identity. */
function keep(previous: FeedSession | undefined, next: FeedSession): FeedSession {
  return previous !== undefined && JSON.stringify(previous) === JSON.stringify(next) ? previous : next;
}

const DRIFTING_COLUMNS = [
  COLUMN_INDEX.progress,
  COLUMN_INDEX.gapMs,
  COLUMN_INDEX.intervalMs,
  COLUMN_INDEX.classGapMs,
  COLUMN_INDEX.classIntervalMs,
] as const;

/** A car's drifting figures are renewed once in so many ticks, each car in its own. */
export const DRIFT_TICKS = 5;

/**
 * Holds back figures that drift all the time (progress, gaps, intervals) to one tick in `DRIFT_TICKS` a car, so
 * that a tick carries a fifth of them. A car of which anything else changed is sent as it is, at once: what
 * is shown at a line crossing, a change of place or a pit stop is never old.
 */
export function holdDrift(previous: FeedState, next: FeedState, tick: number): FeedState {
  const rows: Record<number, Row> = {};
  for (const key in next.rows) {
    const car = Number(key);
    const row = next.rows[car] as Row;
    const before = previous.rows[car];
    rows[car] = before === undefined || (tick + car) % DRIFT_TICKS === 0 ? row : held(before, row);
  }
  return { ...next, rows };
}

function held(before: Row, row: Row): Row {
  const merged = [...row];
  for (const column of DRIFTING_COLUMNS) {
    // Known becoming unknown, or a time becoming laps, is news; a drift from figure to figure is not.
    if (before[column] !== null && row[column] !== null) merged[column] = before[column] ?? null;
  }
  return merged.every((value, i) => value === before[i]) ? before : row;
}
