import type { DatabaseLock, DatabaseProbe, OpsDatabase } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { beforeOf } from '../run-detectors.js';
import { AT, databaseLike, healthy } from '../testing/healthy-night.js';
import { dbLatency } from './detect.js';

type Failing = NonNullable<OpsDatabase['failing']>[number];
const PROBE: DatabaseProbe = { found: 'answers', at: AT - 1_000, tookMs: 12, code: null, because: 'ok', processId: 99 };
const failing = (kind: Failing['kind'], code: string, over: Partial<Failing> = {}): Failing => ({
  ...{ kind, code, statement: 'insert sessions', callSite: 'Store.save', message: 'not tonight' },
  ...{ count: 3, since: AT - 4_000, at: AT - 500 },
  ...over,
});
const lock = (over: Partial<DatabaseLock> = {}): DatabaseLock => ({
  ...{ statement: 'insert sessions', callSite: 'Store.save', waitedMs: 4_000, firstAt: AT - 3_000, at: AT - 1_000 },
  holder: { pid: 4_711, application: 'migration', state: 'idle in transaction', ageMs: 61_000 },
  ...over,
});
const snapshot = (
  database: Partial<OpsDatabase>,
  kind: OpsDatabase['kind'] = 'postgresql',
  before = healthy().before,
) => {
  const { summary } = healthy();
  return healthy({
    summary: { database: { ...summary.database, kind } },
    database: databaseLike({ running: [], failing: [], probe: PROBE, locks: [], ...database }),
    before,
  });
};
const look = (...of: Parameters<typeof snapshot>) => dbLatency.look(snapshot(...of));
const causes = (found: ReturnType<typeof look>) => found[0]?.ruledOut.map(({ cause }) => cause);

describe('a statement that waits for a lock', () => {
  it('has its holder named, and what ends it', () => {
    const seen = look({ locks: [lock()] });
    expect(seen).toMatchObject([{ cause: 'locked', confidence: 'high' }]);
    expect(seen[0]?.summary).toBe('"insert sessions" waits for a lock, held by process 4711 (migration).');
    expect(seen[0]?.because).toContain('"idle in transaction", and its transaction is 61 s old');
    expect(seen[0]?.nextStep.command).toBe('psql "$DATABASE_URL" -c "SELECT pg_terminate_backend(4711)"');
    expect(causes(seen)).toEqual(['slow_query', 'server_unreachable', 'not_answering', 'pool_exhausted', 'event_loop']);
  });

  it('is over once none has waited for ten seconds, and is no slow query afterwards', () => {
    const slow = [{ at: AT - 12_000, statement: 'insert sessions', tookMs: 9_000, callSite: 'Store.save' }];
    const over = { locks: [lock({ at: AT - 11_000 })] };
    expect(look({ ...over, slow: [{ ...slow[0], waitedFor: 'lock' } as (typeof slow)[0]] })).toEqual([]);
    expect(look({ ...over, slow })).toMatchObject([{ cause: 'slow_query' }]);
    expect(look({ locks: [lock({ waitedMs: 90 })] })).toEqual([]);
  });

  it('comes before the pool that it uses up', () => {
    const { database } = healthy().summary;
    const pool = { max: 1, total: 1, idle: 0, waiting: 3 };
    const holders = [{ heldMs: 8_000, callSite: 'Store.save', statement: 'insert sessions' }];
    const seen = dbLatency.look({
      ...snapshot({ locks: [lock()], holders, pool }),
      summary: { ...healthy().summary, database: { ...database, pool } },
    });
    expect(seen).toMatchObject([{ cause: 'locked' }]);
    expect(causes(seen)).not.toContain('pool_exhausted');
  });

  it('may be held by whom the database does not tell of', () => {
    const held = (holder: Partial<DatabaseLock['holder']>) =>
      look({ locks: [lock({ holder: { ...lock().holder, ...holder } })] })[0];
    expect(held({ state: null, ageMs: null })?.because).toContain('not shown to this user');
    expect(held({ pid: 0, application: null })?.nextStep.command).toContain('pg_prepared_xacts');
    expect(held({ application: null })?.summary).toContain('held by process 4711.');
    const embedded = { pid: null, application: 'another client of its socket', state: null, ageMs: null };
    expect(look({ locks: [lock({ holder: embedded })] }, 'embedded')[0]?.nextStep.command).toBe('kill -9 99');
  });

  it('may have given up before anybody looked: the holder is to be found', () => {
    const [found] = look({ failing: [failing('locked', '55P03')] });
    expect(found).toMatchObject({ cause: 'locked', confidence: 'medium' });
    expect(found?.nextStep.command).toContain('pg_stat_activity');
    expect(look({ failing: [failing('locked', '55P03', { count: 1 })] })).toEqual([]);
  });
});

describe('a statement that the database refuses', () => {
  it('is named with its SQLSTATE and message, and the database is not said to be away', () => {
    const seen = look({ failing: [failing('statement', 'P0001')] });
    expect(seen).toMatchObject([
      { cause: 'statements_fail', summary: 'The database refuses "insert sessions": not tonight (P0001).' },
    ]);
    expect(seen[0]?.because).toContain('3 times in 3.5 s, called at Store.save');
    expect(seen[0]?.nextStep.command).toBe('psql "$DATABASE_URL" -c "\\d sessions"');
    expect(causes(seen)).toEqual(['server_unreachable', 'disk_full', 'locked', 'pool_exhausted']);
  });

  it('is nothing where it failed once, and stays while it is tried again', () => {
    const once = { failing: [failing('statement', 'P0001', { count: 1 })] };
    expect(look(once)).toEqual([]);
    const found = look({ failing: [failing('statement', 'P0001')] });
    expect(look(once, 'postgresql', beforeOf(found))).toHaveLength(1);
  });

  it('for a full disk is that', () => {
    const seen = look({ failing: [failing('disk_full', '53100', { count: 1 })] });
    expect(seen).toMatchObject([{ cause: 'disk_full', nextStep: { command: 'df -h' } }]);
    expect(causes(seen)).toEqual(['server_unreachable', 'locked', 'pool_exhausted']);
    expect(look({ failing: [failing('disk_full', '53100')] }, 'embedded')[0]?.nextStep.command).toBe('df -h DATA_DIR');
  });
});

describe('a statement that has not ended', () => {
  const running = (statement: string, ageMs: number) => [{ statement, callSite: 'Store.save', ageMs, pid: 42 }];

  it('is slow where a probe has answered meanwhile, and nobody holds a lock', () => {
    const [found] = look({ running: running('insert laps', 3_000) });
    expect(found).toMatchObject({ cause: 'slow_query', summary: 'The query "insert laps" is slow in the database.' });
    expect(found?.because).toBe('It has been running for 3 s, called at Store.save.');
    expect(look({ running: running('insert laps', 3_000), probe: { ...PROBE, found: 'busy' } })).toHaveLength(1);
    expect(look({ running: running('insert laps', 3_000), probe: null })).toEqual([]);
    expect(look({ running: running('insert laps', 900) })).toEqual([]);
    expect(look({ running: running('connect', 3_000) })).toEqual([]);
  });

  it('or was given up is slow, and a slow commit is of the disk', () => {
    const givenUp = failing('not_answering', 'QUERY_TIMEOUT', { statement: 'insert laps' });
    expect(look({ failing: [givenUp] })[0]?.because).toContain('had not ended after 15 s');
    const slow = [{ at: AT - 2_000, statement: 'commit', tookMs: 2_000, callSite: 'Store.save' }];
    expect(look({ slow })).toMatchObject([{ cause: 'slow_query', nextStep: { command: 'iostat -x 1' } }]);
    expect(look({ slow: slow.map((each) => ({ ...each, statement: 'begin' })) })).toEqual([]);
  });
});
