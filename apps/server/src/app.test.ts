import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SessionSummary } from '@okboxbox/protocol';
import { describe, expect, it, vi } from 'vitest';
import { StartError } from './app.js';
import { frame, race } from './testing/race.js';
import { serverForEachTest } from './testing/running-server.js';

const { start, restart, dataDir, token, relay, get, timingOf } = serverForEachTest();

describe('a restart', () => {
  it('keeps sessions, laps and what relays need not send again', async () => {
    const before = await relay();
    await before.send(race(450), 1);
    const timing = await timingOf(before.sessionId);
    await restart();
    expect(await timingOf(before.sessionId)).toEqual(timing);
    const after = await relay();
    expect(after).toMatchObject({ sessionId: before.sessionId, have: [[1, 451]] });
    expect(await after.send([frame(450)], 452)).toEqual({ ok: true, have: [[1, 452]] });
  });

  it('keeps ended sessions readable', async () => {
    const { relay: rig, send, sessionId } = await relay();
    await send(race(450), 1);
    await rig.emitWithAck('relay:bye', { reason: 'finished' });
    const timing = await timingOf(sessionId);
    await restart();
    expect(await timingOf(sessionId)).toEqual(timing);
    expect((await get<SessionSummary[]>('/api/sessions', await token('team'))).body).toHaveLength(1);
  });
});

it('ended sessions are read from the store where their timelines are gone', { timeout: 60_000 }, async () => {
  const database = async () =>
    (await get<{ checks: { database: { detail: string } } }>('/api/health')).body.checks.database.detail;
  await vi.waitFor(async () => expect(await database()).toContain('stored as they come'), { timeout: 30_000 });
  const { relay: rig, send, sessionId } = await relay();
  await send([...race(449), frame(449, { state: 'checkered' })], 1);
  await rig.emitWithAck('relay:bye', { reason: 'finished' });
  const bearer = await token('team');
  const all = async () => [
    (await get(`/api/sessions/${sessionId}/timing`, bearer)).body,
    (await get<unknown[]>(`/api/sessions/${sessionId}/laps`, bearer)).body,
    (await get<unknown[]>(`/api/sessions/${sessionId}/laps?car=1`, bearer)).body,
    (await get<unknown[]>(`/api/sessions/${sessionId}/events`, bearer)).body,
    (await get<SessionSummary[]>('/api/sessions', bearer)).body,
  ];
  const before = await all();
  expect(before.map((each) => (Array.isArray(each) ? each.length : 1))).toEqual([1, 6, 2, expect.any(Number), 1]);
  expect(before[4]).toMatchObject([{ status: 'ended', podium: [{ position: 1, carNumber: '11' }, {}, {}] }]);
  // Stopping stores what is left.
  await restart(() => rmSync(join(dataDir(), 'sessions'), { recursive: true }));
  await vi.waitFor(async () => expect(await all()).toEqual(before), { timeout: 30_000 });
  const recording = await get(`/api/sessions/${sessionId}/recording`, bearer);
  expect(recording).toMatchObject({ status: 404, body: { detail: expect.stringContaining('no timeline here') } });
});

describe('starting', () => {
  it('on a used port ends with who holds it', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const { port } = holder.address() as AddressInfo;
    const other = mkdtempSync(join(tmpdir(), 'server-'));
    const failed = start({ PORT: String(port), DATA_DIR: other });
    await expect(failed).rejects.toThrow(StartError);
    await expect(failed).rejects.toThrow(new RegExp(`Port ${port} is in use by .*process ${process.pid}.*--port`));
    await new Promise((resolve) => holder.close(resolve));
    rmSync(other, { recursive: true });
  });
});
