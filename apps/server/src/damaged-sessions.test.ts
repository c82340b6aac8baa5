import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { FindingsAnswer, OpsActAnswer, OpsSessionsAnswer, OpsSummary, SessionSummary } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../testing/eventually.js';
import { race } from './testing/race.js';
import { serverForEachTest } from './testing/running-server.js';

// No database is there: nothing here is stored in one, and a start is quick.
const { restart, relay, token, get, post, dataDir } = serverForEachTest({
  DATABASE_URL: 'postgresql://postgres@127.0.0.1:1/none',
  OPS_UI_ENABLED: '1',
});

const FRAMES = 200;
const folderOf = (sessionId: string) => join(dataDir(), 'sessions', sessionId);
const timelineOf = (sessionId: string) => join(folderOf(sessionId), '000001.seg');
/** As after a kill: without a checkpoint the next start reads all. */
const forgetCheckpoints = (sessionId: string) => {
  for (const name of readdirSync(folderOf(sessionId))) {
    if (name.startsWith('checkpoint')) rmSync(join(folderOf(sessionId), name));
  }
};
const sessionsCheck = async () =>
  (await get<{ checks: { sessions: { status: string; detail: string } } }>('/api/health')).body.checks.sessions;
const sessions = async () => (await get<OpsSessionsAnswer>('/api/ops/sessions', await token('ops'))).body.sessions;
const damageFound = async () => {
  const { findings } = (await get<FindingsAnswer>('/api/ops/findings', await token('ops'))).body;
  return findings.filter(({ code }) => code === 'SESSION_DAMAGED');
};
/** A session that has ended. */
async function ended(): Promise<string> {
  const rig = await relay({ playback: false });
  expect((await rig.send(race(FRAMES), 1)).ok).toBe(true);
  await rig.relay.emitWithAck('relay:bye', { reason: 'finished' });
  await eventually(async () => expect((await sessions())[0]).toMatchObject({ status: 'ended' }));
  return rig.sessionId;
}
/** Overwrites a part of a session's timeline. */
function spoil(sessionId: string, from: number, bytes: number): void {
  const content = readFileSync(timelineOf(sessionId));
  expect(content.length).toBeGreaterThan(from + bytes + 1_000);
  writeFileSync(timelineOf(sessionId), content.fill('garbage', from, from + bytes));
}
/** Accepts what was lost of a session: nothing is found of it any more, after another start neither. */
async function accept(sessionId: string): Promise<void> {
  const path = `/api/ops/sessions/${sessionId}/accept-loss`;
  expect((await post<OpsActAnswer>(path, { because: 'no copy' }, await token('admin'))).body.done).toBe(true);
  await eventually(async () => expect(await damageFound()).toEqual([]));
}
async function fed(): Promise<string> {
  const rig = await relay({ playback: false });
  expect((await rig.send(race(FRAMES), 1)).ok).toBe(true);
  return rig.sessionId;
}

describe('a session whose timeline is damaged in the middle', () => {
  it('goes on, and what it has lost is counted wherever people look until that is accepted', async () => {
    const sessionId = await fed();
    await restart(() => {
      forgetCheckpoints(sessionId);
      const bytes = readFileSync(timelineOf(sessionId));
      const middle = Math.floor(bytes.length / 2);
      writeFileSync(timelineOf(sessionId), bytes.fill('garbage', middle, middle + 4_000));
    });
    const [session] = await sessions();
    expect(session).toMatchObject({ sessionId, loss: { places: 1, file: '000001.seg', isAccepted: false } });
    const records = session?.loss?.records ?? 0;
    expect(records).toBeGreaterThan(0);
    expect(session?.loss?.bytes).toBeGreaterThanOrEqual(4_000);
    expect(session?.framesTotal).toBe(FRAMES - records);
    expect(await sessionsCheck()).toMatchObject({
      status: 'degraded',
      detail: expect.stringContaining(`records: ${records} or more`),
    });
    await eventually(async () => expect(await damageFound()).toMatchObject([{ cause: 'records_lost' }]));

    const path = `/api/ops/sessions/${sessionId}/accept-loss`;
    const asked = await post<OpsActAnswer>(path, { dryRun: true }, await token('admin'));
    expect(asked.body).toMatchObject({ act: 'session.accept_loss', done: false });
    expect((await post<OpsActAnswer>(path, { because: 'no copy' }, await token('admin'))).body.done).toBe(true);
    await eventually(async () => expect(await damageFound()).toEqual([]));
    await restart();
    expect((await sessions())[0]?.loss).toMatchObject({ records, isAccepted: true });
    expect((await sessionsCheck()).status).toBe('ok');
    expect((await post(path, {}, await token('admin'))).status).toBe(409);
  });
});

describe('damage that a start does not come to', () => {
  it('of a running session, before its newest checkpoint, is found in the background, and once', async () => {
    const sessionId = await fed();
    await restart(() => spoil(sessionId, 4_000, 6_000));
    await eventually(async () =>
      expect(await damageFound()).toMatchObject([{ cause: 'records_lost', severity: 'warning', scope: { sessionId } }]),
    );
    const [session] = await sessions();
    expect(session).toMatchObject({ framesTotal: FRAMES, loss: { places: 1, file: '000001.seg' } });
    expect(session?.loss?.bytes).toBeGreaterThanOrEqual(6_000);
    expect((await sessionsCheck()).status).toBe('degraded');
    await accept(sessionId);
    // The same is no news; another place is.
    const first = session?.loss?.bytes ?? 0;
    await restart(() => spoil(sessionId, 15_000, 3_000));
    await eventually(async () => expect((await sessions())[0]?.loss).toMatchObject({ places: 2, isAccepted: false }));
    const bytes = (await sessions())[0]?.loss?.bytes ?? 0;
    expect(bytes - first).toBeGreaterThanOrEqual(3_000);
    expect(bytes - first).toBeLessThan(3_000 + first);
  });

  it('of an ended session is found as well, and can be accepted', async () => {
    const sessionId = await ended();
    await restart(() => spoil(sessionId, 4_000, 6_000));
    await eventually(async () =>
      expect(await damageFound()).toMatchObject([{ cause: 'records_lost', severity: 'info', scope: { sessionId } }]),
    );
    await accept(sessionId);
  });

  it.each([
    ['the beginning of its timeline is damaged', (sessionId: string) => spoil(sessionId, 0, 300)],
    [
      'a folder is in the place of its timeline',
      (sessionId: string) => {
        renameSync(timelineOf(sessionId), `${timelineOf(sessionId)}.kept`);
        mkdirSync(timelineOf(sessionId));
      },
    ],
    ['its timeline is not there', (sessionId: string) => rmSync(timelineOf(sessionId))],
  ])('of a session that has just ended is one finding, with a next step that works: %s', async (_what, damage) => {
    const sessionId = await ended();
    await restart(() => {
      forgetCheckpoints(sessionId);
      damage(sessionId);
    });
    await eventually(async () =>
      expect(await damageFound()).toMatchObject([{ cause: 'records_lost', scope: { sessionId } }]),
    );
    const { body } = await get<OpsSummary>('/api/ops/summary', await token('ops'));
    expect(body.broadcastDelay).toMatchObject({ initialized: true, because: null });
    expect((await sessions())[0]?.loss).toMatchObject({ places: 1 });
    await accept(sessionId);
  });
});

describe('the damaged end of a timeline', () => {
  it('is kept beside it when it is cut off, and counted', async () => {
    const sessionId = await fed();
    const garbage = Buffer.alloc(3_000, 'garbage');
    await restart(() => {
      forgetCheckpoints(sessionId);
      writeFileSync(timelineOf(sessionId), garbage, { flag: 'a' });
    });
    const [session] = await sessions();
    expect(session).toMatchObject({ framesTotal: FRAMES, loss: { bytes: 3_000, records: null, to: null } });
    const kept = readdirSync(folderOf(sessionId)).find((name) => name.includes('.cut-')) ?? '';
    expect(readFileSync(join(folderOf(sessionId), kept))).toEqual(garbage);
  });

  it('is no loss where a crash has cut the newest write short', async () => {
    const sessionId = await fed();
    await restart(() => {
      forgetCheckpoints(sessionId);
      truncateSync(timelineOf(sessionId), readFileSync(timelineOf(sessionId)).length - 20);
    });
    const [session] = await sessions();
    expect(session?.framesTotal).toBe(FRAMES - 1);
    expect(session).not.toHaveProperty('loss');
    // Its relay has kept it, and sends it again.
    const rig = await relay({ playback: false });
    expect(rig.have.at(-1)?.[1]).toBeLessThan(FRAMES + 1);
  });
});

describe('a session that cannot be read', () => {
  it('is named with its file, is not changed, and is served again when it is repaired', async () => {
    const sessionId = await fed();
    const kept = `${timelineOf(sessionId)}.kept`;
    await restart(() => {
      renameSync(timelineOf(sessionId), kept);
      mkdirSync(timelineOf(sessionId));
    });
    expect(await sessions()).toEqual([]);
    expect(await sessionsCheck()).toMatchObject({ status: 'degraded', detail: 'Sessions that cannot be read: 1.' });
    await eventually(async () =>
      expect(await damageFound()).toMatchObject([{ cause: 'unreadable', scope: { sessionId } }]),
    );
    const other = await fed();
    rmdirSync(timelineOf(sessionId));
    renameSync(kept, timelineOf(sessionId));
    await eventually(async () => expect((await sessionsCheck()).status).toBe('ok'));
    const { body } = await get<SessionSummary[]>('/api/sessions', await token('team'));
    // Its show has gone on in another session meanwhile.
    expect(body.map(({ sessionId: id, status }) => [id, status])).toEqual([
      [other, 'live'],
      [sessionId, 'ended'],
    ]);
  });

  it('keeps every byte where the beginning of its timeline is damaged, and is forgotten when it is moved away', async () => {
    const sessionId = await fed();
    const garbage = Buffer.alloc(9_000, 'not a timeline');
    await restart(() => {
      forgetCheckpoints(sessionId);
      writeFileSync(timelineOf(sessionId), garbage);
    });
    expect((await sessionsCheck()).status).toBe('degraded');
    expect(readFileSync(timelineOf(sessionId))).toEqual(garbage);
    renameSync(folderOf(sessionId), join(dataDir(), 'moved-away'));
    await eventually(async () => expect((await sessionsCheck()).status).toBe('ok'));
  });
});
