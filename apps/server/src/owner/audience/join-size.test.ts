import { type FeedState, type Frame, type SessionEntry, TOPIC_NAMES, TOPICS } from '@okboxbox/protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import { MemoryChannel } from '../../channel/memory-channel.js';
import { sessionLine } from '../../testing/race.js';
import { SessionState } from '../session/session-state.js';
import { BroadcastAudience } from './broadcast-audience.js';
import { LineMaker } from './line-maker.js';

const CARS = 60;
const LAP_S = 100;
/** A long race needs few frames: its laps are timed between two of them. */
const STEP_S = 5;
const T0 = 1_764_000_000_000;
const FACTS = { sessionId: 'sess_1', show: 'local', sim: 'test', simSessionKey: '7:0', startedAt: T0 };

const entries: SessionEntry[] = Array.from({ length: CARS }, (_, car) => ({
  car,
  carNumber: String(car + 1),
  teamName: `Team ${car}`,
  driver: { id: `d${car}`, name: `Driver ${car}` },
  classId: 'a',
  pace: false,
}));

function frameAt(second: number): Frame {
  return {
    kind: 'frame',
    seq: second + 1,
    capturedAt: T0 + second * 1000,
    sessionTime: 100 + second,
    state: second === 0 ? 'grid' : 'racing',
    flags: ['green'],
    cars: entries.map(({ car }) => {
      const progress = second / (LAP_S + car / 100) - 0.005 * (car + 1);
      const [pct, lapsCompleted] = [progress - Math.floor(progress), Math.floor(progress)];
      return { car, pct, lap: lapsCompleted + 1, lapsCompleted, surface: 'onTrack' as const, onPitRoad: false };
    }),
  };
}

/** A join early in the race and one twelve hours later. */
let early: Joined;
let late: Joined;
beforeAll(() => {
  early = joinAfter(600);
  late = joinAfter(12 * 3_600);
});

interface Joined {
  readonly text: string;
  readonly state: FeedState;
}

/** What a late joiner of a race is answered, and the logs as far as they have come. */
function joinAfter(seconds: number): Joined {
  const state = new SessionState(FACTS);
  state.applyNote({ note: 'opened-stream', stream: 0, relayId: 'rig', run: 'run', playback: true, at: T0 });
  state.applyCaptured(0, 1, T0, sessionLine({ entries, limit: { laps: null, timeS: 86_400 } }));
  for (let second = 0; second <= seconds; second += STEP_S) {
    state.applyCaptured(0, second + 2, T0 + second * 1000, frameAt(second));
  }
  const channel = new MemoryChannel({ randomId: () => 'epoch' });
  const output = { show: 'local', sessionId: FACTS.sessionId, audience: 'broadcast', extra: 0 } as const;
  const audience = new BroadcastAudience(output, new LineMaker(state).line, { channel });
  audience.advance(Number.POSITIVE_INFINITY);
  const { text } = channel.view(audience.room)?.snapshots.of('rows') ?? { text: '' };
  return { text, state: (JSON.parse(text) as { state: FeedState }).state };
}

/** The text of a state without what each car's figures are: those have more digits late in a race. */
const withoutRows = (state: FeedState): number => JSON.stringify({ ...state, rows: {}, events: [], clock: {} }).length;

describe('a join', () => {
  it('FEED-11: of 60 cars after twelve hours is not larger than after ten minutes, but for the digits of its numbers', () => {
    expect(late.state.topics.laps).toBeGreaterThan(20_000);
    expect(late.state.topics.gaps).toBe(12 * 360 + 1);
    // Each topic's number may have got longer, and nothing else has.
    const digits = TOPIC_NAMES.length * 6;
    expect(withoutRows(late.state)).toBeLessThanOrEqual(withoutRows(early.state) + digits);
    expect(Object.keys(late.state.rows)).toEqual(Object.keys(early.state.rows));
    const columns = Object.values(late.state.rows).flat().length + late.state.events.length * 9;
    expect(Object.values(early.state.rows).flat().length).toBeLessThanOrEqual(columns);
    expect(late.text.length).toBeLessThanOrEqual(early.text.length + digits + columns * 6);
    expect(late.text).not.toContain('"appended"');
  });

  it('FEED-16: takes a page with all topics not more than a hundred chunks after twelve hours', () => {
    const { topics } = late.state;
    const chunks = TOPIC_NAMES.map((topic) => Math.ceil((topics[topic] ?? 0) / TOPICS[topic].chunkRows));
    expect(chunks.reduce((sum, each) => sum + each, 0)).toBeLessThan(100);
  });
});
