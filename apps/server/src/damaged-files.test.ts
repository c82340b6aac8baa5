import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MAX_DELAY_MS, type OpsActAnswer, type SessionSummary } from '@okboxbox/protocol';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../../../testing/eventually.js';
import { DAMAGES, damageTable } from './testing/damaged-files.js';
import { race } from './testing/race.js';
import { serverForEachTest } from './testing/running-server.js';

const refused = vi.hoisted(() => new Set<string>());
vi.mock('node:fs/promises', async (original) => {
  const { refusing } = await import('./testing/damaged-files.js');
  return refusing(await original<object>(), refused);
});

// No database is there: what is damaged is not stored in one, and a start is quick.
const { restart, relay, token, get, post, dataDir, warnings, timingOf } = serverForEachTest({
  DATABASE_URL: 'postgresql://postgres@127.0.0.1:1/none',
  OPS_UI_ENABLED: '1',
});
afterEach(() => refused.clear());

const pathOf = (file: string) => join(dataDir(), file);
/** What was said of a file, and that nothing of it was a fault of the program. */
function said(about: RegExp): void {
  expect(warnings().some((line) => about.test(line))).toBe(true);
  for (const line of warnings()) expect(line).not.toMatch(/unexpected error|uncaught/i);
}
const sessions = async () => (await get<SessionSummary[]>('/api/sessions', await token('team'))).body;

describe('a start with a damaged file that it can do without', () => {
  it.each(damageTable(['clock.json']))('goes on, and knows nothing of the clock: %s, %s', async (file, damage) => {
    await restart(() => DAMAGES[damage](pathOf(file), refused));
    said(/it is not known what the clock was set/);
    // Also the next time, whatever has become of the file.
    refused.clear();
    await restart();
  });

  it.each(damageTable(['shows/local.json']))('goes on, with the show shut: %s, %s', async (file, damage) => {
    mkdirSync(pathOf('shows'), { recursive: true });
    writeFileSync(pathOf(file), '{"show":"local","delayMs":0,"published":true}');
    await restart(() => DAMAGES[damage](pathOf(file), refused));
    said(/settings of a show cannot be read.*120 s behind/);
    const rig = await relay();
    await rig.send(race(5), 1);
    const { body } = await get<{ broadcastDelay: { sessions: unknown[] } }>('/api/ops/summary', await token('ops'));
    expect(body.broadcastDelay.sessions).toMatchObject([{ show: 'local', published: false, delayMs: MAX_DELAY_MS }]);
  });

  it.each(damageTable(['paused-relays.json']))('goes on, with every relay paused: %s, %s', async (file, damage) => {
    writeFileSync(pathOf(file), '[{"show":"local","relayId":"rig","because":"it sends nonsense"}]');
    await restart(() => DAMAGES[damage](pathOf(file), refused));
    said(/every relay is paused/);
    const [rig, other] = [await relay(), await relay({ relayId: 'other', run: 'run-2', simSessionKey: '78:0' })];
    const paused = { paused: true, because: expect.stringContaining('could not read which relays were paused') };
    expect([rig.pauses, other.pauses]).toEqual([[paused], [paused]]);
    // Something has the file's place for good: nothing can be let go on then.
    refused.clear();
    rmSync(pathOf(file), { recursive: true, force: true });
    const go = { paused: false, because: 'looked at' };
    const answer = await post<OpsActAnswer>('/api/ops/relays/other/pause', go, await token('admin'));
    expect(answer).toMatchObject({ status: 200, body: { done: true, stored: true } });
    await eventually(() => expect(other.pauses.at(-1)).toMatchObject({ paused: false }));
    // The rest stays paused, also after another start.
    await restart();
    const [again, let1] = [await relay(), await relay({ relayId: 'other', run: 'run-3', simSessionKey: '79:0' })];
    expect([again.pauses, let1.pauses]).toEqual([[paused], []]);
  });
});

describe('a start with a damaged session', () => {
  /** A session that has ended, and one that runs. */
  async function twoSessions(): Promise<{ ended: string; running: string; position: unknown }> {
    const first = await relay({ run: 'run-1' });
    await first.send(race(20), 1);
    await first.relay.emitWithAck('relay:bye', { reason: 'finished' });
    await eventually(async () => expect(await sessions()).toMatchObject([{ status: 'ended' }]));
    const second = await relay({ run: 'run-2', simSessionKey: '78:0' });
    await second.send(race(30), 1);
    await eventually(async () => expect((await timingOf(second.sessionId)).entries.length).toBeGreaterThan(0));
    return { ended: first.sessionId, running: second.sessionId, position: (await timingOf(second.sessionId)).entries };
  }

  it.each(damageTable(['summary.json']))('makes it again of the timeline: %s, %s', async (file, damage) => {
    const { ended, running } = await twoSessions();
    const before = await sessions();
    await restart(() => DAMAGES[damage](pathOf(join('sessions', ended, file)), refused));
    refused.clear();
    expect(await sessions()).toMatchObject([
      { sessionId: running },
      before.find(({ sessionId }) => sessionId === ended),
    ]);
    said(/summary of a session cannot be used/);
  });

  it.each(damageTable(['checkpoint', 'race-log']))('folds the whole timeline: %s, %s', async (file, damage) => {
    const { running, position } = await twoSessions();
    const path = pathOf(join('sessions', running, file));
    await restart();
    // The one that was written at the end of the run before.
    await restart(() => DAMAGES[damage](path, refused));
    refused.clear();
    expect((await timingOf(running)).entries).toEqual(position);
  });

  it.each([
    ['a file in its place', (dir: string) => writeFileSync(dir, 'garbage')],
    ['an empty folder in its place', (dir: string) => mkdirSync(dir)],
    ['a folder in place of its timeline', (dir: string) => mkdirSync(join(dir, '000001.seg'), { recursive: true })],
    ['a link that leads in a circle', (dir: string) => symlinkSync(dir, dir)],
  ])('leaves that one out, and says so: %s', async (_what, damage) => {
    const { ended, running, position } = await twoSessions();
    const dir = pathOf(join('sessions', ended));
    await restart(() => {
      rmSync(dir, { recursive: true });
      damage(dir);
    });
    expect((await sessions()).map(({ sessionId }) => sessionId)).toEqual([running]);
    expect((await timingOf(running)).entries).toEqual(position);
    said(/a session cannot be read and is left out|holds no readable timeline/);
  });

  it('leaves a running one out whose timeline cannot be read, and begins another for its relay', async () => {
    const { running } = await twoSessions();
    const dir = pathOf(join('sessions', running));
    await restart(() => {
      for (const name of readdirSync(dir)) refused.add(join(dir, name));
      refused.add(dir);
    });
    said(/a session cannot be read and is left out/);
    const rig = await relay({ run: 'run-2', simSessionKey: '78:0' });
    expect(rig.sessionId).not.toBe(running);
    expect((await rig.send(race(5), 1)).ok).toBe(true);
  });
});
