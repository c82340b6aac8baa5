import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { OpsSocketsAnswer } from '@okboxbox/protocol';
import { readConfig, startServer, tokensOfSecret } from '@okboxbox/server';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import { feed } from './fed-session.js';
import { ask, later, message } from './processes.js';

/**
 * What clients that have stopped reading cost the others: how late those are told, what a message costs the server, and
 * its memory; in one run without them, with them, and when the server has closed them.
 */

const VIEWERS = 500;
const STALLED = 20;
const RATE_HZ = 10;
const WARM_UP_MS = 3_000;
const MEASURE_MS = 8_000;
/** States that a stalled client asks for at once, until what it does not read waits at the server. */
const ASKED = 10;
const SECRET = '9vT2xQ7mLk4Rz8WcYb3nHd6FgPs1Ja5U';

interface Look {
  readonly cpuMicros: number;
  readonly memoryBytes: number;
}
interface Seen {
  readonly received: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}
interface Phase {
  readonly cpuMicrosPerMessage: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly messagesPerSec: number;
  readonly memoryMb: number;
}

const [role, url, token] = process.argv.slice(2);
if (role === 'server') await serve();
else if (role === 'viewers') await view(url ?? '', token ?? '');
else if (role === 'stalled') await stall(url ?? '', token ?? '');
else await compare();

async function compare(): Promise<void> {
  const file = fileURLToPath(import.meta.url);
  const server = fork(file, ['server'], { execArgv: ['--expose-gc'] });
  const address = await message<string>(server);
  const admin = await adminToken();
  const headers = { authorization: `Bearer ${admin}` };
  const sockets = async (query: string): Promise<OpsSocketsAnswer> =>
    (await (await fetch(`${address}/api/ops/sockets?limit=1000&${query}`, { headers })).json()) as OpsSocketsAnswer;
  const feeding = await feed(address, admin, { rateHz: RATE_HZ });
  const viewers = fork(file, ['viewers', address, admin]);
  await message<string>(viewers);
  await later(WARM_UP_MS);
  const measure = async (): Promise<Phase> => {
    const before = await ask<Look>(server, 'look');
    await ask<Seen>(viewers, 'seen');
    await later(MEASURE_MS);
    const seen = await ask<Seen>(viewers, 'seen');
    const after = await ask<Look>(server, 'look');
    return {
      cpuMicrosPerMessage: round2((after.cpuMicros - before.cpuMicros) / seen.received),
      p50Ms: round2(seen.p50Ms),
      p99Ms: round2(seen.p99Ms),
      maxMs: round2(seen.maxMs),
      messagesPerSec: Math.round(seen.received / (MEASURE_MS / 1_000)),
      memoryMb: round2(after.memoryBytes / 1e6),
    };
  };
  const without = await measure();
  const stalled = fork(file, ['stalled', address, admin]);
  await message<string>(stalled);
  // They ask until something waits for each of them here, and not beyond: who asks on and on is closed.
  for (;;) {
    const rows = (await sockets('role=overlay')).sockets;
    const idle = rows.filter(({ bufferedPackets }) => bufferedPackets === 0).map(({ socketId }) => socketId);
    if (rows.length === STALLED && idle.length === 0) break;
    stalled.send(idle);
    await later(200);
  }
  const skippedOf = async () => (await sockets('role=overlay')).sockets.filter(({ skippedTotal }) => skippedTotal > 0);
  while ((await skippedOf()).length < STALLED) await later(100);
  const withStalled = await measure();
  const skippedAtEnd = (await skippedOf()).length;
  while ((await sockets('state=closed&code=slow_consumer')).count < STALLED) await later(200);
  // What waited for them is let go two seconds later.
  await later(3_000);
  const afterwards = await measure();
  console.log(
    JSON.stringify({
      bench: 'stalled-client',
      viewers: VIEWERS,
      stalled: STALLED,
      without,
      withStalled,
      afterwards,
      skippedAtEnd,
      closed: (await sockets('state=closed&code=slow_consumer')).count,
      othersSkipped: (await sockets('role=dashboard&sort=skippedTotal')).sockets[0]?.skippedTotal,
    }),
  );
  feeding.stop();
  viewers.kill();
  stalled.kill();
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.send('end');
  await ended;
}

async function serve(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'bench-stalled-'));
  const config = readConfig({ PORT: '0', DATA_DIR: dataDir, JWT_SECRET: SECRET, OPS_UI_ENABLED: '1' }, '/');
  const server = await startServer({ config, version: 'bench', webDir: null, log: pino({ level: 'silent' }) });
  process.on('message', (said) => {
    if (said === 'look') {
      const { user, system } = process.cpuUsage();
      // Collected after the time is taken: that it costs something is no cost of a message.
      (globalThis as { gc?: () => void }).gc?.();
      const { heapUsed, external } = process.memoryUsage();
      process.send?.({ cpuMicros: user + system, memoryBytes: heapUsed + external } satisfies Look);
    } else {
      void server.close().then(() => {
        rmSync(dataDir, { recursive: true, force: true });
        process.exit(0);
      });
    }
  });
  process.send?.(server.url);
}

async function view(address: string, bearer: string): Promise<void> {
  let lateMs: number[] = [];
  for (let i = 0; i < VIEWERS; i++) {
    await connected(address, { token: bearer, clientKind: 'dashboard' }, (text) => {
      const at = /^42\["feed",\{[^}]*?"at":([\d.]+)/.exec(text)?.[1];
      if (at !== undefined) lateMs.push(performance.timeOrigin + performance.now() - Number(at));
    });
  }
  process.on('message', () => {
    lateMs.sort((a, b) => a - b);
    const part = (share: number) => lateMs[Math.min(lateMs.length - 1, Math.floor(lateMs.length * share))] ?? 0;
    process.send?.({ received: lateMs.length, p50Ms: part(0.5), p99Ms: part(0.99), maxMs: part(1) } satisfies Seen);
    lateMs = [];
  });
  process.send?.('connected');
}

/** Clients that stop reading as soon as they have joined, and ask without reading where they are told to. */
async function stall(address: string, bearer: string): Promise<void> {
  const lines = new Map<string, WebSocket>();
  for (let i = 0; i < STALLED; i++) {
    const { socket, id } = await connected(address, { token: bearer, clientKind: 'overlay' }, () => undefined);
    socket.pause();
    lines.set(id, socket);
  }
  process.on('message', (ids: string[]) => {
    const call = `421${JSON.stringify(['feed:resync', { epoch: 'before', seq: 0 }])}`;
    for (const id of ids) for (let n = 0; n < ASKED; n++) lines.get(id)?.send(call);
  });
  process.send?.('connected');
}

/** A bare client that has joined the show live, with its id there. */
function connected(
  address: string,
  auth: object,
  hear: (text: string) => void,
): Promise<{ socket: WebSocket; id: string }> {
  return new Promise((resolve, reject) => {
    let id = '';
    const socket = new WebSocket(`${address.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`, {
      perMessageDeflate: false,
    });
    socket.once('error', reject);
    socket.on('message', (data) => {
      const text = data.toString();
      if (text.startsWith('42')) hear(text);
      else if (text === '2') socket.send('3');
      else if (text.startsWith('0')) socket.send(`40${JSON.stringify(auth)}`);
      else if (text.startsWith('40')) {
        id = (JSON.parse(text.slice(2)) as { sid: string }).sid;
        socket.send(`420${JSON.stringify(['session:join', { show: 'local', audience: 'live' }])}`);
      } else if (text.startsWith('430')) resolve({ socket, id });
    });
  });
}

async function adminToken(): Promise<string> {
  const signed = await tokensOfSecret(new TextEncoder().encode(SECRET)).sign?.({ sub: 'bench', role: 'admin' }, 3_600);
  return signed?.token ?? '';
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}
