import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FeedMessage, FeedState, Role, SourceRecord, TimingAnswer } from '@okboxbox/protocol';
import { pino } from 'pino';
import { io as connect, type Socket } from 'socket.io-client';
import { afterEach, beforeEach } from 'vitest';
import { tokensOfSecret } from '../access/tokens.js';
import { systemClock } from '../clock.js';
import { machineUptime } from '../clock-shift.js';
import { readConfig } from '../config.js';
import { type RunningServer, startServer } from '../node.js';
import { EDGE_WORKERS, edgesInProcess } from './edges-in-process.js';
import { HELLO } from './hellos.js';
import { batch } from './race.js';

/** Whether the servers of tests take clients that poll: edges do not. */
export const POLLS_PASS = EDGE_WORKERS === '0';

/** What the servers of tests sign tokens with. */
export const TEST_SECRET = '9vT2xQ7mLk4Rz8WcYb3nHd6FgPs1Ja5U';

/** A relay's socket that has greeted, and the way to send with it; records are numbered from `first`. */
export interface TestRelay {
  readonly relay: Socket;
  readonly sessionId: string;
  readonly have: number[][];
  /** What operations have asked of it, from before it was welcome. */
  readonly pauses: readonly unknown[];
  send(
    records: readonly SourceRecord[],
    first: number,
  ): Promise<{ ok: boolean; have: number[][]; error?: { code: string; message: string } }>;
}

/** A viewer's socket that has joined, and the feed's messages as they come. */
export interface TestViewer {
  readonly viewer: Socket;
  readonly joined: { ok: boolean; sessionId: string; epoch: string; seq: number; state: FeedState };
  readonly heard: FeedMessage[];
}

/**
 * A whole server on a free port with a data folder of its own for each test of a file, and its clients. `webDir` is the folder of
 * the built pages, where a test opens some.
 */
export function serverForEachTest(always: Readonly<Record<string, string>> = {}, webDir: string | null = null) {
  let dataDir: string;
  let server: RunningServer;
  let aheadMs = 0;
  let restartedLaterMs = 0;
  const sockets: Socket[] = [];
  let warnings: string[] = [];
  const tokens = tokensOfSecret(new TextEncoder().encode(TEST_SECRET), () => Date.now() + restartedLaterMs + aheadMs);

  beforeEach(async () => {
    aheadMs = 0;
    restartedLaterMs = 0;
    warnings = [];
    dataDir = mkdtempSync(join(tmpdir(), 'server-'));
    server = await start();
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.disconnect();
    await server.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  function start(env: Record<string, string> = {}, laterMs = 0): Promise<RunningServer> {
    const config = readConfig(
      { PORT: '0', EDGE_WORKERS, DATA_DIR: dataDir, JWT_SECRET: TEST_SECRET, ...always, ...env },
      '/',
    );
    const clock = { now: () => systemClock.now() + laterMs + aheadMs };
    const uptime = () => {
      const { boot, ms } = machineUptime();
      return { boot, ms: ms + laterMs + aheadMs };
    };
    const log = pino({ level: 'warn' }, { write: (line: string) => void warnings.push(line) });
    const wallNow = () => Date.now() + laterMs + aheadMs;
    const startEdges = edgesInProcess({ clock, wallNow });
    return startServer({ config, version: '0.0.0-test', webDir, log, clock, wallNow, uptime, startEdges });
  }

  /** Starts the server again; so much later, where it says so. */
  async function restart(
    meanwhile: () => void = () => undefined,
    env: Record<string, string> = {},
    laterMs = 0,
  ): Promise<void> {
    await server.close();
    meanwhile();
    restartedLaterMs = laterMs;
    server = await start(env, laterMs);
  }

  function local(): string {
    return `http://127.0.0.1:${server.port}`;
  }

  async function token(role: Role, claims: object = {}, ttlS = 600): Promise<string> {
    return (await tokens.sign?.({ sub: role, role, ...claims }, ttlS))?.token ?? '';
  }

  function socket(namespace: string, auth: object): Socket {
    const made = connect(`${local()}${namespace}`, {
      auth,
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
    });
    sockets.push(made);
    return made;
  }

  async function relay(hello: { readonly show?: string; readonly [field: string]: unknown } = {}): Promise<TestRelay> {
    const made = socket('/relay', { token: await token('relay', { shows: [hello.show ?? 'local'] }) });
    const pauses: unknown[] = [];
    made.on('relay:pause', (request) => pauses.push(request));
    const welcome = await made.emitWithAck('relay:hello', { ...HELLO, ...hello });
    if (!welcome.ok) throw new Error(`The relay is not welcome: ${welcome.error.message}`);
    return {
      relay: made,
      sessionId: welcome.sessionId,
      have: welcome.have,
      pauses,
      send: (records, first) => made.emitWithAck('relay:frames', Buffer.from(batch(records, first))),
    };
  }

  async function viewer(join: object = { show: 'local', audience: 'live' }, claims?: string): Promise<TestViewer> {
    const made = socket('/', { token: claims ?? (await token('team')), clientKind: 'dashboard' });
    const heard: FeedMessage[] = [];
    made.on('feed', (message) => heard.push(message));
    return { viewer: made, joined: await made.emitWithAck('session:join', join), heard };
  }

  async function get<T>(path: string, bearer?: string): Promise<{ status: number; type: string | null; body: T }> {
    const response = await fetch(`${local()}${path}`, {
      headers: bearer ? { authorization: `Bearer ${bearer}` } : {},
    });
    return { status: response.status, type: response.headers.get('content-type'), body: (await response.json()) as T };
  }

  async function post<T>(path: string, body: object, bearer?: string): Promise<{ status: number; body: T }> {
    const response = await fetch(`${local()}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(bearer && { authorization: `Bearer ${bearer}` }) },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as T };
  }

  return {
    /** Starts another server; in the same data folder unless `DATA_DIR` says otherwise. */
    start,
    restart,
    /** So much time passes at once, by the server's clock. */
    pass: (ms: number) => {
      aheadMs += ms;
    },
    dataDir: () => dataDir,
    /** What all servers of this test have logged as warnings or errors, a line of JSON each. */
    warnings: (): readonly string[] => warnings,
    /** Its address on this machine, whatever `PUBLIC_URL` says. */
    url: local,
    signInCode: () => server.signInCode(),
    overlayLink: (show: string) => server.overlayLink(show),
    token,
    socket,
    hello: HELLO,
    relay,
    viewer,
    get,
    post,
    timingOf: async (sessionId: string) =>
      (await get<TimingAnswer>(`/api/sessions/${sessionId}/timing`, await token('team'))).body,
  };
}
