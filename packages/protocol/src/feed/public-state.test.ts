import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { publicView, published } from './public-fields.js';
import { publicStates } from './public-state.js';
import { ROW_COLUMNS } from './rows.js';
import type { FeedState } from './state.js';
import { anyFeedState } from './testing/feeds.js';

/** A value with a field that no schema names put into every object of it, at every depth. */
function withSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSecrets);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([name, field]) => [name, withSecrets(field)]);
  return { ...Object.fromEntries(fields), fuelL: 'secret', steward: { note: 'secret' } };
}

describe('what leaves for everyone', () => {
  it('PUB-1: a field that is added to a schema is not public until it is marked', () => {
    const before = z.object({ name: published(z.string()) });
    const grown = before.extend({ note: z.string(), crew: z.array(z.string()) });
    expect(publicView(grown)({ name: 'Ann', note: 'slow', crew: [] })).toEqual({ name: 'Ann' });
  });

  it('PUB-1: the mark is of one field: a schema used twice is public only where it is marked', () => {
    const seconds = z.number();
    const view = publicView(z.object({ lapS: published(seconds), fuelS: seconds }));
    expect(view({ lapS: 90, fuelS: 1_200 })).toEqual({ lapS: 90 });
  });

  it('PUB-1: an object that is public publishes none of its fields by that', () => {
    const view = publicView(
      z.object({ car: published(z.object({ number: published(z.string()), fuelL: z.number() })) }),
    );
    expect(view({ car: { number: '7', fuelL: 31 } })).toEqual({ car: { number: '7' } });
  });

  it('PUB-2: a schema that lets through what it does not name cannot be public', () => {
    expect(() => publicView(z.object({ own: published(z.record(z.string(), z.number())) }))).toThrow('.own');
    expect(() => publicView(z.object({ own: published(z.unknown()) }))).toThrow('.own');
  });

  it('PUB-3: nothing that no schema names is in a public state, wherever it was put', () => {
    fc.assert(
      fc.property(anyFeedState, (state) => {
        const shown = publicStates()({ ...(withSecrets({ ...state, rows: {} }) as FeedState), rows: state.rows });
        expect(JSON.stringify(shown)).not.toMatch(/secret|fuelL|steward/);
      }),
    );
  });

  it('PUB-3: all of today’s figures are public, and only events that have a public name', () => {
    fc.assert(
      fc.property(anyFeedState, (state) => {
        const { events, topics, ...rest } = publicStates()(state);
        const { events: all, topics: counts, ...expected } = state;
        expect(rest).toEqual(expected);
        const { privateEvents: _, ...publicCounts } = counts;
        expect(topics).toEqual(publicCounts);
        expect(events).toEqual(all.filter(({ name }) => name !== 'message' && name !== 'official.differs'));
      }),
    );
  });

  it('PUB-4: a column that is not marked is unknown to everyone, and the sectors behind it stay', () => {
    const row = [...ROW_COLUMNS.map((_, i) => i + 1), 31_000];
    const state = { ...fc.sample(anyFeedState, { numRuns: 1, seed: 1 })[0], rows: { 7: row } } as FeedState;
    const shown = publicStates(ROW_COLUMNS.map((name) => name !== 'trendMs'))(state).rows[7];
    expect(shown?.[ROW_COLUMNS.indexOf('trendMs')]).toBeNull();
    expect(shown?.filter((value) => value === null)).toHaveLength(1);
    expect(shown?.at(-1)).toBe(31_000);
  });

  it('FEED-8: what did not change stays the same object', () => {
    const view = publicStates();
    const [state] = fc.sample(anyFeedState, { numRuns: 1, seed: 7 }) as [FeedState];
    const once = view(state);
    const again = view({ ...state, clock: { ...state.clock, leaderLap: 99 } });
    expect(again.session).toBe(once.session);
    expect(again.entries).toBe(once.entries);
    expect(again.events).toBe(once.events);
  });
});
