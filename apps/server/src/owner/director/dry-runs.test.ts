import { join } from 'node:path';
import { type DryRunLine, USUAL_RULES } from '@okboxbox/protocol';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { race } from '../../testing/race.js';
import { serverForEachTest } from '../../testing/running-server.js';
import { DryRuns } from './dry-run.js';

const { relay, dataDir } = serverForEachTest();

/** A session on the disk, to make dry runs over. */
async function recorded(signal = new AbortController().signal) {
  const { send, sessionId } = await relay();
  await send(race(60), 1);
  const dir = join(dataDir(), 'sessions', sessionId);
  const times = { startedAt: Date.now() - 1_000, lastFrameAt: Date.now() };
  return { sessionId, dir, rules: USUAL_RULES, ...times, signal, log: pino({ level: 'silent' }) };
}

async function all(lines: AsyncIterable<DryRunLine>): Promise<DryRunLine[]> {
  const found: DryRunLine[] = [];
  for await (const line of lines) found.push(line);
  return found;
}

describe('dry runs', () => {
  it('are made one at a time: another one is told so, and may come when the first has ended', async () => {
    const dryRuns = new DryRuns();
    const of = await recorded();
    const first = dryRuns.lines(of);
    const begun = first.next();
    expect(await all(dryRuns.lines(of))).toEqual([{ failed: expect.stringContaining('Another dry run is made now') }]);
    await begun;
    await all(first);
    expect((await all(dryRuns.lines(of))).at(-1)).toHaveProperty('dryRun');
  });

  it('one that is cancelled ends without a result, and makes room for the next', async () => {
    const dryRuns = new DryRuns();
    const cancel = new AbortController();
    const of = await recorded(cancel.signal);
    cancel.abort();
    expect((await all(dryRuns.lines(of))).filter((line) => !('progress' in line))).toEqual([]);
    expect((await all(dryRuns.lines({ ...of, signal: new AbortController().signal }))).at(-1)).toHaveProperty('dryRun');
  });

  it('one of a session whose timeline is not here says so', async () => {
    const of = await recorded();
    const lines = await all(new DryRuns().lines({ ...of, dir: join(of.dir, 'none') }));
    expect(lines.at(-1)).toEqual({ failed: expect.stringContaining('is not here') });
  });
});
