import * as fc from 'fast-check';
import {
  CAR_STATUSES,
  type EntryFigures,
  type EntryInfo,
  LAP_MARKS,
  PROVENANCES,
  RACE_EVENT_NAMES,
} from '../answers.js';
import { MAX_ROW_COLUMNS } from '../feed-changes.js';
import type { FeedClock, FeedEvent, FeedSession, FeedState } from '../feed-state.js';
import { NOTHING_CUED, type OnAir } from '../on-air.js';
import { SESSION_PHASES, SESSION_TYPES } from '../recording.js';
import type { Row } from '../rows.js';

const name = fc.string({ unit: 'binary', maxLength: 20 });
const whole = fc.option(fc.integer({ min: -1_000_000, max: 2_000_000_000 }));
const provenance = fc.option(fc.constantFrom(...PROVENANCES));

/** Any figures of a car, with fractions as an engine computes them. */
export const anyFigures: fc.Arbitrary<EntryFigures> = fc.record({
  position: whole,
  classPosition: whole,
  status: fc.constantFrom(...CAR_STATUSES),
  lap: whole,
  lapsCompleted: whole,
  progress: fc.option(fc.double({ min: -2, max: 2_000, noNaN: true })),
  gapMs: fc.option(fc.double({ min: -1e9, max: 1e9, noNaN: true })),
  gapLaps: whole,
  intervalMs: whole,
  intervalLaps: whole,
  classGapMs: whole,
  classGapLaps: whole,
  classIntervalMs: whole,
  classIntervalLaps: whole,
  lastLapMs: whole,
  bestLapMs: whole,
  lastLapMark: fc.constantFrom(...LAP_MARKS),
  bestLapMark: fc.constantFrom(...LAP_MARKS),
  sectorsMs: fc.array(whole, { maxLength: 30 }),
  pitStops: fc.nat(100),
  driveThroughs: fc.option(fc.nat(100)),
  stintLaps: whole,
  inPit: fc.boolean(),
  trendMs: whole,
  battle: whole,
  provenance: fc.record({
    position: provenance,
    gap: provenance,
    interval: provenance,
    lastLap: provenance,
    bestLap: provenance,
    sectors: provenance,
  }),
});

const anySession: fc.Arbitrary<FeedSession> = fc.record({
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
});

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
});

/** Any state that a viewer may hold. */
export const anyFeedState: fc.Arbitrary<FeedState> = fc.record({
  session: anySession,
  clock: anyClock,
  entries: fc.array(anyEntry, { maxLength: 4 }),
  rows: fc.dictionary(car.map(String), anyRow).map((rows) => ({ ...rows })),
  events: anyEvents,
  onAir: anyOnAir,
});

/** A state and the one after it: anything at all, or some parts and rows as they were. */
export const anyTwoStates: fc.Arbitrary<readonly [FeedState, FeedState]> = fc
  .tuple(anyFeedState, anyFeedState, fc.array(fc.boolean(), { minLength: 15, maxLength: 15 }))
  .map(([before, other, keep]) => [
    before,
    {
      session: keep[0] ? before.session : other.session,
      clock: keep[1] ? before.clock : other.clock,
      entries: keep[2] ? before.entries : other.entries,
      events: keep[13] ? before.events : other.events,
      onAir: keep[14] ? before.onAir : other.onAir,
      rows: Object.fromEntries(
        Object.entries({ ...before.rows, ...other.rows })
          .map(([key, row]) => [key, keep[4 + Number(key)] ? (before.rows[Number(key)] ?? row) : row] as const)
          .filter(([key]) => keep[3] || key in other.rows),
      ),
    },
  ]);
