import * as fc from 'fast-check';
import { SESSION_PHASES, SESSION_TYPES } from '../../wire/recording.js';
import { RACE_EVENT_NAMES } from '../answers.js';
import { MAX_ROW_COLUMNS } from '../changes.js';
import type { EntryInfo } from '../entries.js';
import type { EntryFigures } from '../figures.js';
import type { OnAir } from '../on-air.js';
import { ROW_COLUMNS, type Row, unpackRow } from '../rows.js';
import { NOTHING_CUED } from '../slots.js';
import type { FeedClock, FeedEvent, FeedSession, FeedState, FeedTopics } from '../state.js';

const name = fc.string({ unit: 'binary', maxLength: 20 });
const whole = fc.option(fc.integer({ min: -1_000_000, max: 2_000_000_000 }));
/** Any figures of a car, with fractions as an engine computes them. */
export const anyFigures: fc.Arbitrary<EntryFigures> = fc
  .tuple(
    fc.array(fc.option(fc.nat(2_000_000_000)), { minLength: ROW_COLUMNS.length, maxLength: ROW_COLUMNS.length + 30 }),
    fc.record({
      progress: fc.option(fc.double({ min: -2, max: 2_000, noNaN: true })),
      gapMs: fc.option(fc.double({ min: -1e9, max: 1e9, noNaN: true })),
      intervalMs: whole,
      trendMs: whole,
    }),
  )
  .map(([row, fractions]) => ({ ...unpackRow(row), ...fractions }));

const sessionFacts = {
  sessionId: name,
  show: name,
  status: fc.constantFrom('live' as const, 'ended' as const),
  sim: name,
  type: fc.constantFrom(...SESSION_TYPES),
  track: name,
  trackConfig: fc.option(name),
  sectorStarts: fc.constantFrom([], [0, 0.33, 0.66]),
  limitLaps: whole,
  limitTimeS: whole,
  classes: fc.array(fc.record({ id: name, name, color: fc.option(name) }), { maxLength: 3 }),
  positionsDerived: fc.boolean(),
  startedAt: fc.nat(),
};
const anyShape = fc.array(fc.integer({ min: -500, max: 500 }), { maxLength: 6 });
const anySession: fc.Arbitrary<FeedSession> = fc.oneof(
  fc.record(sessionFacts),
  fc.record({ ...sessionFacts, shape: anyShape }),
);

const anyClock: fc.Arbitrary<FeedClock> = fc.record({
  sessionTimeMs: whole,
  phase: fc.option(fc.constantFrom(...SESSION_PHASES)),
  flags: fc.array(name, { maxLength: 3 }),
  remainingMs: whole,
  remainingLaps: whole,
  leaderLap: whole,
});

// Few cars and small numbers, so that two states share cars and values.
const car = fc.integer({ min: 0, max: 8 });
const anyRow: fc.Arbitrary<Row> = fc.array(fc.option(fc.integer({ min: 0, max: 3 })), { maxLength: MAX_ROW_COLUMNS });
const anyEntry: fc.Arbitrary<EntryInfo> = fc.record({
  car,
  carNumber: name,
  name,
  teamName: fc.option(name),
  driver: fc.option(name),
  class: fc.option(name),
  carModel: fc.option(name),
  crew: fc.array(name, { maxLength: 3 }),
  officialStatus: fc.option(name),
});

// Ids that rise in steps, as those of a state's newest events do.
const anyEvents: fc.Arbitrary<FeedEvent[]> = fc
  .tuple(fc.nat(6), fc.array(fc.constantFrom(...RACE_EVENT_NAMES), { maxLength: 5 }), whole)
  .map(([first, names, ms]) =>
    names.map((name, i) => ({
      id: first + i,
      name,
      sessionTimeMs: first + i,
      lap: null,
      car: null,
      otherCar: null,
      ms,
      count: null,
      to: null,
    })),
  );
const anyOnAir: fc.Arbitrary<OnAir> = fc.record({
  scene: fc.option(name),
  tower: fc.option(fc.record({ until: whole })),
  driver: fc.option(fc.record({ car: fc.nat(8), until: whole })),
  battle: fc.constantFrom(null, { cars: [1, 2], until: null }),
  message: fc.option(fc.record({ title: fc.option(name), text: name, until: whole })),
  flag: fc.constantFrom(null, { flag: 'green' as const, until: 5 }),
  results: fc.constantFrom(NOTHING_CUED.results, { of: 'grid' as const, until: null }),
  fastestLap: fc.constantFrom(null, { until: 5 }),
  pits: fc.constantFrom(null, { until: null }),
  map: fc.constant(null),
  ticker: fc.constantFrom(null, { until: null }),
  clock: fc.constant(null),
});

const anyTopics: fc.Arbitrary<FeedTopics> = fc.record({
  epoch: fc.constantFrom('', 'first', 'second'),
  laps: fc.nat(9),
  gaps: fc.nat(9),
  events: fc.nat(9),
  privateEvents: fc.nat(9),
});

/** Any state that a viewer may hold. */
export const anyFeedState: fc.Arbitrary<FeedState> = fc.record({
  session: anySession,
  clock: anyClock,
  entries: fc.array(anyEntry, { maxLength: 4 }),
  rows: fc.dictionary(car.map(String), anyRow).map((rows) => ({ ...rows })),
  events: anyEvents,
  onAir: anyOnAir,
  topics: anyTopics,
});

/** A state and the one after it: anything at all, or some parts and rows as they were. */
export const anyTwoStates: fc.Arbitrary<readonly [FeedState, FeedState]> = fc
  .tuple(anyFeedState, anyFeedState, fc.array(fc.boolean(), { minLength: 16, maxLength: 16 }))
  .map(([before, other, keep]) => [
    before,
    {
      session: keep[0] ? before.session : other.session,
      clock: keep[1] ? before.clock : other.clock,
      entries: keep[2] ? before.entries : other.entries,
      events: keep[13] ? before.events : other.events,
      onAir: keep[14] ? before.onAir : other.onAir,
      topics: keep[15] ? before.topics : other.topics,
      rows: Object.fromEntries(
        Object.entries({ ...before.rows, ...other.rows })
          .map(([key, row]) => [key, keep[4 + Number(key)] ? (before.rows[Number(key)] ?? row) : row] as const)
          .filter(([key]) => keep[3] || key in other.rows),
      ),
    },
  ]);
