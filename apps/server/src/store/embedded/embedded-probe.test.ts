import { mkdirSync } from 'node:fs';
import pg from 'pg';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { temporaryFolder } from '../../../../../testing/temporary-folder.js';
import { EmbeddedDatabase } from './embedded-database.js';
import { type ProbedProcess, probeEmbedded, type Standing } from './embedded-probe.js';

const inFolder = temporaryFolder();

function processLike(over: Partial<ProbedProcess>, ...standings: (Standing | null)[]): ProbedProcess {
  return { pid: process.pid, isReady: true, standing: async () => standings.shift() ?? null, ...over };
}
const IDLE = { queued: 0, isInTransaction: false };

describe('a probe of the embedded database', () => {
  it('finds that it answers, is away, or starts', async () => {
    expect(await probeEmbedded(processLike({}, IDLE))).toMatchObject({ found: 'answers', processId: process.pid });
    expect(await probeEmbedded(processLike({ pid: null }))).toMatchObject({ found: 'unreachable', processId: null });
    expect(await probeEmbedded(processLike({ isReady: false }))).toMatchObject({ found: 'restarting' });
  });

  it('finds another client whose transaction holds up ours, where it still does a moment later', async () => {
    const held = { queued: 1, isInTransaction: true };
    expect(await probeEmbedded(processLike({}, held, held))).toMatchObject({
      found: 'answers',
      locks: [{ holder: { application: 'another client of its socket' } }],
    });
    expect(await probeEmbedded(processLike({}, held, IDLE))).toMatchObject({ found: 'answers', locks: [] });
    const stuck = { queued: 1, isInTransaction: false };
    expect(await probeEmbedded(processLike({}, stuck, stuck))).toMatchObject({ found: 'not_answering' });
  });

  it('finds a process that is stopped, one that is busy, and one that answers again', async () => {
    mkdirSync(inFolder('data'));
    const database = new EmbeddedDatabase(inFolder('data'), pino({ level: 'silent' }));
    await database.start();
    try {
      await eventually(async () => expect((await probeEmbedded(database)).found).toBe('answers'));
      const { pid } = database;
      if (pid === null) throw new Error('no process');
      process.kill(pid, 'SIGSTOP');
      const stopped = await probeEmbedded(database);
      process.kill(pid, 'SIGCONT');
      if (process.platform === 'linux') {
        expect(stopped).toMatchObject({
          found: 'not_answering',
          because: `Its process ${pid} is stopped.`,
          processId: pid,
        });
      }
      await eventually(async () => expect((await probeEmbedded(database)).found).toBe('answers'));
      const client = new pg.Client({ host: database.host, user: 'postgres', database: 'postgres' });
      await client.connect();
      const slow = client.query('select pg_sleep(4)');
      await eventually(async () => expect((await probeEmbedded(database)).found).toBe('busy'));
      await slow;
      await client.end();
    } finally {
      await database.stop();
    }
  });
});
