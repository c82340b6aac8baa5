import { fork } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Hub } from '@okboxbox/server/hub';
import { pino } from 'pino';
import { Server } from 'socket.io';
import { WebSocket, WebSocketServer } from 'ws';

/**
 * What a message to many viewers costs the server: our hub against Socket.IO's own emit and against a bare `ws`
 * server that sends the same text. Each kind of server runs in a process of its own, and so do the viewers.
 */

const VIEWERS = 1_000;
const RATE_HZ = 10;
const WARM_UP_MS = 1_500;
const MEASURE_MS = 5_000;
/** About a tick of 60 cars. */
const BODY = 'x'.repeat(800);
const KINDS = ['ws', 'emit', 'hub'] as const;
type Kind = (typeof KINDS)[number];

interface ServerReport {
  readonly cpuMicros: number;
  readonly sent: number;
}
interface ViewerReport {
  readonly received: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const [role, argument] = process.argv.slice(2);
if (role === 'server') await serve(argument as Kind);
else if (role === 'viewers') await view(argument ?? '');
else await compare();

async function compare(): Promise<void> {
  const perMessage: Record<string, number> = {};
  for (const kind of KINDS) {
    const server = fork(fileURLToPath(import.meta.url), ['server', kind]);
    const port = await message<number>(server);
    const viewers = fork(fileURLToPath(import.meta.url), ['viewers', `${kind === 'ws' ? 'ws' : 'io'}:${port}`]);
    await message<string>(viewers);
    server.send('go');
    const sent = await message<ServerReport>(server);
    viewers.send('report');
    const seen = await message<ViewerReport>(viewers);
    viewers.kill();
    server.kill();
    perMessage[kind] = sent.cpuMicros / sent.sent;
    report({
      bench: 'fan-out',
      kind,
      viewers: VIEWERS,
      rateHz: RATE_HZ,
      cpuMicrosPerMessage: round(sent.cpuMicros / sent.sent),
      p50Ms: round(seen.p50Ms),
      p99Ms: round(seen.p99Ms),
      received: seen.received,
    });
  }
  report({
    bench: 'fan-out',
    hubToBareWs: round((perMessage.hub ?? 0) / (perMessage.ws ?? 1)),
    emitToBareWs: round((perMessage.emit ?? 0) / (perMessage.ws ?? 1)),
    budget: 1.1,
  });
}

async function serve(kind: Kind): Promise<void> {
  const http = createServer();
  const publish = kind === 'ws' ? bareServer(http) : socketIoServer(http, kind);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  process.send?.((http.address() as AddressInfo).port);
  await new Promise((resolve) => process.once('message', resolve));
  await ticks(WARM_UP_MS, publish);
  const before = process.cpuUsage();
  const count = await ticks(MEASURE_MS, publish);
  const used = process.cpuUsage(before);
  const answer: ServerReport = { cpuMicros: used.user + used.system, sent: count * VIEWERS };
  process.send?.(answer);
}

function bareServer(http: ReturnType<typeof createServer>): (body: object) => void {
  const server = new WebSocketServer({ server: http, perMessageDeflate: false });
  return (body) => {
    const text = `42["feed",${JSON.stringify(body)}]`;
    for (const client of server.clients) client.send(text);
  };
}

function socketIoServer(http: ReturnType<typeof createServer>, kind: Kind): (body: object) => void {
  const io = new Server(http, { perMessageDeflate: false, serveClient: false });
  const hub = new Hub(pino({ level: 'silent' }), () => performance.now());
  io.on('connection', (socket) => {
    if (kind === 'hub') hub.join('room', 'rows', socket);
    else void socket.join('room');
  });
  return (body) => {
    if (kind === 'hub') hub.publish('room', 'rows', 'feed', JSON.stringify(body));
    else io.to('room').emit('feed', body);
  };
}

/** Publishes at the rate for a while; counts the messages. */
async function ticks(forMs: number, publish: (body: object) => void): Promise<number> {
  const begin = performance.now();
  let count = 0;
  for (let due = begin; due < begin + forMs; due += 1000 / RATE_HZ) {
    const wait = due - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    publish({ at: performance.timeOrigin + performance.now(), body: BODY });
    count++;
  }
  await new Promise((resolve) => setTimeout(resolve, 200));
  return count;
}

async function view(target: string): Promise<void> {
  const [kind, port] = target.split(':');
  const address =
    kind === 'ws' ? `ws://127.0.0.1:${port}` : `ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`;
  let delays: number[] = [];
  for (let i = 0; i < VIEWERS; i++) {
    await new Promise<void>((resolve, reject) => {
      const socket = new WebSocket(address, { perMessageDeflate: false });
      socket.once('error', reject);
      if (kind === 'ws') socket.once('open', () => resolve());
      socket.on('message', (data) => {
        const text = data.toString();
        if (text.startsWith('42')) {
          const at = Number(/"at":([\d.]+)/.exec(text)?.[1]);
          delays.push(performance.timeOrigin + performance.now() - at);
        } else if (text.startsWith('0')) socket.send('40');
        else if (text.startsWith('40')) resolve();
        else if (text === '2') socket.send('3');
      });
    });
  }
  process.send?.('connected');
  const forget = setTimeout(() => {
    delays = [];
  }, WARM_UP_MS);
  await new Promise((resolve) => process.once('message', resolve));
  clearTimeout(forget);
  delays.sort((a, b) => a - b);
  const answer: ViewerReport = {
    received: delays.length,
    p50Ms: delays[Math.floor(delays.length * 0.5)] ?? 0,
    p99Ms: delays[Math.floor(delays.length * 0.99)] ?? 0,
  };
  process.send?.(answer);
}

function message<T>(child: ReturnType<typeof fork>): Promise<T> {
  return new Promise((resolve, reject) => {
    child.once('message', (value) => resolve(value as T));
    child.once('exit', (code) => reject(new Error(`a bench process ended early with exit ${code}`)));
  });
}

function report(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
