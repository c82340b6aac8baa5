import {
  DRIFTING_COLUMNS,
  type FeedClock,
  type FeedSession,
  type FeedState,
  type FeedTopics,
  MAX_FEED_EVENTS,
  packRow,
  type RaceEvent,
  type Row,
  type TimingAnswer,
  TOPIC_NAMES,
} from '@okboxbox/protocol';
import { entryInfos, standings, type TimingState } from '@okboxbox/timing';
import { namedTiming } from '../../channel/named-timing.js';
import { feedEventOf } from '../session/race-logs.js';
import type { SessionState } from '../session/session-state.js';

/** A session's state as viewers hold it, at its newest frame. `epoch` names its logs; where absent, as before. */
export function feedStateOf(
  state: SessionState,
  previous: FeedState | null,
  epoch: string = previous?.topics.epoch ?? '',
): FeedState {
  const rows: Record<number, Row> = {};
  for (const { car, figures } of standings(state.timing)) rows[car] = packRow(figures);
  return {
    session: keep(previous?.session, feedSessionOf(state)),
    clock: clockOf(state.timing),
    entries: entryInfos(state.timing),
    rows,
    events: feedEventsOf(state.timing.events, previous?.events),
    onAir: state.onAir,
    ...(state.camera !== null && { camera: state.camera.car }),
    topics: topicsOf(state, epoch, previous?.topics),
  };
}

/** The newest race events; the old list where nothing has come. */
function feedEventsOf(events: readonly RaceEvent[], previous: FeedState['events'] | undefined): FeedState['events'] {
  const newest = events.at(-1);
  if (previous !== undefined && previous.at(-1)?.id === newest?.id) return previous;
  return events.slice(-MAX_FEED_EVENTS).map(feedEventOf);
}

/** How far the session's logs have come; the old object where nothing was added. */
function topicsOf({ logs }: SessionState, epoch: string, previous: FeedTopics | undefined): FeedTopics {
  const counts = logs.counts();
  const isSame = previous?.epoch === epoch && TOPIC_NAMES.every((topic) => previous[topic] === counts[topic]);
  return isSame ? previous : { epoch, ...counts };
}

/** A session's state with plain named fields, in the order of the race. */
export function timingAnswerOf(state: SessionState): TimingAnswer {
  return namedTiming(feedStateOf(state, null), state.receivedAt);
}

function feedSessionOf({ facts, status, timing, shape }: SessionState): FeedSession {
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
    ...(shape.points !== null && { shape: shape.points }),
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
  // The shape is the same list until it is learned anew, and the one part that is long.
  const isSame =
    previous?.shape === next.shape && JSON.stringify(withoutShape(previous)) === JSON.stringify(withoutShape(next));
  return previous !== undefined && isSame ? previous : next;
}

function withoutShape(session: FeedSession | undefined): Omit<FeedSession, 'shape'> | undefined {
  if (session === undefined) return undefined;
  const { shape: _, ...others } = session;
  return others;
}

/** A car's drifting figures are renewed once in this number of ticks, not all cars in the same one. */
export const DRIFT_TICKS = 5;

/**
 * Holds back the figures that the table marks as drifting (progress, gaps, intervals) to one tick in `DRIFT_TICKS` a car, so
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
