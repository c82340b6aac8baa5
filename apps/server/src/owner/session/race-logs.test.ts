import {
  type Frame,
  GAP_STEP_MS,
  type SourceRecord,
  TOPIC_NAMES,
  type TopicName,
  unpackTopicRow,
} from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { frame, race, sessionLine } from '../../testing/race.js';
import { feedEventOf } from './race-logs.js';
import { SessionState } from './session-state.js';

const FACTS = { sessionId: 'sess_1', show: 'local', sim: 'test', simSessionKey: '77:0', startedAt: 5 };

function folded(records: readonly SourceRecord[]): SessionState {
  const state = new SessionState(FACTS);
  state.applyNote({ note: 'opened-stream', stream: 0, relayId: 'rig', run: 'run', playback: true, at: 6 });
  records.forEach((record, i) => {
    state.applyCaptured(0, i + 1, record.capturedAt, record);
  });
  return state;
}

const all = <N extends TopicName>({ logs }: SessionState, topic: N) =>
  logs.rows(topic, 0, Number.POSITIVE_INFINITY).map((row) => unpackTopicRow(topic, row));

/** The same race, in which the sim says what each car's laps were. */
function withSimLaps(records: readonly SourceRecord[], lapsOf: (n: number) => Partial<Frame['cars'][number]>) {
  return records.map((record, n) =>
    record.kind === 'frame' ? { ...record, cars: record.cars.map((car) => ({ ...car, ...lapsOf(n) })) } : record,
  );
}

describe('the logs of a session', () => {
  it('FEED-11: have every lap and race event, in order, and count them', () => {
    const state = folded(race(900));
    const { laps, events } = state.timing;
    expect(laps.length).toBeGreaterThan(6);
    expect(all(state, 'laps')).toEqual(laps);
    expect(all(state, 'events').map(({ id }) => id)).toEqual(events.map(({ id }) => id));
    expect(state.logs.counts()).toMatchObject({ laps: laps.length, events: events.length, privateEvents: 0 });
    expect(state.logs.rows('laps', 2, 4)).toEqual(state.logs.rows('laps', 0, 9).slice(2, 4));
  });

  it('FEED-11: keep a message of the sim apart from public race events', () => {
    const state = folded([
      ...race(50),
      {
        kind: 'message',
        capturedAt: 8_000,
        sessionTime: 105,
        car: 1,
        what: 'note',
        text: 'Incident noted',
      } as SourceRecord,
    ]);
    const names = (topic: 'events' | 'privateEvents') => all(state, topic).map(({ name }) => name);
    expect(names('privateEvents')).toEqual(['message']);
    expect(names('events')).not.toContain('message');
  });

  it('FEED-15: sample the gaps once in each step of session time, however often frames come', () => {
    const everyFrame = all(folded(race(900)), 'gaps');
    const everyFifth = all(folded(race(900).filter((_, i) => i % 5 < 2)), 'gaps');
    expect(everyFrame.map(({ sessionTimeMs }) => Math.floor(sessionTimeMs / GAP_STEP_MS))).toEqual([
      10, 11, 12, 13, 14, 15, 16, 17, 18,
    ]);
    expect(everyFifth.map(({ sessionTimeMs }) => Math.floor(sessionTimeMs / GAP_STEP_MS))).toEqual([
      10, 11, 12, 13, 14, 15, 16, 17, 18,
    ]);
    // Three cars, each 1 % of a lap of 20 s behind the one before.
    expect(everyFrame.at(-1)?.cars.map(({ car, gapMs }) => [car, Math.round((gapMs ?? 0) / 50) * 50])).toEqual([
      [0, 0],
      [1, 200],
      [2, 400],
    ]);
  });

  it('FEED-14: a row of a lap stays as it was when the lap is struck off, and the event names it', () => {
    // The sim gives each car a best lap that is slower than what was measured, and counts on.
    const records = withSimLaps(race(900), (n) => (n < 600 ? {} : { bestLapMs: 25_000, lastLapMs: 25_000 }));
    const before = all(folded(records.slice(0, 600)), 'laps');
    const state = folded(records);
    const struckOff = all(state, 'events').filter(({ name }) => name === 'lap.deleted');
    expect(struckOff.length).toBeGreaterThan(0);
    expect(all(state, 'laps').slice(0, before.length)).toEqual(before);
    for (const { lapRow, car } of struckOff) {
      expect(state.timing.laps[lapRow as number]).toMatchObject({ car, deleted: true, valid: false });
    }
  });

  it('FEED-11: begin empty', () => {
    const state = folded([sessionLine()]);
    for (const topic of TOPIC_NAMES) expect(all(state, topic)).toEqual([]);
    expect(folded([sessionLine(), frame(0)]).logs.counts().laps).toBe(0);
  });
});

it('the event of a stop says how long the car has stood by then, and that of its end how long it stood', () => {
  const event = { id: 1, at: 0, sessionTime: 108.25, lap: 7, car: 3 };
  expect(feedEventOf({ ...event, name: 'box.stopped', detail: { since: 107.15 } }).ms).toBe(1_100);
  expect(feedEventOf({ ...event, name: 'box.stopped' }).ms).toBeNull();
  expect(feedEventOf({ ...event, name: 'box.left', detail: { since: 108.25, boxMs: 23_000 } }).ms).toBe(23_000);
});
