import type { DatabaseProbe, OpsDatabase, OpsSnapshot } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { AT, databaseLike, healthy } from '../testing/healthy-night.js';
import { dbLatency } from './detect.js';

type Summary = OpsSnapshot['summary']['database'];
type Failing = NonNullable<OpsDatabase['failing']>[number];
type Running = NonNullable<OpsDatabase['running']>[number];

const running = (statement: string, ageMs: number): Running => ({ statement, callSite: 'Store.save', ageMs, pid: 42 });
const failing = (over: Partial<Failing>): Failing => ({
  ...{ kind: 'unreachable', statement: 'connect', callSite: 'Store.save', code: 'ECONNREFUSED', message: 'refused' },
  ...{ count: 3, since: AT - 2_000, at: AT - 500 },
  ...over,
});
const probe = (found: DatabaseProbe['found'], over: Partial<DatabaseProbe> = {}): DatabaseProbe => ({
  ...{ found, at: AT - 1_000, tookMs: 12, code: null, because: 'as it says', processId: null },
  ...over,
});
const look = (database: Partial<OpsDatabase>, over: Partial<Summary> = {}, uptimeMs = 7_200_000) => {
  const { summary } = healthy();
  return dbLatency.look(
    healthy({
      summary: { uptimeMs, database: { ...summary.database, ...over } },
      database: databaseLike({ running: [], failing: [], probe: null, locks: [], ...database }),
    }),
  );
};
const causes = (found: ReturnType<typeof look>) => found[0]?.ruledOut.map(({ cause }) => cause);

describe('a database that cannot be used', () => {
  it.each([
    ['unreachable', 'server_unreachable', 'cannot be reached'],
    ['restarting', 'server_unreachable', 'starting or stopping'],
    ['not_answering', 'not_answering', 'accepts connections and does not answer'],
    ['sign_in_refused', 'sign_in_refused', 'does not let this server sign in'],
  ] as const)('is what the probe has found: %s is %s', (found, cause, words) => {
    const seen = look({ running: [running('insert laps', 3_000)], probe: probe(found) });
    expect(seen).toMatchObject([{ cause, because: 'as it says', confidence: 'high' }]);
    expect(seen[0]?.summary).toContain(words);
    expect(causes(seen)).not.toContain(cause);
  });

  it('is found while statements fail, and not once they succeed', () => {
    expect(look({ failing: [failing({})], probe: probe('unreachable') })).toHaveLength(1);
    expect(look({ probe: probe('unreachable') })).toEqual([]);
  });

  it('is not said to be unreachable because a connection broke once, or where the probe answers', () => {
    expect(look({ failing: [failing({ count: 1, since: AT - 100, at: AT - 100 })] })).toEqual([]);
    expect(look({ failing: [failing({})], probe: probe('answers') }, { state: 'away' })).toEqual([]);
    expect(look({ failing: [failing({ since: AT - 9_000 })] })).toMatchObject([{ cause: 'server_unreachable' }]);
  });

  const slowLine = (answerMs: number, echoMs: number | null, connectMs = 0) =>
    probe('answers', { line: { connectMs, answerMs, echoMs } });

  it('is the line, where an answer that needs no table is late, or 2 KB are not carried', () => {
    const waits = { running: [running('insert laps', 3_200)] };
    const seen = look({ ...waits, probe: slowLine(1_600, 1_650) });
    expect(seen).toMatchObject([{ cause: 'slow_line', confidence: 'medium' }]);
    expect(seen[0]?.because).toContain('waited 1.6 s for an answer that needs no table');
    expect(causes(seen)).toEqual(expect.arrayContaining(['slow_query', 'not_answering', 'server_unreachable']));
    expect(look({ ...waits, probe: slowLine(1_600, 1_650, 1_600) })).toMatchObject([{ confidence: 'high' }]);
    expect(look({ ...waits, probe: slowLine(40, null) })).toMatchObject([{ cause: 'slow_line' }]);
    // A connection without an answer for long is late on such a line, and not lost.
    expect(look({ running: [running('begin', 4_000)], probe: slowLine(1_600, 3_100) })).toMatchObject([
      { cause: 'slow_line' },
    ]);
  });

  it('is not the line where that is fast, or this process was held up for as long', () => {
    const waits = { running: [running('insert laps', 3_200)] };
    expect(look({ ...waits, probe: slowLine(2, 3) })).toMatchObject([{ cause: 'slow_query' }]);
    const { summary } = healthy();
    const busy = healthy({
      summary: { eventLoop: { ...summary.eventLoop, delayMaxMs: 900 } },
      database: databaseLike({ ...waits, failing: [], locks: [], probe: slowLine(800, 850) }),
    });
    expect(dbLatency.look(busy)).not.toMatchObject([{ cause: 'slow_line' }]);
  });

  it('rules out that it is unreachable where it accepts, and slow queries where nothing answers', () => {
    const seen = look({ running: [running('begin', 4_000)], probe: probe('not_answering') });
    expect(causes(seen)).toEqual(['server_unreachable', 'slow_query']);
    expect(seen[0]?.nextStep.command).toBe('pg_isready');
    expect(JSON.stringify(seen)).not.toContain('EXPLAIN');
  });

  it('has no connection left, also where the probe has got the last one', () => {
    const refused = failing({
      kind: 'too_many_connections',
      code: '53300',
      message: 'too many connections for role "box"',
    });
    for (const found of ['too_many_connections', 'answers'] as const) {
      const seen = look({ failing: [refused], probe: probe(found) });
      expect(seen).toMatchObject([{ cause: 'too_many_connections' }]);
      expect(causes(seen)).toEqual(['server_unreachable', 'not_answering', 'pool_exhausted']);
    }
    // One too many while all that are open do well.
    expect(look({ running: [running('connect', 2_000)], probe: probe('too_many_connections') })).toEqual([]);
  });

  it('has lost an old connection where new ones are answered', () => {
    const [found] = look({ running: [running('begin', 4_000)], probe: probe('answers') });
    expect(found).toMatchObject({ cause: 'not_answering', confidence: 'medium' });
    expect(found?.summary).toContain('new ones are answered');
    expect(look({ running: [running('commit', 4_000)], probe: probe('answers') })).toEqual([]);
  });

  it('may take a while to start', () => {
    const away = { running: [running('connect', 3_000)], probe: probe('restarting') };
    expect(look(away, { state: 'starting' }, 20_000)).toEqual([]);
    expect(look(away, { state: 'starting' }, 70_000)).toHaveLength(1);
  });

  it('that is embedded is a process: its number is in what to do', () => {
    const stopped = { running: [running('insert laps', 3_000)], probe: probe('not_answering', { processId: 4_711 }) };
    expect(look(stopped, { kind: 'embedded' })[0]?.nextStep.command).toBe('kill -9 4711');
    const starts = { failing: [failing({})], probe: probe('restarting') };
    expect(look(starts, { kind: 'embedded' })[0]?.nextStep.command).toBe('df -h DATA_DIR');
  });
});
