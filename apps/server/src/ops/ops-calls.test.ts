import type {
  FlowAnswer,
  OpsEvent,
  OpsEventsAnswer,
  OpsEventType,
  OpsSessionsAnswer,
  OpsSocketsAnswer,
  OpsSummary,
} from '@okboxbox/protocol';
import { describe, expect, it, vi } from 'vitest';
import { frame, race } from '../testing/race.js';
import { serverForEachTest } from '../testing/running-server.js';

const ON = { OPS_UI_ENABLED: '1', METRICS_ENABLED: 'true', DIAGNOSTICS_ENABLED: '1', GIT_SHA: 'abcdef1' };
const { token, socket, relay, viewer, get, url, restart, hello } = serverForEachTest(ON);

const CALLS = ['/api/ops/summary', '/api/ops/sockets', '/api/ops/sessions', '/api/ops/events'];
const all = [...CALLS, '/api/diagnostics/flow?sessionId=none'];

async function asked<T>(path: string): Promise<T> {
  const { status, body } = await get<T>(path, await token('ops'));
  expect(status).toBe(200);
  return body;
}
const events = async (type: OpsEventType, more = ''): Promise<readonly OpsEvent[]> =>
  (await asked<OpsEventsAnswer>(`/api/ops/events?type=${type}${more}`)).events;
const names = (list: readonly OpsEvent[]) => list.map(({ event }) => event);
/** Waits until an event is there, and gives it. */
const event = (type: OpsEventType, name: string): Promise<OpsEvent> =>
  vi.waitFor(async () => {
    const found = (await events(type)).find((each) => each.event === name);
    if (found === undefined) throw new Error(`no ${name}`);
    return found;
  });

/** A race whose frames are captured now, as a relay with the right clock stamps them. */
const fresh = (frames: number) => race(frames).map((record) => ({ ...record, capturedAt: Date.now() }));

describe('the calls of operations', () => {
  it('are not there where they are off', async () => {
    await restart(() => undefined, { OPS_UI_ENABLED: '0', METRICS_ENABLED: '0', DIAGNOSTICS_ENABLED: '0' });
    const bearer = await token('ops');
    for (const path of [...all, '/metrics']) expect([path, (await get(path, bearer)).status]).toEqual([path, 404]);
  });

  it('answer nobody without a right token, and say what is missing', async () => {
    for (const path of all) {
      expect(await get(path)).toMatchObject({ status: 401, type: 'application/problem+json' });
      expect(await get(path, 'nonsense')).toMatchObject({ status: 401 });
      expect(await get(path, await token('director'))).toMatchObject({ status: 403, body: { capability: 'ops:read' } });
    }
    for (const path of CALLS) expect((await get(path, await token('admin'))).status).toBe(200);
    const refused = (await events('error')).concat(await events('socket')).filter((each) => each.event === 'auth_fail');
    expect(refused.map(({ where }) => where)).toContain('/api/ops/summary');
    expect(refused.find(({ code }) => code === 'forbidden')).toMatchObject({ capability: 'ops:read' });
  });

  it('refuse what they cannot use', async () => {
    const bearer = await token('ops');
    for (const query of [
      'sockets?limit=0',
      'sockets?limit=1001',
      'sockets?sort=x',
      'sockets?cursor=x',
      'events?type=x',
    ])
      expect((await get(`/api/ops/${query}`, bearer)).status).toBe(400);
  });
});

describe('the summary', () => {
  it('has every figure of the contract, from what has passed', async () => {
    const rig = await relay({ playback: false });
    await rig.send(fresh(30), 1);
    await viewer();
    const database = async () => (await asked<OpsSummary>('/api/ops/summary')).database;
    await vi.waitFor(async () => expect((await database()).state).toBe('ok'), { timeout: 20_000 });
    expect((await database()).queryMsP95).toBeGreaterThan(0);
    await rig.send([{ ...frame(30), capturedAt: Date.now() }], 32);
    const summary = await asked<OpsSummary>('/api/ops/summary');
    expect(summary).toMatchObject({
      status: 'ok',
      because: [],
      version: '0.0.0-test',
      gitSha: 'abcdef1',
      environment: 'development',
      sessions: { active: 1, stale: 0 },
      sockets: { total: 2, byRole: { relay: 1, dashboard: 1 } },
      relays: { connected: 1 },
      ingest: { framesTotal: 31, dropped: { duplicate: 0, invalid: 0 } },
      errors: { last10m: 0, bySubsystem: {} },
      database: { kind: 'embedded', state: 'ok', pool: { max: 1, total: 1 } },
      broadcastDelay: { initialized: true, sessions: [{ delayMs: 0, sessionId: rig.sessionId }] },
      ops: { tapFailures: 0 },
    });
    expect(summary).not.toHaveProperty('findings');
    expect(summary.ingest.framesPerSec).toBeGreaterThan(0);
    expect(summary.ingest.bytesPerSec).toBeGreaterThan(0);
    expect(summary.memory.rssBytes).toBeGreaterThan(1e6);
    expect(summary.eventLoop.utilization).toBeGreaterThanOrEqual(0);
    expect(Object.keys(summary.broadcastDelay.sessions[0] ?? {})).toEqual(
      expect.arrayContaining(['bufferedMs', 'bufferedEvents', 'bufferedBytes', 'state']),
    );
  });

  it('counts errors by where they came from', async () => {
    const { viewer: made } = await viewer({ show: 'local', audience: 'nonsense' });
    await made.emitWithAck('feed:resync', 'nonsense');
    const { errors } = await asked<OpsSummary>('/api/ops/summary');
    expect(errors).toEqual({ last10m: 2, bySubsystem: { gateway: 2 } });
    expect(await event('error', 'validation_error')).toMatchObject({ where: 'feed:resync', code: 'bad_request' });
  });
});

describe('the sessions', () => {
  it('have their relays, what was dropped and why, their viewers, and how far behind the public is', async () => {
    const rig = await relay({ playback: false });
    const records = fresh(30);
    await rig.send(records, 1);
    await rig.send(records.slice(0, 5), 1);
    await rig.send(records.slice(0, 1), 99);
    await viewer();
    await viewer({ show: 'local', audience: 'broadcast' }, await token('overlay'));
    const { sessions } = await asked<OpsSessionsAnswer>('/api/ops/sessions');
    expect(sessions).toMatchObject([
      {
        sessionId: rig.sessionId,
        status: 'live',
        isStale: false,
        sim: 'iracing',
        track: 'Testring',
        relays: [{ relayId: hello.relayId, isPrimary: true }],
        framesTotal: 30,
        duplicates: 5,
        outOfOrder: 1,
        dropped: 0,
        viewers: { live: 1, broadcast: 1 },
        delayMs: 0,
      },
    ]);
    expect(sessions[0]?.driftP95).toBeLessThan(5_000);
    expect(await event('relay', 'frame_gap')).toMatchObject({ sessionId: rig.sessionId, relayId: 'rig' });
  });

  it('tell drift, queue age, transit and clock apart', async () => {
    const rig = await relay({ playback: false });
    const aheadMs = 60_000;
    const now = () => Date.now() + aheadMs;
    rig.relay.on('clock:ping', (_ping, answer) => answer({ receivedAt: now(), sentAt: now(), wallAt: now() }));
    const { encodeRecord, joinBatch } = await import('@okboxbox/protocol');
    // Captured 7 s before they were sent, by a clock that is a minute ahead.
    const bytes = joinBatch(race(30).map((record, i) => encodeRecord({ ...record, capturedAt: now() - 7_000 }, i + 1)));
    await rig.relay.emitWithAck('relay:frames', Buffer.from(bytes), now());
    const look = async () => (await asked<OpsSessionsAnswer>('/api/ops/sessions')).sessions[0];
    await vi.waitFor(async () => expect((await look())?.clock.verdict).toBe('ahead'));
    const session = await look();
    expect(session?.driftP95).toBeGreaterThan(50_000);
    expect(Math.abs((session?.clock.offsetMs ?? 0) - aheadMs)).toBeLessThan(1_000);
    expect(Math.abs((session?.queueAgeP95Ms ?? 0) - 7_000)).toBeLessThan(1_000);
    expect(session?.transitP95Ms).toBeLessThan(1_000);
    expect(await event('relay', 'drift_warn')).toMatchObject({ sessionId: rig.sessionId, relayId: 'rig' });
  });

  it('stay listed after they have ended', async () => {
    const rig = await relay();
    await rig.send(race(30), 1);
    await rig.relay.emitWithAck('relay:bye', { reason: 'finished' });
    const { sessions } = await asked<OpsSessionsAnswer>('/api/ops/sessions');
    expect(sessions).toMatchObject([{ sessionId: rig.sessionId, status: 'ended', relays: [], framesTotal: 30 }]);
  });
});

describe('the sockets', () => {
  it('say who they are, where they are and how they do; gone ones why they went', async () => {
    const rig = await relay();
    await rig.send(race(10), 1);
    const { viewer: made } = await viewer();
    await rig.send([frame(10)], 12);
    const row = await vi.waitFor(async () => {
      const { sockets } = await asked<OpsSocketsAnswer>('/api/ops/sockets?role=dashboard');
      expect(sockets[0]?.newestFrameAgeMs).not.toBeNull();
      return sockets[0];
    });
    expect(row).toMatchObject({
      socketId: made.id,
      role: 'dashboard',
      surface: null,
      user: 'team',
      caps: ['session:live'],
      joinedRooms: [`session:${rig.sessionId}`],
      bufferedPackets: 0,
      skippedTotal: 0,
      closed: null,
    });
    expect(row?.sentPerSec).toBeGreaterThan(0);
    expect(await asked('/api/ops/sockets?role=relay')).toMatchObject({ count: 1, sockets: [{ user: 'relay' }] });
    expect(await asked(`/api/ops/sockets?room=session:${rig.sessionId}`)).toMatchObject({ count: 1 });
    expect(await asked('/api/ops/sockets?room=nowhere')).toMatchObject({ count: 0, cursor: null, sockets: [] });
    const { id } = made;
    made.disconnect();
    const gone = await vi.waitFor(async () => {
      const { sockets } = await asked<OpsSocketsAnswer>('/api/ops/sockets?state=closed');
      expect(sockets).toHaveLength(1);
      return sockets[0];
    });
    expect(gone).toMatchObject({
      socketId: id,
      joinedRooms: [`session:${rig.sessionId}`],
      closed: { code: 'client_left' },
    });
  });

  it('are paged: every one of them once', async () => {
    await Promise.all(
      Array.from({ length: 7 }, async () => {
        const made = socket('/', { clientKind: 'overlay', surface: 'tower' });
        await new Promise<void>((resolve) => made.on('connect', resolve));
      }),
    );
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: OpsSocketsAnswer = await asked(`/api/ops/sockets?limit=3${cursor && `&cursor=${cursor}`}`);
      expect(page.count).toBe(7);
      seen.push(...page.sockets.map(({ socketId }) => socketId));
      cursor = page.cursor;
    }
    expect(new Set(seen).size).toBe(7);
    expect(seen).toHaveLength(7);
    expect((await asked<OpsSummary>('/api/ops/summary')).sockets.bySurface).toEqual({ tower: 7 });
  });
});

describe('the events', () => {
  it('tell a session from its first relay to its end', async () => {
    const rig = await relay();
    await rig.send(race(30), 1);
    await rig.relay.emitWithAck('relay:bye', { reason: 'finished' });
    expect(names(await events('session')).reverse()).toEqual([
      'created',
      'relay_joined',
      'state_change',
      'state_change',
      'relay_left',
      'ended',
    ]);
    const told = names(await events('relay', `&sessionId=${rig.sessionId}`)).filter((name) => name !== 'drift_warn');
    expect(told.reverse()).toEqual(['relay:connected', 'relay:bye', 'relay:disconnected']);
  });

  it('tell joins with the leaves that belong to them, also of clients that just go', async () => {
    const rig = await relay();
    await rig.send(race(10), 1);
    const { viewer: made } = await viewer();
    const { id } = made;
    made.disconnect();
    await vi.waitFor(async () => {
      const own = (await events('socket')).filter(({ socketId }) => socketId === id);
      expect(names(own).reverse()).toEqual(['connect', 'join', 'leave', 'disconnect']);
    });
    expect(await event('socket', 'join')).toMatchObject({ sessionId: rig.sessionId, room: `session:${rig.sessionId}` });
  });

  it('tell what directors set and what the picture does', async () => {
    const rig = await relay();
    await rig.send(race(10), 1);
    const director = socket('/', { token: await token('director'), clientKind: 'director' });
    await director.emitWithAck('broadcast:delay:set', { show: 'local', delayMs: 30_000 });
    await director.emitWithAck('broadcast:publish', { show: 'local', published: true });
    expect(await event('broadcast', 'broadcast:delay:set')).toMatchObject({
      show: 'local',
      delayMs: 30_000,
      fromMs: 0,
    });
    expect(await event('broadcast', 'publish')).toMatchObject({ show: 'local', sessionId: rig.sessionId });
    expect(await event('broadcast', 'broadcast:delay:holding')).toMatchObject({ sessionId: rig.sessionId });
  });

  it('tell who was refused, with what was missing and without what was shown', async () => {
    const secret = await token('relay', { shows: ['local'] });
    const wrong = socket('/', { token: `${secret}x` });
    await new Promise<void>((resolve) => wrong.on('connect_error', () => resolve()));
    const { viewer: made } = await viewer({ show: 'local', audience: 'live' }, await token('viewer'));
    const refused = await vi.waitFor(async () => {
      const found = (await events('socket')).filter((each) => each.event === 'auth_fail');
      expect(found.length).toBe(2);
      return found;
    });
    expect(refused).toMatchObject([
      { where: 'session:join', socketId: made.id, capability: 'session:live', code: 'forbidden' },
      { where: 'handshake', code: 'unauthenticated' },
    ]);
    expect(JSON.stringify(await asked('/api/ops/events'))).not.toContain(secret.slice(0, 20));
  });

  it('tell of payloads that cannot be used', async () => {
    const rig = await relay();
    await rig.relay.emitWithAck('relay:frames', Buffer.from('nonsense'), 1);
    expect(await event('relay', 'invalid_payload')).toMatchObject({ reason: 'bad_batch', relayId: 'rig' });
  });
});

describe('the metrics', () => {
  it('are read from this machine without a token, and have the runbook’s gauge', async () => {
    const rig = await relay();
    await rig.send(race(10), 1);
    const measured = async () => {
      const answer = await (await fetch(`${url()}/metrics`)).text();
      return Number(/^okboxbox_db_query_duration_seconds_count (\d+)$/m.exec(answer)?.[1]);
    };
    await vi.waitFor(async () => expect(await measured()).toBeGreaterThan(0), { timeout: 20_000 });
    const response = await fetch(`${url()}/metrics`);
    expect(response.headers.get('content-type')).toContain('text/plain');
    const text = await response.text();
    expect(text).toMatch(/^db_query_ms_p95 /m);
    expect(text).toMatch(/^okboxbox_ingest_frames_total 10$/m);
    expect(text).toMatch(
      /^okboxbox_build_info\{version="0.0.0-test",git_sha="abcdef1",environment="development"\} 1$/m,
    );
    expect(text).not.toContain('sess_');
    const through = await fetch(`${url()}/metrics`, { headers: { 'x-forwarded-for': '127.0.0.1' } });
    expect(through.status).toBe(401);
    const headers = { 'x-forwarded-for': '192.0.2.1', authorization: `Bearer ${await token('ops')}` };
    expect((await fetch(`${url()}/metrics`, { headers })).status).toBe(200);
  });
});

it('the flow of a session counts the same frames at every stage', async () => {
  const rig = await relay();
  await viewer({ show: 'local', audience: 'live' }, await token('admin'));
  await rig.send(race(10), 1);
  const { viewer: made } = await viewer();
  await rig.send([frame(10), frame(11)], 12);
  const flow = await vi.waitFor(async () => {
    const answer = await asked<FlowAnswer>(`/api/diagnostics/flow?sessionId=${rig.sessionId}`);
    expect(answer.stages.written.total).toBeGreaterThan(0);
    return answer.stages;
  });
  expect(made.connected).toBe(true);
  expect([flow.ingest.total, flow.timing.total]).toEqual([13, 13]);
  expect(flow.timeline.total).toBeGreaterThanOrEqual(13);
  expect(flow.liveTicks.total).toBeGreaterThan(0);
  expect(flow.fanOut.total).toBe(flow.written.total);
  expect(flow.skipped.total).toBe(0);
});
