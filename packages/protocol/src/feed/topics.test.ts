import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RACE_EVENT_NAMES } from './answers.js';
import { applyChange, changeBetween, withAppended } from './changes.js';
import { type FeedState, PUBLIC_EVENT_NAMES, topicOfEvent } from './state.js';
import { anyFeedState } from './testing/feeds.js';
import {
  type EventRow,
  type GapRow,
  type LapRow,
  packTopicRow,
  publicColumns,
  publicTopicRow,
  TOPIC_NAMES,
  TOPICS,
  type TopicName,
  type TopicRow,
  topicColumns,
  unpackTopicRow,
} from './topics.js';
import { PROVENANCES } from './vocabulary.js';

const whole = fc.option(fc.nat(2_000_000_000));
const anyLap: fc.Arbitrary<LapRow> = fc.record(
  {
    car: fc.nat(63),
    carNumber: fc.string({ maxLength: 8 }),
    driver: fc.option(fc.string({ unit: 'binary', maxLength: 20 })),
    lap: fc.nat(1_000),
    countedFrom: fc.constant('seen' as const),
    lapTimeMs: whole,
    from: fc.constantFrom('line' as const, 'green' as const),
    sectorsMs: fc.array(whole, { maxLength: 5 }),
    crossedAtMs: fc.nat(),
    position: whole,
    inPit: fc.boolean(),
    inLap: fc.boolean(),
    outLap: fc.boolean(),
    valid: fc.boolean(),
    provenance: fc.constantFrom(...PROVENANCES),
  },
  {
    requiredKeys: [
      ...(['car', 'carNumber', 'driver', 'lap', 'lapTimeMs', 'from', 'sectorsMs', 'crossedAtMs'] as const),
      ...(['position', 'inPit', 'inLap', 'outLap', 'valid', 'provenance'] as const),
    ],
  },
);
// A gap is a time, or whole laps, of which there is at least one, or unknown.
const anyGap = fc.oneof(
  fc.record({ gapMs: fc.nat(), gapLaps: fc.constant(null) }),
  fc.record({ gapMs: fc.constant(null), gapLaps: fc.option(fc.integer({ min: 1, max: 500 })) }),
);
const anyGaps: fc.Arbitrary<GapRow> = fc.record({
  sessionTimeMs: fc.nat(),
  cars: fc.array(
    fc.tuple(fc.nat(63), anyGap).map(([car, gap]) => ({ car, ...gap })),
    { maxLength: 60 },
  ),
});
const anyEvent: fc.Arbitrary<EventRow> = fc.record({
  id: fc.nat(),
  name: fc.constantFrom(...RACE_EVENT_NAMES),
  sessionTimeMs: fc.nat(),
  lap: whole,
  car: whole,
  otherCar: whole,
  ms: whole,
  count: whole,
  to: fc.option(fc.string({ maxLength: 20 })),
  lapRow: whole,
});

const sent = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

describe('the rows of a topic', () => {
  it('FEED-12: a row that was sent as text unpacks to what was packed', () => {
    const same = <N extends TopicName>(topic: N, of: fc.Arbitrary<Parameters<typeof packTopicRow<N>>[1]>) =>
      fc.assert(
        fc.property(of, (contents) => {
          expect(unpackTopicRow(topic, sent(packTopicRow(topic, contents)))).toEqual(contents);
        }),
      );
    same('laps', anyLap);
    same('gaps', anyGaps);
    same('events', anyEvent);
    same('privateEvents', anyEvent);
  });

  it('FEED-12: a name is given to each column once', () => {
    for (const topic of TOPIC_NAMES) {
      const { columns, repeated } = topicColumns(topic);
      expect(new Set([...columns, ...repeated]).size).toBe(columns.length + repeated.length);
    }
  });

  it('PUB-4: a column of a topic that is not marked is unknown to everyone, repeated ones too', () => {
    const row = packTopicRow('gaps', {
      sessionTimeMs: 10_000,
      cars: [
        { car: 4, gapMs: 0, gapLaps: null },
        { car: 7, gapMs: 1_284, gapLaps: null },
      ],
    });
    expect(publicTopicRow(row, { columns: [true], repeated: [true, false] })).toEqual([10_000, 4, null, 7, null]);
    expect(publicTopicRow(row, { columns: [false], repeated: [true, true] })).toEqual([null, 4, 0, 7, 1_284]);
    expect(publicTopicRow(row, publicColumns('gaps'))).toBe(row);
  });

  it('PUB-4: race events whose name is not public are rows of a topic that is not', () => {
    for (const name of RACE_EVENT_NAMES) {
      expect(TOPICS[topicOfEvent(name)].isPublic === true).toBe(PUBLIC_EVENT_NAMES.has(name));
    }
  });
});

describe('rows that were added', () => {
  const rowsOf = (topic: TopicName, from: number, to: number): TopicRow[] =>
    Array.from({ length: to - from }, (_, i) => [topic, from + i]);
  const [state] = fc.sample(anyFeedState, { numRuns: 1, seed: 1 }) as [FeedState];
  const before: FeedState = { ...state, topics: { epoch: 'a', laps: 3, gaps: 1, events: 0 } };
  const change = (topics: FeedState['topics']) => {
    const next = { ...before, topics };
    const found = withAppended(changeBetween(before, next) ?? {}, before.topics, rowsOf);
    expect(applyChange(before, sent(found))).toEqual(next);
    return found;
  };

  it('FEED-13: go with the change that counts them, up to the new number', () => {
    expect(change({ epoch: 'a', laps: 5, gaps: 1, events: 1 }).appended).toEqual({
      laps: [
        ['laps', 3],
        ['laps', 4],
      ],
      events: [['events', 0]],
    });
  });

  it('FEED-13: are left out where they are more than a chunk, or of another epoch', () => {
    expect(change({ epoch: 'a', laps: 4 + TOPICS.laps.chunkRows, gaps: 2, events: 0 }).appended).toEqual({
      gaps: [['gaps', 1]],
    });
    expect(change({ epoch: 'b', laps: 5, gaps: 2, events: 0 }).appended).toBeUndefined();
  });
});
