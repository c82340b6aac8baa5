import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';
import type { Lap, SessionSummary, TimingAnswer } from '@okboxbox/protocol';
import { pino } from 'pino';
import { io as connect } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from './clock.js';
import { readConfig } from './config.js';
import { type RunningServer, startServer } from './node.js';

/** Data folders as released versions have written them: made by `scripts/record-data-dir.mjs`. */
const FOLDERS = fileURLToPath(new URL('./testing/data-dirs/', import.meta.url));

/** What was in a folder when it was recorded. */
interface Recorded {
  readonly version: string;
  /** In ms since the epoch: the tokens are good for a year from then. */
  readonly recordedAt: number;
  readonly ended: string;
  readonly running: string;
  readonly show: string;
  readonly delayMs: number;
  readonly link: string;
  readonly tokens: { readonly admin: string; readonly viewer: string; readonly revoked: string };
  readonly classification: readonly object[];
  readonly laps: number;
}

const versions = readdirSync(FOLDERS);

it('there is a folder of each version that was released', () => {
  expect(versions).toEqual(expect.arrayContaining(['0.1.0', '0.2.0']));
});

describe.each(versions)('a data folder that %s has written', (version) => {
  const recorded = JSON.parse(readFileSync(join(FOLDERS, version, 'expected.json'), 'utf8')) as Recorded;
  let dir: string;
  let server: RunningServer;
  let url: string;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'upgrade-'));
    const archive = brotliDecompressSync(readFileSync(join(FOLDERS, version, 'data-dir.tar.br')));
    execFileSync('tar', ['-C', dir, '-xf', '-'], { input: archive });
    const config = readConfig({ PORT: '0', DATA_DIR: dir, OPS_UI_ENABLED: 'true' }, '/');
    const wallNow = () => recorded.recordedAt + 60_000;
    const log = pino({ level: 'silent' });
    server = await startServer({ config, version: '99.0.0', webDir: null, log, clock: systemClock, wallNow });
    url = `http://127.0.0.1:${server.port}`;
    // The embedded database starts beside the server: what it holds is asked for once it is there.
    await vi.waitFor(
      async () => {
        const health = await (await fetch(`${url}/api/health`)).json();
        expect(health.checks.database.detail).toMatch(/are being stored/);
      },
      { timeout: 50_000, interval: 200 },
    );
  });
  afterAll(async () => {
    await server.close();
    rmSync(dir, { recursive: true, force: true });
  });

  async function get<T>(path: string, token: string): Promise<{ status: number; body: T }> {
    const answer = await fetch(url + path, { headers: { authorization: `Bearer ${token}` } });
    return { status: answer.status, body: (await answer.json()) as T };
  }

  it('opens with its sessions, and the classification and laps of the one that had ended', async () => {
    const { admin } = recorded.tokens;
    const { body: sessions } = await get<SessionSummary[]>('/api/sessions', admin);
    const found = sessions.map(({ sessionId, status }) => ({ sessionId, status }));
    expect(found).toContainEqual({ sessionId: recorded.ended, status: 'ended' });
    expect(found).toContainEqual({ sessionId: recorded.running, status: 'live' });
    const { body: timing } = await get<TimingAnswer>(`/api/sessions/${recorded.ended}/timing`, admin);
    expect(timing.entries).toMatchObject(recorded.classification);
    const { body: laps } = await get<Lap[]>(`/api/sessions/${recorded.ended}/laps`, admin);
    expect(laps).toHaveLength(recorded.laps);
  });

  it('accepts the tokens that were issued, and refuses the one that was revoked', async () => {
    const { viewer, revoked } = recorded.tokens;
    expect((await get('/api/sessions', viewer)).status).toBe(200);
    expect(await get('/api/sessions', revoked)).toMatchObject({
      status: 401,
      body: { detail: expect.stringMatching(/revoked/) },
    });
  });

  it('keeps the delay, the publishing and the links of its show', async () => {
    const { admin, viewer } = recorded.tokens;
    const summary = await get<{ broadcastDelay: { sessions: object[] } }>('/api/ops/summary', admin);
    expect(summary.body.broadcastDelay.sessions).toContainEqual(
      expect.objectContaining({ show: recorded.show, delayMs: recorded.delayMs, published: true }),
    );
    // A viewer without the live right is refused nothing of a published show but what has not aired yet.
    expect((await get<SessionSummary[]>('/api/sessions', viewer)).status).toBe(200);
    const overlay = await fetch(`${url}/l/${recorded.link}`, { redirect: 'manual' });
    expect(overlay.status).toBe(302);
    expect(overlay.headers.get('location')).toContain(recorded.link);
  });

  it('goes on with the race that was running', async () => {
    const socket = connect(url, { transports: ['websocket'], auth: { token: recorded.tokens.admin }, forceNew: true });
    const joined = await socket.emitWithAck('session:join', { sessionId: recorded.running, audience: 'live' });
    socket.disconnect();
    expect(joined).toMatchObject({ ok: true, sessionId: recorded.running });
    expect(Object.keys(joined.state.rows).length).toBeGreaterThan(0);
  });
});
