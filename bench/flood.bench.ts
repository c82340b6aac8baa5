import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { readConfig, startServer } from '@okboxbox/server';
import { SignJWT } from 'jose';
import { pino } from 'pino';
import { io, type Socket } from 'socket.io-client';
import { WebSocket } from 'ws';
import { feed } from './fed-session.js';
import { fieldFrame } from './field.js';
import { ask, later, message } from './processes.js';

/**
 * What 50 viewers of a race of 60 cars notice of one client that floods the server: a calm run, and beside it one run for
 * each kind of flood. The server, the viewers and the flood are processes of their own. Printed: which share of the live
 * messages of the calm run came, how late they were, how long the server's event loop was held, and what was refused.
 */

const VIEWERS = 50;
const RATE_HZ = 10;
const WARM_UP_MS = 1_500;
const MEASURED_MS = 5_000;
/** Made by the process that compares, and handed on to the server. */
const SECRET = process.env.JWT_SECRET ?? randomBytes(48).toString('base64');
const FLOODS = ['calm', 'joins', 'calls', 'connections', 'limit', 'large', 'downloads'] as const;
type Flood = (typeof FLOODS)[number];

interface Viewed {
  readonly messages: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}
interface Served {
  readonly loopMaxMs: number;
  readonly loopP99Ms: number;
  readonly rssMb: number;
  /** What the server's process used while it was measured. */
  readonly cpuMs: number;
}
interface Flooded {
  readonly sent: number;
  readonly refused: number;
}

const [role, url = '', token = '', detail = ''] = process.argv.slice(2);
if (role === 'server') await serve();
else if (role === 'viewers') await view();
else if (role === 'flood') await flood(detail as Flood);
else await compare();

async function compare(): Promise<void> {
  let calm: Viewed | null = null;
  for (const kind of FLOODS) {
    const { viewed, served, flooded } = await run(kind);
    calm ??= viewed;
    console.log(
      JSON.stringify({
        bench: 'flood',
        kind,
        viewers: VIEWERS,
        cars: 60,
        floodedPerSec: Math.round(flooded.sent / (MEASURED_MS / 1_000)),
        refused: flooded.refused,
        messages: viewed.messages,
        ofCalm: Math.round((viewed.messages / calm.messages) * 1_000) / 1_000,
        p50Ms: viewed.p50Ms,
        p99Ms: viewed.p99Ms,
        ...served,
      }),
    );
  }
}

async function run(kind: Flood): Promise<{ viewed: Viewed; served: Served; flooded: Flooded }> {
  const self = fileURLToPath(import.meta.url);
  const server = fork(self, ['server'], { env: { ...process.env, JWT_SECRET: SECRET } });
  const at = await message<string>(server);
  const children: ChildProcess[] = [server];
  try {
    const [admin, relay] = [await sign('admin'), await sign('relay')];
    const feeding = await feed(at, relay, { rateHz: RATE_HZ });
    const call = io(at, { auth: { token: admin }, transports: ['websocket'], forceNew: true });
    await call.emitWithAck('broadcast:publish', { show: 'local', published: true });
    if (kind === 'downloads') await ask(server, 'fill');
    const viewers = fork(self, ['viewers', at, admin]);
    children.push(viewers);
    await message<string>(viewers);
    const flooding = fork(self, ['flood', at, admin, `${kind}`]);
    children.push(flooding);
    await message<string>(flooding);
    await later(WARM_UP_MS);
    await Promise.all([ask(viewers, 'begin'), ask(server, 'begin'), ask(flooding, 'begin')]);
    await later(MEASURED_MS);
    const [viewed, served, flooded] = await Promise.all([
      ask<Viewed>(viewers, 'report'),
      ask<Served>(server, 'report'),
      ask<Flooded>(flooding, 'report'),
    ]);
    feeding.stop();
    call.disconnect();
    return { viewed, served, flooded };
  } finally {
    for (const child of children) child.kill();
  }
}

async function serve(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'bench-flood-'));
  process.once('exit', () => rmSync(dataDir, { recursive: true, force: true }));
  process.once('SIGTERM', () => process.exit(0));
  const config = readConfig({ PORT: '0', DATA_DIR: dataDir, JWT_SECRET: SECRET }, '/');
  const server = await startServer({ config, version: 'bench', webDir: null, log: pino({ level: 'silent' }) });
  const loop = monitorEventLoopDelay({ resolution: 1 });
  loop.enable();
  let cpuBefore = process.cpuUsage();
  process.on('message', async (what) => {
    if (what === 'fill') await fill(server.url);
    if (what === 'begin') {
      loop.reset();
      cpuBefore = process.cpuUsage();
    }
    const { user, system } = process.cpuUsage(cpuBefore);
    const cpuMs = Math.round((user + system) / 1_000);
    const rssMb = Math.round(process.memoryUsage().rss / 1024 / 1024);
    process.send?.({ loopMaxMs: round(loop.max / 1e6), loopP99Ms: round(loop.percentile(99) / 1e6), rssMb, cpuMs });
  });
  process.send?.(server.url);
}

/** Plays a session of hours in as fast as it is taken, for the downloads. */
async function fill(at: string): Promise<void> {
  const { encodeRecord, joinBatch } = await import('@okboxbox/protocol');
  const { fieldSession } = await import('./field.js');
  const auth = { token: await sign('relay') };
  const relay = io(`${at}/relay`, { auth, transports: ['websocket'], forceNew: true });
  await relay.emitWithAck('relay:hello', {
    relayId: 'long',
    run: 'run',
    version: '0',
    protocol: 1,
    source: 'bench',
    sim: 'bench',
    show: 'long',
    simSessionKey: '9:0',
    playback: true,
  });
  let seq = 1;
  await relay.emitWithAck('relay:frames', Buffer.from(joinBatch([encodeRecord(fieldSession(), seq++)])));
  // 2 Hz is enough for laps; two hours of 60 cars.
  for (let n = 0; n < 14_400; n += 100) {
    const frames = Array.from({ length: 100 }, (_, i) => encodeRecord(fieldFrame((n + i) * 5), seq++));
    await relay.emitWithAck('relay:frames', Buffer.from(joinBatch(frames)));
  }
  relay.disconnect();
}

async function view(): Promise<void> {
  const ages: number[] = [];
  let isMeasured = false;
  const sockets = await Promise.all(
    Array.from({ length: VIEWERS }, async () => {
      const socket = connect();
      socket.on('feed', ({ at }: { at: number | null }) => {
        if (isMeasured && at !== null) ages.push(Date.now() - at);
      });
      await socket.emitWithAck('session:join', { show: 'local', audience: 'live' });
      return socket;
    }),
  );
  process.on('message', (what) => {
    isMeasured = what === 'begin';
    ages.sort((a, b) => a - b);
    const at = (part: number) => round(ages[Math.floor(ages.length * part)] ?? 0);
    process.send?.({ messages: ages.length, p50Ms: at(0.5), p99Ms: at(0.99) });
    if (what === 'report') for (const socket of sockets) socket.disconnect();
  });
  process.send?.('ready');
}

async function flood(kind: Flood): Promise<void> {
  const count = { sent: 0, refused: 0 };
  let isOver = false;
  process.on('message', (what) => {
    if (what === 'begin') Object.assign(count, { sent: 0, refused: 0 });
    else isOver = true;
    process.send?.({ ...count });
  });
  process.send?.('ready');
  const note = (isRefused: boolean) => {
    count.sent += 1;
    if (isRefused) count.refused += 1;
  };
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const call = (path: string, bearer?: string) =>
    new Promise<void>((resolve) => {
      const headers = bearer ? { authorization: `Bearer ${bearer}` } : {};
      get(`${url}${path}`, { agent, headers }, (response) => {
        response.resume();
        response.once('close', () => {
          note(response.statusCode === 429);
          resolve();
        });
      }).once('error', () => resolve());
    });
  const upgrade = () =>
    new Promise<void>((resolve) => {
      const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
      socket.once('open', () => {
        note(false);
        socket.terminate();
        resolve();
      });
      socket.once('error', () => {
        note(true);
        resolve();
      });
    });
  /** Does something the given number of times a second, without waiting for the result; as often as it can if infinite. */
  const keepOn = async (perSec: number, once: () => Promise<void>) => {
    const begin = performance.now();
    const running = new Set<Promise<void>>();
    for (let n = 0; !isOver; n++) {
      const one = once();
      running.add(one);
      void one.then(() => running.delete(one));
      if (running.size >= 64) await Promise.race(running);
      const due = begin + (n * 1_000) / perSec;
      if (due > performance.now()) await later(due - performance.now());
    }
  };
  const publicTiming = () => call('/api/public/sessions/local/timing');
  switch (kind) {
    case 'calm':
      return;
    case 'joins': {
      const socket = connect(false);
      return keepOn(200, async () => {
        const join = { show: 'local', audience: 'broadcast', format: 'json' };
        const { ok } = await socket.emitWithAck('session:join', join);
        note(!ok);
      });
    }
    case 'calls':
      return keepOn(Number.POSITIVE_INFINITY, publicTiming);
    case 'connections':
      return keepOn(Number.POSITIVE_INFINITY, upgrade);
    case 'limit':
      await Promise.all([keepOn(500, publicTiming), keepOn(500, upgrade)]);
      return;
    case 'large':
      return keepOn(5, async () => {
        const socket = connect(false);
        await new Promise((resolve) => socket.once('connect', () => resolve(null)));
        socket.emit('session:join', Buffer.alloc(16 * 1024 * 1024));
        await new Promise((resolve) => socket.once('disconnect', () => resolve(null)));
        note(true);
      });
    case 'downloads': {
      const headers = { authorization: `Bearer ${token}` };
      const list = (await (await fetch(`${url}/api/sessions`, { headers })).json()) as {
        sessionId: string;
        show: string;
      }[];
      const sessionId = list.find(({ show }) => show === 'long')?.sessionId ?? '';
      await Promise.all(
        ['laps', 'recording'].map((what) => keepOn(2, () => call(`/api/sessions/${sessionId}/${what}`, token))),
      );
      return;
    }
    default:
      kind satisfies never;
  }
}

function connect(isSigned = true): Socket {
  const auth = isSigned ? { token } : {};
  return io(url, { auth, transports: ['websocket'], forceNew: true, reconnection: false });
}

function sign(subject: string): Promise<string> {
  return new SignJWT({ role: subject })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(subject)
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(SECRET));
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
