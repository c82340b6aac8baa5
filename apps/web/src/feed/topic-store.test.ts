import { type EventRow, packTopicRow, TOPICS, type TopicRow } from '@okboxbox/protocol';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ChunkFailed, type ChunkName, TopicStore } from './topic-store.js';

const { chunkRows } = TOPICS.events;
const event = (id: number): EventRow => ({
  id,
  name: 'overtake',
  sessionTimeMs: id * 10,
  lap: 1,
  car: 1,
  otherCar: 2,
  ms: null,
  count: null,
  to: null,
  lapRow: null,
});
const row = (id: number): TopicRow => packTopicRow('events', event(id));
const rowsOf = (from: number, to: number): TopicRow[] => Array.from({ length: to - from }, (_, i) => row(from + i));
const ids = (store: TopicStore<'events'>) => store.holding.rows.map(({ id }) => id);
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);
const counts = (events: number, epoch = 'a') => ({ epoch, events });

/** Rows that the server has, and what was asked of it. */
let there: number;
let asked: ChunkName[];
let fails: (() => ChunkFailed) | null;
const load = async (name: ChunkName): Promise<readonly TopicRow[]> => {
  asked.push(name);
  await Promise.resolve();
  if (fails !== null) throw fails();
  return rowsOf(name.chunk * chunkRows, Math.min(there, (name.chunk + 1) * chunkRows));
};
const settled = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers();
  there = 0;
  asked = [];
  fails = null;
});
afterEach(() => void vi.useRealTimers());

function begun(count: number): TopicStore<'events'> {
  const store = new TopicStore('events', load);
  there = count;
  store.take('sess_1', counts(count));
  return store;
}

describe('a topic on a page', () => {
  it('FEED-16: loads the chunks once somebody wants them, then goes on with what messages bring', async () => {
    const store = begun(2 * chunkRows + 3);
    await settled();
    expect(asked).toEqual([]);
    expect(store.holding.isWhole).toBe(false);
    store.subscribe(() => undefined);
    await settled();
    expect(asked.map(({ chunk }) => chunk)).toEqual([0, 1, 2]);
    expect(ids(store)).toEqual(upTo(2 * chunkRows + 3));
    store.take('sess_1', counts(2 * chunkRows + 5), rowsOf(2 * chunkRows + 3, 2 * chunkRows + 5));
    expect(ids(store)).toEqual(upTo(2 * chunkRows + 5));
    expect(store.holding.isWhole).toBe(true);
    expect(asked).toHaveLength(3);
  });

  it('FEED-16: shows no row beyond the picture, also where the server has come further', async () => {
    const store = begun(10);
    there = 20;
    store.subscribe(() => undefined);
    await settled();
    expect(ids(store)).toEqual(upTo(10));
    store.take('sess_1', counts(12), rowsOf(10, 12));
    expect(ids(store)).toEqual(upTo(12));
  });

  it('FEED-16: loads what a message leaves out, and nothing else', async () => {
    const store = begun(chunkRows);
    store.subscribe(() => undefined);
    await settled();
    there = 3 * chunkRows;
    store.take('sess_1', counts(3 * chunkRows));
    await settled();
    expect(asked.map(({ chunk }) => chunk)).toEqual([0, 1, 2]);
    expect(ids(store)).toEqual(upTo(3 * chunkRows));
  });

  it('FEED-16: keeps its rows over a resync of the same epoch, and begins again with another', async () => {
    const store = begun(5);
    store.subscribe(() => undefined);
    await settled();
    store.take('sess_1', counts(5));
    expect(asked).toHaveLength(1);
    there = 4;
    store.take('sess_1', counts(4, 'b'));
    await settled();
    expect(asked.at(-1)).toMatchObject({ epoch: 'b', chunk: 0 });
    expect(ids(store)).toEqual(upTo(4));
  });

  it('tries again after a failure that passes, and not after one that does not', async () => {
    const store = begun(5);
    fails = () => new ChunkFailed('busy', 7_000);
    store.subscribe(() => undefined);
    await settled();
    await vi.advanceTimersByTimeAsync(6_900);
    expect(asked).toHaveLength(1);
    fails = () => new ChunkFailed('gone', null);
    await vi.advanceTimersByTimeAsync(100);
    expect(asked).toHaveLength(2);
    fails = null;
    store.take('sess_1', counts(6), [row(5)]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toHaveLength(2);
    expect(store.holding).toEqual({ rows: [], isWhole: false });
  });

  it('clears everything where nothing may be shown any more', async () => {
    const store = begun(5);
    store.subscribe(() => undefined);
    await settled();
    store.clear();
    expect(store.holding).toEqual({ rows: [], isWhole: true });
  });

  it('FEED-16: holds each row once, in order, whatever is loaded, brought and left out in between', async () => {
    const step = fc.record({
      added: fc.integer({ min: 0, max: chunkRows + 20 }),
      isBrought: fc.boolean(),
      isLoaded: fc.boolean(),
      ahead: fc.nat(30),
    });
    await fc.assert(
      fc.asyncProperty(fc.nat(2 * chunkRows), fc.array(step, { maxLength: 12 }), async (first, steps) => {
        const store = begun(first);
        store.subscribe(() => undefined);
        let count = first;
        for (const { added, isBrought, isLoaded, ahead } of steps) {
          const from = count;
          count += added;
          there = count + ahead;
          store.take('sess_1', counts(count), isBrought ? rowsOf(from, count) : []);
          if (isLoaded) await settled();
          expect(ids(store)).toEqual(upTo(store.holding.rows.length));
          expect(store.holding.rows.length).toBeLessThanOrEqual(count);
        }
        await vi.advanceTimersByTimeAsync(10_000);
        expect(ids(store)).toEqual(upTo(count));
        expect(store.holding.isWhole).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});
