import type { SupportPack } from '@okboxbox/protocol';
import { expect, it, onTestFinished, vi } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { askControl } from '../../control/ask-control.js';
import { postgresql, WITHOUT_POSTGRESQL } from '../../testing/databases.js';
import { race } from '../../testing/race.js';
import { serverForEachTest } from '../../testing/running-server.js';
import { Redaction } from './redaction.js';

const { token, relay, socket, viewer, url, restart, dataDir, post } = serverForEachTest({
  OPS_UI_ENABLED: '1',
  DRILLS_ENABLED: '1',
});

const fresh = (frames: number) => race(frames).map((record) => ({ ...record, capturedAt: Date.now() }));

/** Every kind of action that is noted, and everything that happens in a show, once. */
async function everything(): Promise<{ sessionId: string; traceId: string }> {
  const rig = await relay({ relayId: 'rig-of-ann' });
  await rig.send(fresh(5), 1);
  const other = await relay({ relayId: 'rig-of-bob', simSessionKey: '88:0' });
  await other.send(fresh(5), 1);
  const { sessionId } = rig;
  const admin = await token('admin', { sub: 'anna' });
  const { viewer: page } = await viewer({ sessionId, audience: 'live' }, await token('team', { sub: 'alice' }));
  const { viewer: gone } = await viewer({ sessionId, audience: 'live' }, await token('team', { sub: 'bert' }));
  await viewer({ sessionId: 'none', audience: 'live' });
  rig.relay.emit('relay:status', { unknown: true });

  const desk = socket('/', { token: await token('director', { sub: 'dora' }), clientKind: 'director' });
  const ask = async (call: string, body: object) =>
    expect([call, await desk.emitWithAck(call, { show: 'local', ...body })]).toEqual([
      call,
      expect.objectContaining({ ok: true }),
    ]);
  await ask('director:join', {});
  await ask('broadcast:publish', { published: true });
  await ask('broadcast:delay:set', { delayMs: 2_000 });
  await ask('broadcast:pause', {});
  await ask('broadcast:resume', {});
  await ask('broadcast:cue', { set: { message: { text: 'Hello' } } });
  await ask('show:follow', { sessionId });
  const link = await desk.emitWithAck('link:create', { show: 'local', kind: 'overlay', label: 'OBS of Anna' });
  await ask('link:revoke', { code: (JSON.stringify(link).match(/"code":"([\w-]+)"/) ?? [])[1] });

  const act = async (path: string, body: object = {}) => {
    const answer = await post(path, { because: 'Anna asked', ...body }, admin);
    expect([path, answer.status]).toEqual([path, 200]);
  };
  await act('/api/ops/relays/rig-of-bob/pause', { paused: true });
  await act('/api/ops/relays/rig-of-bob/pause', { paused: false });
  await act(`/api/ops/relays/rig-of-ann/main-feed`, { show: 'local' });
  await act(`/api/ops/sessions/${sessionId}/follow`);
  await act(`/api/ops/sockets/${gone.id}/disconnect`);
  expect((await post('/api/ops/rooms/sweep', {}, admin)).status).toBe(200);
  expect((await post('/api/tokens/revoke', { jti: 'an-id' }, admin)).status).toBeLessThan(300);
  await act(`/api/ops/sessions/${other.sessionId}/end`);
  await askControl(dataDir(), {
    ask: 'token',
    sub: 'tom',
    role: 'relay',
    ttlSeconds: 60,
    shows: ['local'],
    sessions: [sessionId],
    cars: ['07'],
    caps: ['relay:publish'],
  });
  await askControl(dataDir(), { ask: 'sign-in' });
  const started = await post<{ traceId: string }>(
    '/api/ops/trace/start',
    { sessionId, durationSec: 60, probe: true },
    admin,
  );
  const { traceId } = started.body;
  await rig.send(fresh(10).slice(6), 7);
  page.disconnect();
  const exception: NodeJS.EventEmitter = process;
  exception.emit('uncaughtExceptionMonitor', new Error('an exception'), 'uncaughtException');
  other.relay.emit('relay:bye', { reason: 'quit', message: 'closed by Anna' });
  other.relay.disconnect();
  return { sessionId, traceId };
}

it.skipIf(WITHOUT_POSTGRESQL)(
  'leaves out no field of any part, whatever has happened: one that is added must be declared',
  {
    timeout: 120_000,
  },
  async () => {
    const database = await postgresql();
    if (database.place.kind !== 'postgresql') throw new Error('not PostgreSQL');
    onTestFinished(() => database.drop());
    await restart(() => undefined, { DATABASE_URL: database.place.url });
    const admin = await token('admin');
    // Actions are listed from the database: it is there some time after the server.
    await eventually(async () => {
      const answer = await fetch(`${url()}/api/ops/audit`, { headers: { authorization: `Bearer ${admin}` } });
      expect(answer.status).toBe(200);
    });
    const { traceId } = await everything();
    const dropped = new Set<string>();
    const drop = vi.spyOn(Redaction.prototype, 'drop').mockImplementation((name) => void dropped.add(name));
    try {
      await eventually(async () => {
        const answer = await post<SupportPack>(
          '/api/ops/support-pack',
          { includeConfig: true, sampleSec: 1, traceId, includeFreeText: true },
          await token('ops'),
        );
        const pack = answer.body;
        expect([...dropped]).toEqual([]);
        expect(pack.manifest.sections.filter(({ status }) => status !== 'success')).toEqual([]);
        const actions = (pack.sections.snapshot as { audit: { action: string }[] }).audit.map(({ action }) => action);
        for (const action of [
          'broadcast:cue',
          'link:create',
          'relay.pause',
          'rooms.sweep',
          'session.end',
          'support_pack.made',
          'token.make',
          'token.revoke',
          'sign_in.link',
        ])
          expect(actions).toContain(action);
      });
    } finally {
      drop.mockRestore();
    }
  },
);
