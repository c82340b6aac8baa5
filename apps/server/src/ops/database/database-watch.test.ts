import { describe, expect, it } from 'vitest';
import type { RunningStatement } from '../../store/database.js';
import type { Probed } from '../../store/database-probe.js';
import { DatabaseWatch } from './database-watch.js';
import { FailingStatements } from './failing-statements.js';

const ANSWERS: Probed = { found: 'answers', code: null, because: 'it does', processId: null, locks: [] };
const HOLDER = { pid: 7, application: 'migration', state: 'idle in transaction', ageMs: 9_000 };
const INSERT = 'insert into "laps" ("body") values ($1)';

function watched(probed: () => Probed | null = () => ANSWERS) {
  const failing = new FailingStatements();
  const asked: (readonly number[])[] = [];
  const failures: unknown[] = [];
  const at = { now: 1_000_000, running: [] as RunningStatement[] };
  const watch = new DatabaseWatch({
    running: () => at.running,
    failing,
    probe: async (pids) => {
      asked.push(pids);
      return probed();
    },
    now: () => at.now,
    onFailed: (error) => failures.push(error),
  });
  // The test says when it looks.
  watch.close();
  const after = async (ms: number, running = at.running) => {
    at.now += ms;
    at.running = running;
    await watch.look();
  };
  return { watch, failing, asked, failures, at, after };
}

const insert = (ageMs: number): RunningStatement => ({ callSite: 'Store.save', sql: INSERT, ageMs, pid: 42 });

describe('the watch of the database', () => {
  it('opens no connection while statements end and succeed', async () => {
    const { watch, asked, after } = watched();
    await after(10_000);
    await after(10_000, [insert(100)]);
    expect(asked).toEqual([]);
    expect(watch.read()).toMatchObject({
      probe: null,
      failing: [],
      locks: [],
      running: [{ statement: 'insert laps' }],
    });
  });

  it('probes where a statement does not end or fails, every two seconds and no more', async () => {
    const { watch, asked, failing, at, after } = watched();
    await after(0, [insert(800)]);
    await after(500);
    await after(1_000);
    expect(asked).toEqual([[42]]);
    expect(watch.read().probe).toMatchObject({ found: 'answers', at: 1_000_000 });
    await after(600);
    expect(asked).toHaveLength(2);
    await after(5_000, []);
    expect(asked).toHaveLength(2);
    failing.failed('insert laps', 'Store.save', new Error('no'), at.now);
    await after(10);
    expect(asked).toEqual([[42], [42], []]);
    await after(16_000);
    expect(watch.read().probe).toMatchObject({ at: at.now });
  });

  it('forgets a probe after a while, and hears of one that fails', async () => {
    const { watch, failures, after } = watched();
    await after(0, [insert(800)]);
    await after(16_000, []);
    expect(watch.read().probe).toBeNull();
    const broken = watched(() => {
      throw new Error('broken');
    });
    await broken.after(0, [insert(800)]);
    expect(broken.failures).toEqual([new Error('broken')]);
    expect(failures).toEqual([]);
  });

  it('names who holds the lock that a statement waits for, since when, and that a slow one has waited', async () => {
    const locks = [{ pid: 42, sql: 'hidden', waitedMs: 700, holder: HOLDER }];
    const { watch, after } = watched(() => ({ ...ANSWERS, locks }));
    await after(0, [insert(800)]);
    await after(2_000, [insert(2_800)]);
    expect(watch.read().locks).toEqual([
      {
        statement: 'insert laps',
        callSite: 'Store.save',
        waitedMs: 2_800,
        firstAt: 1_000_000,
        at: 1_002_000,
        holder: HOLDER,
      },
    ]);
    await after(500, []);
    expect(watch.waitedFor('insert laps', 'Store.save', 3_300)).toBe('lock');
    expect(watch.waitedFor('insert laps', 'Store.save', 400)).toBeNull();
    expect(watch.waitedFor('select laps', 'Store.laps', 3_300)).toBeNull();
    await after(61_000);
    expect(watch.read().locks).toEqual([]);
  });

  it('tells of a slow one that the database did not answer meanwhile', async () => {
    const { watch, after } = watched(() => ({ ...ANSWERS, found: 'not_answering' }));
    await after(0, [insert(800)]);
    expect(watch.waitedFor('insert laps', 'Store.save', 5_000)).toBe('answer');
  });

  it('tells of a slow one that it was the line, where an answer that needs no table was half as late', async () => {
    const line = { connectMs: 0, answerMs: 1_600, echoMs: 1_700 };
    const { watch, after } = watched(() => ({ ...ANSWERS, line }));
    await after(0, [insert(800)]);
    expect(watch.waitedFor('insert laps', 'Store.save', 3_200)).toBe('answer');
    expect(watch.waitedFor('insert laps', 'Store.save', 9_000)).toBeNull();
  });
});

describe('failing statements', () => {
  const refused = (code: string) => Object.assign(new Error('no'), { code });

  it('fail until they succeed where they failed, or are not tried any more', () => {
    const failing = new FailingStatements();
    failing.failed('insert laps', 'Store.save', refused('P0001'), 1_000);
    failing.failed('insert laps', 'Store.save', refused('P0001'), 3_000);
    failing.succeeded('insert laps', 'Store.audit');
    expect(failing.read(4_000)).toMatchObject([
      { kind: 'statement', code: 'P0001', count: 2, since: 1_000, at: 3_000 },
    ]);
    failing.failed('insert laps', 'Store.save', refused('53100'), 5_000);
    expect(failing.read(5_000)).toMatchObject([{ kind: 'disk_full', count: 1, since: 5_000 }]);
    failing.failed('connect', 'Store.save', refused('53300'), 5_000);
    failing.succeeded('insert laps', 'Store.save');
    expect(failing.read(5_000)).toEqual([]);
    failing.failed('select laps', 'Store.laps', refused('P0001'), 5_000);
    expect(failing.read(26_000)).toEqual([]);
  });

  it('do not count where another has failed before them, or no connection was free', () => {
    const failing = new FailingStatements();
    failing.failed('rollback', 'Store.save', new Error('Client was closed'), 1);
    failing.failed('insert laps', 'Store.save', refused('25P02'), 1);
    expect(failing.read(2)).toEqual([]);
  });
});
