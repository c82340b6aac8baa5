import type { FlowAnswer, OpsSessionsAnswer, OpsSocketsAnswer, OpsSummary, Problem } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../../testing/eventually.js';
import { askOperations } from '../testing/ask-operations.js';
import { frame, race } from '../testing/race.js';
import { serverForEachTest } from '../testing/running-server.js';

const ON = { OPS_UI_ENABLED: '1', METRICS_ENABLED: 'true', DIAGNOSTICS_ENABLED: '1', GIT_SHA: 'abcdef1' };
const { token, socket, relay, viewer, get, url, restart, hello } = serverForEachTest(ON);

const CALLS = [
  '/api/ops/summary',
  '/api/ops/sockets',
  '/api/ops/sessions',
  '/api/ops/events',
  '/api/ops/history',
  '/api/ops/database',
];
const all = [...CALLS, '/api/diagnostics/flow?sessionId=none'];

const { asked, events, event } = askOperations({ get, token });

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

  it('are of the whole server: a token that is limited to shows or sessions does not open them', async () => {
    for (const limit of [{ shows: ['cup'] }, { sessions: ['sess_1'] }]) {
      const { status, body } = await get<Problem>('/api/ops/summary', await token('ops', limit));
      expect([status, body.detail]).toEqual([403, expect.stringContaining('limited to')]);
    }
    const response = await fetch(`${url()}/api/ops/sessions/sess_1/end`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await token('admin', { shows: ['cup'] })}` },
    });
    expect(response.status).toBe(403);
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
    const database = async () => (await asked<OpsSummary>('/api/ops/summary')).database;
    // The database first: a relay that is silent while it starts would be something that is wrong.
    await eventually(async () => expect((await database()).state).toBe('ok'));
    const rig = await relay({ playback: false });
    await rig.send(fresh(30), 1);
    await viewer();
    expect((await database()).queryMsP95).toBeGreaterThan(0);
    await rig.send([{ ...frame(30), capturedAt: Date.now() }], 32);
    const summary = await asked<OpsSummary>('/api/ops/summary');
    expect(summary).toMatchObject({
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
    // On a machine that is busy with something else a query of the start may have been slow, and that is said.
    const { status, because, findings } = summary;
    expect(findings.filter(({ code }) => code !== 'DB_LATENCY')).toEqual([]);
    expect(because).toEqual(expect.arrayContaining(findings.map((finding) => finding.summary)));
    expect(status).toBe(because.length === 0 ? 'ok' : 'degraded');
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
    const madeAt = performance.now();
    const records = fresh(30);
    await rig.send(records, 1);
    await rig.send(records.slice(0, 5), 1);
    await rig.send(records.slice(0, 1), 99);
    await viewer();
    await viewer({ show: 'local', audience: 'broadcast' }, await token('overlay'));
    await rig.send([{ ...frame(30), capturedAt: Date.now() }], 32);
    const { sessions } = await asked<OpsSessionsAnswer>('/api/ops/sessions');
    expect(sessions).toMatchObject([
      {
        sessionId: rig.sessionId,
        status: 'live',
        isStale: false,
        sim: 'iracing',
        track: 'Testring',
        relays: [{ relayId: hello.relayId, isPrimary: true }],
        framesTotal: 31,
        duplicates: 5,
        outOfOrder: 1,
        dropped: 0,
        viewers: { live: 1, broadcast: 1 },
        delayMs: 0,
      },
    ]);
    expect(sessions[0]?.driftP95).toBeLessThan(5_000 + performance.now() - madeAt);
    expect(await event('relay', 'frame_gap')).toMatchObject({ sessionId: rig.sessionId, relayId: 'rig' });
  });

  it('tell drift, queue age, transit and clock apart', async () => {
    const rig = await relay({ playback: false });
    const aheadMs = 60_000;
    const now = () => Date.now() + aheadMs;
    rig.relay.on('clock:ping', (_ping, answer) => answer({ receivedAt: now(), sentAt: now(), wallAt: now() }));
    const { encodeRecord, joinBatch } = await import('@okboxbox/protocol');
    // Captured 7 s before they were sent, by a clock that is a minute ahead.
    const capturedAt = now() - 7_000;
    const bytes = joinBatch(race(30).map((record, i) => encodeRecord({ ...record, capturedAt }, i + 1)));
    const sentAt = performance.now();
    await rig.relay.emitWithAck('relay:frames', Buffer.from(bytes), capturedAt + 7_000);
    const tookMs = performance.now() - sentAt;
    const look = async () => (await asked<OpsSessionsAnswer>('/api/ops/sessions')).sessions[0];
    await eventually(async () => expect((await look())?.clock.verdict).toBe('ahead'));
    const session = await look();
    expect(session?.driftP95).toBeGreaterThan(50_000);
    // On a slow machine the clock is known less exactly, and known to be; a way that took long is told as such.
    const boundMs = session?.clock.boundMs ?? 0;
    expect(Math.abs((session?.clock.offsetMs ?? 0) - aheadMs)).toBeLessThan(100 + boundMs);
    expect(Math.abs((session?.queueAgeP95Ms ?? 0) - 7_000)).toBeLessThan(1_000);
    expect(session?.transitP95Ms).toBeLessThan(1_000 + tookMs + boundMs);
    expect(await event('relay', 'drift_warn')).toMatchObject({ sessionId: rig.sessionId, relayId: 'rig' });
  });

  it('have nothing of a relay’s clock of its run before', async () => {
    const off = await relay({ playback: false, run: 'before' });
    const { encodeRecord, joinBatch } = await import('@okboxbox/protocol');
    const late = race(30).map((record, i) => encodeRecord({ ...record, capturedAt: Date.now() - 60_000 }, i + 1));
    await off.relay.emitWithAck('relay:frames', Buffer.from(joinBatch(late)), Date.now() - 60_000);
    const look = async () => (await asked<OpsSessionsAnswer>('/api/ops/sessions')).sessions[0];
    expect((await look())?.driftP95).toBeGreaterThan(50_000);
    off.relay.disconnect();
    const right = await relay({ playback: false, run: 'after' });
    expect(right.sessionId).toBe(off.sessionId);
    expect((await look())?.relays).toMatchObject([{ driftP95: null, queueAgeP95Ms: null, transitP95Ms: null }]);
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
    const row = await eventually(async () => {
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
    const gone = await eventually(async () => {
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

describe('the diagnostics', () => {
  it('say what runs, as the summary does', async () => {
    const { version, gitSha, startedAt } = await asked<OpsSummary>('/api/ops/summary');
    expect(await asked('/api/diagnostics/build')).toMatchObject({ version, gitSha, startedAt, node: process.version });
    expect(gitSha).toBe('abcdef1');
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
    await eventually(async () => expect(await measured()).toBeGreaterThan(0));
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

  it.each([{ PUBLIC_URL: 'https://timing.example' }, { TRUSTED_PROXIES: '127.0.0.1' }])(
    'need ops:read where a proxy may stand before the server: it may add no header (%o)',
    async (env) => {
      await restart(() => undefined, env);
      expect((await fetch(`${url()}/metrics`)).status).toBe(401);
      const headers = { authorization: `Bearer ${await token('ops')}` };
      expect((await fetch(`${url()}/metrics`, { headers })).status).toBe(200);
      expect((await get('/metrics', await token('team'))).status).toBe(403);
    },
  );
});

it('the flow of a session counts the same frames at every stage', async () => {
  const rig = await relay();
  await viewer({ show: 'local', audience: 'live' }, await token('admin'));
  await rig.send(race(10), 1);
  const { viewer: made } = await viewer();
  await rig.send([frame(10), frame(11)], 12);
  const flow = await eventually(async () => {
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
