import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyChange, changeBetween, type FeedChange, MAX_ROW_COLUMNS } from './changes.js';
import { ROW_COLUMNS, type Row } from './rows.js';
import { NOTHING_CUED } from './slots.js';
import type { FeedState } from './state.js';
import { anyFeedState, anyTwoStates } from './testing/feeds.js';
import { NO_TOPICS } from './topics.js';

const state = (rows: Readonly<Record<number, Row>>): FeedState => ({
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
  },
  entries: [],
  rows,
  events: [],
  onAir: NOTHING_CUED,
  topics: NO_TOPICS,
});

/** What a viewer has of a change that was sent as text. */
const sent = (change: FeedChange): FeedChange => JSON.parse(JSON.stringify(change)) as FeedChange;

describe('changes', () => {
  it('FEED-2: applied to the old state, the change gives the new one, also when it was sent as text', () => {
    fc.assert(
      fc.property(anyTwoStates, ([before, after]) => {
        const change = changeBetween(before, after);
        if (change === null) {
          expect(before).toEqual(after);
        } else {
          expect(applyChange(before, change)).toEqual(after);
          expect(applyChange(before, sent(change))).toEqual(after);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('FEED-2: there is no change between equal states, whether or not they are the same objects', () => {
    fc.assert(
      fc.property(anyFeedState, (before) => {
        expect(changeBetween(before, before)).toBeNull();
        expect(changeBetween(before, structuredClone(before))).toBeNull();
      }),
    );
  });

  it('FEED-2: applying a change leaves the old state as it was', () => {
    fc.assert(
      fc.property(anyTwoStates, ([before, after]) => {
        const copy = structuredClone(before);
        const change = changeBetween(before, after);
        if (change) applyChange(before, change);
        expect(before).toEqual(copy);
      }),
    );
  });

  it('FEED-8: what did not change stays the same object', () => {
    fc.assert(
      fc.property(anyTwoStates, ([before, after]) => {
        const change = changeBetween(before, after);
        if (change === null) return;
        const applied = applyChange(before, change);
        if (!change.session) expect(applied.session).toBe(before.session);
        if (!change.entries) expect(applied.entries).toBe(before.entries);
        if (!change.clock) expect(applied.clock).toBe(before.clock);
        if (!change.rows && !change.gone) expect(applied.rows).toBe(before.rows);
        const named = new Set([...(change.rows ?? []).map(([car]) => car), ...(change.gone ?? [])]);
        for (const car of Object.keys(before.rows).map(Number)) {
          if (!named.has(car)) expect(applied.rows[car]).toBe(before.rows[car]);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('FEED-6: a changed row names its columns by bits and gives the new values in their order', () => {
    const change = changeBetween(state({ 7: [1, 2, null, 4] }), state({ 7: [1, 3, null, null] }));
    expect(change).toEqual({ rows: [[7, 0b1010, 3, null]] });
  });

  it('FEED-6: the last of the most columns has a bit of its own', () => {
    const before: Row = Array.from({ length: MAX_ROW_COLUMNS }, () => 0);
    const after: Row = before.with(-1, 5);
    const change = changeBetween(state({ 7: before }), state({ 7: after }));
    expect(change).toEqual({ rows: [[7, 2 ** 51, 5]] });
    expect(applyChange(state({ 7: before }), change as FeedChange).rows[7]).toEqual(after);
  });

  it('FEED-5: a track of 30 sectors fits a row', () => {
    expect(ROW_COLUMNS.length + 30).toBeLessThanOrEqual(MAX_ROW_COLUMNS);
  });

  it('FEED-7: a new car comes with all its columns, unknown ones too', () => {
    expect(changeBetween(state({}), state({ 7: [1, null, 3] }))).toEqual({ rows: [[7, 0b111, 1, null, 3]] });
  });

  it('FEED-7: a car that left is named as gone', () => {
    expect(changeBetween(state({ 7: [1], 8: [2] }), state({ 8: [2] }))).toEqual({ gone: [7] });
  });

  it('FEED-7: a row of another length goes and comes again whole', () => {
    const change = changeBetween(state({ 7: [1, 2, 3] }), state({ 7: [1, 2] })) as FeedChange;
    expect(change).toEqual({ gone: [7], rows: [[7, 0b11, 1, 2]] });
    expect(applyChange(state({ 7: [1, 2, 3] }), change).rows[7]).toEqual([1, 2]);
  });

  it('FEED-6: the clock is sent field by field', () => {
    const before = state({});
    const after = { ...before, clock: { ...before.clock, sessionTimeMs: 1_100, flags: ['green'] } };
    expect(changeBetween(before, after)).toEqual({ clock: { sessionTimeMs: 1_100 } });
  });

  it('FEED-6: absurd column bits end', () => {
    for (const columns of [Number.POSITIVE_INFINITY, Number.NaN, -1, 1e308, 0.5]) {
      const rows = applyChange(state({ 7: [1] }), { rows: [[7, columns, 2]] }).rows;
      expect(rows[7]?.length).toBeLessThanOrEqual(MAX_ROW_COLUMNS);
    }
  });
});
