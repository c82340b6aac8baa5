import type { OpsSnapshot } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { beforeOf } from '../run-detectors.js';
import { AT, databaseLike, healthy, historyLike } from '../testing/healthy-night.js';
import { dbLatency } from './detect.js';

const look = (over: Parameters<typeof healthy>[0]) => dbLatency.look(healthy(over));
type Database = OpsSnapshot['summary']['database'];
const summary = (over: Partial<Database>) => ({ database: { ...healthy().summary.database, ...over } });
const FULL = { max: 10, total: 10, idle: 0, waiting: 12 };
const holders = [{ heldMs: 8_000, callSite: 'store/write-behind.ts:88', statement: 'insert laps' }];
const slow = (agoMs: number, tookMs: number) => [
  { at: AT - agoMs, statement: 'select laps', tookMs, callSite: 'store/store.ts:120' },
];

describe('a slow database', () => {
  it('is no finding where it is fast', () => {
    expect(look({})).toEqual([]);
    expect(look({ database: null })).toEqual([]);
  });

  it('has its pool used up, and by whom', () => {
    const at = { summary: summary({ pool: FULL }), database: databaseLike({ pool: FULL, holders }) };
    const [found] = look(at);
    expect(found).toMatchObject({ cause: 'pool_exhausted', confidence: 'high' });
    expect(found?.because).toContain('store/write-behind.ts:88');
    expect(found?.evidence).toContainEqual({ name: 'holder.heldMs', value: 8_000, threshold: 1_000 });
  });

  it('has its pool used for the moment: that is what it is for', () => {
    const busy = [{ heldMs: 40, callSite: 'store/store.ts:1', statement: null }];
    expect(look({ summary: summary({ pool: FULL }), database: databaseLike({ holders: busy }) })).toEqual([]);
    expect(look({ summary: summary({ pool: { ...FULL, waiting: 1 } }), database: null })).toEqual([]);
    expect(look({ summary: summary({ pool: FULL }), database: null })).toMatchObject([{ cause: 'pool_exhausted' }]);
  });

  it('still has its pool exhausted while waiting queries gave up and did not return, and not once a connection is free', () => {
    const holders = [{ heldMs: 30_000, callSite: 'store/store.ts:1', statement: null }];
    const at = (pool: Partial<typeof FULL>, held: typeof holders, before = healthy().before) =>
      look({ summary: summary({ pool: { ...FULL, ...pool } }), database: databaseLike({ holders: held }), before });
    const found = at({}, holders);
    expect(found).toMatchObject([{ cause: 'pool_exhausted' }]);
    expect(at({ waiting: 0 }, holders, beforeOf(found))).toMatchObject([{ cause: 'pool_exhausted' }]);
    expect(at({ waiting: 0 }, holders)).toEqual([]);
    expect(at({ waiting: 0, idle: 1 }, [], beforeOf(found))).toEqual([]);
    expect(at({ waiting: 0 }, [{ heldMs: 20, callSite: 'a', statement: null }], beforeOf(found))).toEqual([]);
  });

  it('has a slow query, and which', () => {
    const [found] = look({ database: databaseLike({ slow: slow(3_000, 2_400) }) });
    expect(found).toMatchObject({ cause: 'slow_query', summary: 'The query "select laps" is slow in the database.' });
    expect(found?.because).toContain('store/store.ts:120');
    expect(look({ database: databaseLike({ slow: slow(40_000, 2_400) }) })).toEqual([]);
    expect(look({ database: null, summary: summary({ queryMsP95: 800 }) })).toMatchObject([{ cause: 'slow_query' }]);
  });

  it('has no slow query where one that needs nothing was as slow about then', () => {
    const begin = (agoMs: number, tookMs: number) =>
      slow(agoMs, tookMs).map((each) => ({ ...each, statement: 'begin' }));
    const query = slow(3_000, 2_400);
    expect(look({ database: databaseLike({ slow: [...query, ...begin(5_400, 1_600)] }) })).toEqual([]);
    for (const other of [begin(5_400, 300), begin(25_000, 2_400)]) {
      expect(look({ database: databaseLike({ slow: [...query, ...other] }) })).toMatchObject([{ cause: 'slow_query' }]);
    }
  });

  it('has no slow query where a connection was not got', () => {
    const connect = slow(3_000, 20_000).map((each) => ({ ...each, statement: 'connect' }));
    expect(look({ database: databaseLike({ slow: connect }) })).toEqual([]);
    const both = [...connect, ...slow(4_000, 2_400)];
    expect(look({ database: databaseLike({ slow: both }) })[0]?.summary).toContain('"select laps"');
  });

  it('cannot be reached', () => {
    const because = 'connect ECONNREFUSED';
    expect(look({ summary: summary({ state: 'away' }), database: databaseLike({ because }) })).toMatchObject([
      { cause: 'server_unreachable', because },
    ]);
    const starting = summary({ state: 'starting' });
    expect(look({ summary: { ...starting, uptimeMs: 5_000 } })).toEqual([]);
    expect(look({ summary: { ...starting, uptimeMs: 70_000 } })).toMatchObject([{ cause: 'server_unreachable' }]);
  });

  it('is not slow: the event loop is held up, again and again', () => {
    const loop = (delayMaxMs: number, utilization: number, before = healthy().before) =>
      look({ summary: { eventLoop: { ...healthy().summary.eventLoop, delayMaxMs, utilization } }, before });
    expect(loop(700, 0.1)).toEqual([]);
    const found = loop(700, 0.7);
    expect(found).toMatchObject([{ cause: 'event_loop' }]);
    expect(found[0]?.ruledOut.map(({ cause }) => cause)).toEqual(['pool_exhausted', 'slow_query']);
    expect(loop(700, 0.4, beforeOf(found))).toHaveLength(1);
    expect(loop(700, 0.2, beforeOf(found))).toEqual([]);
  });

  it('is not slow where one second of the last ten was busy', () => {
    const loop = { ...healthy().summary.eventLoop, delayMaxMs: 700, utilization: 0.7 };
    const after = (...utilization: number[]) =>
      look({ summary: { eventLoop: loop }, history: historyLike({ utilization }) });
    expect(after(0.7, 0.7, 0.1)).toEqual([]);
    expect(after(0.7, 0.1, 0.7)).toEqual([]);
    expect(after(0.1, 0.7, 0.7)).toMatchObject([{ cause: 'event_loop' }]);
  });

  it('rules nothing out whose figure is beyond its bound', () => {
    const ruledOut = (over: Parameters<typeof healthy>[0]) => look(over)[0]?.ruledOut.map(({ cause }) => cause);
    const full = { ...FULL, waiting: 2 };
    const loop = (delayMaxMs: number, utilization: number) => ({
      eventLoop: { ...healthy().summary.eventLoop, delayMaxMs, utilization },
    });
    const database = databaseLike({ slow: slow(3_000, 2_400) });
    const known = ['pool_exhausted', 'event_loop', 'server_unreachable'];
    expect(ruledOut({ summary: { ...loop(20, 0.1), ...summary({}) }, database })).toEqual(known);
    expect(ruledOut({ summary: { ...loop(2_400, 0.1), ...summary({ pool: full }) }, database })).toEqual([
      'server_unreachable',
    ]);
    // Where the slow ones are not known, none is ruled out.
    const blind = { summary: { ...loop(900, 0.9), ...summary({ pool: full }) }, history: null };
    expect(ruledOut({ ...blind, database: null })).toEqual([]);
    expect(ruledOut(blind)).toEqual(['slow_query']);
  });

  it('that is embedded has one connection and no address: what to press is another', () => {
    const embedded = (over: Partial<Database>) =>
      look({ summary: summary({ kind: 'embedded', ...over }) })[0]?.nextStep;
    const pool = { max: 1, total: 1, idle: 0, waiting: 4 };
    expect(embedded({ pool, acquireMsP95: 900 })?.command).toContain('DATABASE_URL=');
    expect(embedded({ state: 'away' })?.command).toBe('df -h DATA_DIR');
    expect(look({ summary: summary({ state: 'away' }) })[0]?.nextStep.command).toContain('psql');
  });

  it('makes queries wait although the pool has room: inconclusive', () => {
    const pool = { max: 10, total: 5, idle: 0, waiting: 2 };
    expect(look({ summary: summary({ pool, acquireMsP95: 900 }) })).toMatchObject([
      { cause: 'inconclusive', confidence: 'low' },
    ]);
  });
});
