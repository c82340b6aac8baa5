import {
  changeBetween,
  type FeedMessage,
  type FeedState,
  NO_TOPICS,
  NOTHING_CUED,
  ROW_COLUMNS,
  type Row,
} from '@okboxbox/protocol';

/** A feed's whole state with these cars at positions 1, 2, … */
export function feedOf(cars: readonly number[], over: Partial<FeedState['clock']> = {}): FeedState {
  return {
    session: {
      sessionId: 'sess_1',
      show: 'local',
      status: 'live',
      sim: 'iracing',
      type: 'race',
      track: 'Monza',
      trackConfig: null,
      sectorStarts: [],
      limitLaps: null,
      limitTimeS: null,
      classes: [],
      positionsDerived: false,
      startedAt: 0,
    },
    clock: {
      sessionTimeMs: 1_000,
      phase: 'racing',
      flags: ['green'],
      remainingMs: null,
      remainingLaps: null,
      leaderLap: 1,
      ...over,
    },
    entries: [...cars]
      .sort((a, b) => a - b)
      .map((car) => ({ car, carNumber: String(car), name: `Driver ${car}`, classId: 'a' }) as never),
    rows: Object.fromEntries(cars.map((car, i) => [car, rowAt(i + 1)])),
    events: [],
    onAir: NOTHING_CUED,
    topics: NO_TOPICS,
  };
}

function rowAt(position: number): Row {
  return ROW_COLUMNS.map((column) => (column === 'position' ? position : null));
}

/** The message that makes the next state of one. */
export function messageOf(seq: number, before: FeedState, after: FeedState, epoch = 'e1'): FeedMessage {
  return { sessionId: 'sess_1', epoch, seq, at: seq * 100, ...changeBetween(before, after) };
}
