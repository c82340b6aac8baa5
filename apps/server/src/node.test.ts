import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SessionSummary } from '@okboxbox/protocol';
import { describe, expect, it, vi } from 'vitest';
import { StartError } from './edge/http/listen.js';
import { frame, race } from './testing/race.js';
import { serverForEachTest } from './testing/running-server.js';

const { start, restart, dataDir, token, socket, relay, get, timingOf, warnings } = serverForEachTest();

describe('a restart', () => {
  it('keeps sessions, laps and what relays need not send again', async () => {
    const before = await relay();
    await before.send(race(450), 1);
    const timing = await timingOf(before.sessionId);
    await restart();
    // The logs of a server that began again are of another epoch, and have come as far as its last tick.
    const topics = expect.objectContaining({ epoch: expect.any(String) });
    expect(await timingOf(before.sessionId)).toEqual({ ...timing, topics });
    const after = await relay();
    expect(after).toMatchObject({ sessionId: before.sessionId, have: [[1, 451]] });
    expect(await after.send([frame(450)], 452)).toEqual({ ok: true, have: [[1, 452]] });
  });

  it('shows the public picture from its first answer on: nobody is told that there is nothing', async () => {
    const rig = await relay();
    for (let first = 0; first < 3_000; first += 500) await rig.send(race(3_000).slice(first, first + 500), first + 1);
    const director = socket('/', { token: await token('director') });
    await director.emitWithAck('broadcast:publish', { show: 'local', published: true });
    const status = async () => (await get('/api/public/sessions/local/timing')).status;
    await vi.waitFor(async () => expect(await status()).toBe(200), { timeout: 10_000 });
    await restart();
    expect(await status()).toBe(200);
    const joined = await socket('/', {}).emitWithAck('session:join', { show: 'local', audience: 'broadcast' });
    expect(joined).toMatchObject({ ok: true, sessionId: rig.sessionId });
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
  await vi.waitFor(async () => expect(await database()).toContain('are being stored'), { timeout: 30_000 });
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
    // All parts that had started were ended: nothing holds the folder or its database, and nothing failed to end.
    const next = await start({ DATA_DIR: other });
    await next.close();
    expect(warnings().filter((line) => line.includes('failed to'))).toEqual([]);
    rmSync(other, { recursive: true });
  });
});
