import { Detectors } from '@okboxbox/findings';
import type { Finding, FindingsAnswer, OpsSnapshot, OpsSummary } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../../testing/eventually.js';
import { race } from '../testing/race.js';
import { serverForEachTest } from '../testing/running-server.js';
import { Triage } from './triage.js';

const { token, socket, relay, viewer, restart, get, hello, url } = serverForEachTest({
  OPS_UI_ENABLED: '1',
  METRICS_ENABLED: '1',
});

const answer = async () => (await get<FindingsAnswer>('/api/ops/findings', await token('ops'))).body;
/** Waits until something is found, and gives it. */
const found = (cause: string): Promise<Finding> =>
  eventually(async () => {
    const finding = (await answer()).findings.find((each) => each.cause === cause);
    if (finding === undefined) throw new Error(`no ${cause} is found`);
    return finding;
  });
const notFound = (cause: string) =>
  eventually(async () => {
    const { findings, cleared } = await answer();
    expect(findings.map((each) => each.cause)).not.toContain(cause);
    expect(cleared.map((each) => each.cause)).toContain(cause);
  });
const fresh = (frames: number) => race(frames).map((record) => ({ ...record, capturedAt: Date.now() }));

describe('the findings of a server', () => {
  it('are for operations alone', async () => {
    expect((await get('/api/ops/findings')).status).toBe(401);
    expect((await get('/api/ops/findings', await token('director'))).status).toBe(403);
  });

  it('say that a relay is refused for its token, and forget it once one is let in', async () => {
    socket('/relay', { token: await token('relay', { shows: ['local'] }, -60) });
    const finding = await found('refused_token');
    expect(finding).toMatchObject({ code: 'RELAY_NOT_CONNECTING', severity: 'critical' });
    const summary = await get<OpsSummary>('/api/ops/summary', await token('ops'));
    // Of a machine that is busy with something else more may be said, behind it.
    expect([summary.body.status, summary.body.because[0]]).toEqual(['critical', finding.summary]);
    const others = summary.body.findings.filter(({ code }) => code !== 'DB_LATENCY');
    expect(others.map(({ cause }) => cause)).toEqual(['refused_token']);
    const metrics = await (await fetch(`${url()}/metrics`)).text();
    expect(metrics).toContain(
      'okboxbox_findings{code="RELAY_NOT_CONNECTING",cause="refused_token",severity="critical"} 1\n',
    );
    expect(Number(/^okboxbox_findings_age_seconds (.*)$/m.exec(metrics)?.[1])).toBeLessThan(30);
    await relay();
    await notFound('refused_token');
  });

  it('change no status for what somebody without a token does', async () => {
    socket('/relay', {});
    socket('/relay', { token: 'nonsense' });
    const desk = socket('/', { clientKind: 'director' });
    expect(await desk.emitWithAck('director:join', { show: 'local' })).toMatchObject({ ok: false });
    for (const cause of ['refused_token', 'director_lacks_capability']) {
      const finding = await found(cause);
      expect(finding).toMatchObject({ severity: 'info', isOfStrangers: true });
      const { body } = await get<OpsSummary>('/api/ops/summary', await token('ops'));
      expect(body.because).not.toContain(finding.summary);
      expect(body.status).not.toBe('critical');
    }
    // One whose token is of this server, and lacks the right, is somebody's mistake.
    const directing = socket('/', { clientKind: 'director', token: await token('team') });
    await directing.emitWithAck('director:join', { show: 'local' });
    await eventually(async () => expect((await found('director_lacks_capability')).severity).not.toBe('info'));
  });

  it('say which capability is missing, and where the show is not covered', async () => {
    socket('/relay', { token: await token('viewer') });
    expect((await found('refused_token')).because).toContain('relay:publish');
    const elsewhere = socket('/relay', { token: await token('relay', { shows: ['other'] }) });
    expect((await elsewhere.emitWithAck('relay:hello', hello)).error.code).toBe('forbidden');
    await eventually(async () => expect((await found('refused_token')).because).toContain('does not cover the show'));
  });

  it('say that a relay is of another version', async () => {
    const old = socket('/relay', { token: await token('relay') });
    await old.emitWithAck('relay:hello', { ...hello, protocol: 99 });
    expect((await found('refused_version')).because).toContain('99');
  });

  it('say that a relay calls where viewers do, and that a page calls as a relay', async () => {
    const lost = socket('/', {});
    const refusal = await lost.emitWithAck('relay:hello', hello);
    expect(refusal).toMatchObject({ ok: false, error: { code: 'bad_request' } });
    expect(refusal.error.message).toContain('/relay');
    expect((await found('refused_origin')).because).toContain('namespace');
  });

  it('say that a relay is gone with its kill switch on, until it is back', async () => {
    const rig = await relay({ playback: false });
    await rig.send(fresh(30), 1);
    await rig.relay.emitWithAck('relay:bye', { reason: 'kill-switch' });
    rig.relay.disconnect();
    expect(await found('kill_switch')).toMatchObject({
      scope: { sessionId: rig.sessionId, relayId: 'rig', show: 'local' },
      severity: 'critical',
    });
    await relay({ playback: false });
    await notFound('kill_switch');
  });
});

describe('a page of a session that ended before the server was started', () => {
  it('is found as one of a session that ended since', async () => {
    const first = await relay({ playback: false });
    await first.send(fresh(30), 1);
    await first.relay.emitWithAck('relay:bye', { reason: 'finished' });
    await restart();
    const second = await relay({ playback: false, simSessionKey: '78:0', run: 'run-2' });
    await second.send(fresh(300), 1);
    const page = await viewer({ sessionId: first.sessionId, audience: 'live' });
    expect(page.joined.sessionId).toBe(first.sessionId);
    expect(await found('wrong_room')).toMatchObject({ scope: { sessionId: second.sessionId, show: 'local' } });
  });
});

describe('a relay that has no session yet', () => {
  it('waits for its sim, says so, and says when its kill switch keeps it away', async () => {
    const rig = socket('/relay', { token: await token('relay') });
    const status = {
      version: '1',
      source: 'iracing',
      simState: 'sim-not-running',
      rateHz: 0,
      maxHz: null,
      cars: null,
      queue: { records: 0, bytes: 0, oldestMs: 0, lost: 0 },
      cpu: 0,
      memoryBytes: 0,
      wallStepMs: 0,
    };
    await rig.emitWithAck('relay:status', status);
    expect((await found('sim_idle')).because).toContain('sim-not-running');
    await rig.emitWithAck('relay:bye', { reason: 'kill-switch' });
    rig.disconnect();
    expect(await found('kill_switch')).toMatchObject({ severity: 'warning', scope: { relayId: 'relay' } });
  });
});

describe('a page that calls as a relay', () => {
  it('is refused, and told that relays are programs', async () => {
    const page = socket('/relay', { token: await token('relay') });
    page.disconnect();
    page.io.opts.extraHeaders = { origin: 'https://example.org' };
    const refused = new Promise<Error>((resolve) => page.on('connect_error', resolve));
    page.connect();
    expect((await refused).message).toContain('Relays are programs');
    expect((await found('refused_origin')).because).toContain('https://example.org');
  });
});

describe('triage', () => {
  const snapshot = (at: number, before: OpsSnapshot['before']) => ({ at, before }) as unknown as OpsSnapshot;

  it('remembers since when it is so, and what has cleared', async () => {
    let at = 1_000;
    let isWrong = true;
    const triage = new Triage(
      { snapshot: async (before) => snapshot(at, before), counted: (work) => work(), onFailed: () => undefined },
      new Detectors([
        {
          code: 'DB_LATENCY',
          notYet: () => null,
          look: ({ at: now, before }) =>
            isWrong
              ? [
                  {
                    ...({} as Finding),
                    code: 'DB_LATENCY',
                    cause: 'slow_query',
                    scope: {},
                    since: before[0]?.since ?? now,
                  },
                ]
              : [],
        },
      ]),
    );
    await triage.look();
    at = 3_000;
    expect((await triage.look()).findings[0]?.since).toBe(1_000);
    isWrong = false;
    at = 5_000;
    expect(await triage.look()).toEqual({
      at: 5_000,
      findings: [],
      clear: ['DB_LATENCY'],
      skipped: [],
      cleared: [{ code: 'DB_LATENCY', cause: 'slow_query', since: 1_000, clearedAt: 5_000 }],
    });
  });

  it('looks once, however often it is asked meanwhile', async () => {
    let looks = 0;
    const triage = new Triage(
      {
        snapshot: async (before) => {
          looks += 1;
          return snapshot(1, before);
        },
        counted: (work) => work(),
        onFailed: () => undefined,
      },
      new Detectors([]),
    );
    await Promise.all([triage.look(), triage.look()]);
    expect(looks).toBe(1);
  });
});
