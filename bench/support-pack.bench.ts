import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { encodeRecord, joinBatch, RELAY_PROTOCOL_VERSION } from '@okboxbox/protocol';
import { readConfig, startServer, tokensOfSecret } from '@okboxbox/server';
import { pino } from 'pino';
import { io } from 'socket.io-client';
import { WebSocket } from 'ws';
import { fieldFrame, fieldSession } from './field.js';
import { ask, message } from './processes.js';

/**
 * A support pack of at least 20 MB, of a real server with thousands of connections that are each in a hundred rooms (six
 * sessions, live, with sixteen cars' own data) and whose events fill the rings: how long the event loop is held up while
 * it is made, how fast it is, and what memory it takes. Beside it, the same server for as long without a pack.
 */

const VIEWERS = 6_000;
/** Viewers that connect at once. */
const AT_ONCE = 50;
const SESSIONS = 6;
/** As many as one join may name. */
const CARS = Array.from({ length: 16 }, (_, n) => String(n + 101));
const ROUNDS = 7;
const RESOLUTION_MS = 5;
const BUDGET_MS = 25;
const LEAST_BYTES = 20_000_000;
const SECRET = '9vT2xQ7mLk4Rz8WcYb3nHd6FgPs1Ja5U';

interface Look {
  readonly delayMaxMs: number;
  readonly addedBytes: number;
}

const [role, argument, more] = process.argv.slice(2);
if (role === 'server') await serve();
else if (role === 'viewers') await view(argument ?? '', (more ?? '').split(','));
else await measure();

async function measure(): Promise<void> {
  const server = fork(fileURLToPath(import.meta.url), ['server'], { execArgv: ['--expose-gc'] });
  const url = await message<string>(server);
  const relays = await Promise.all(Array.from({ length: SESSIONS }, (_, n) => feed(url, n)));
  const sessionIds = relays.map(({ sessionId }) => sessionId).join(',');
  const viewers = fork(fileURLToPath(import.meta.url), ['viewers', url, sessionIds]);
  await message<string>(viewers);
  const authorization = `Bearer ${await tokenOf('ops')}`;
  const idle: number[] = [];
  const made: (Look & { bytes: number; tookMs: number })[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    await ask(server, 'begin');
    const began = performance.now();
    const answer = await fetch(`${url}/api/ops/support-pack`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ includeConfig: true }),
    });
    let bytes = 0;
    for await (const chunk of answer.body ?? []) bytes += chunk.length;
    const tookMs = performance.now() - began;
    const look = await ask<Look>(server, 'look');
    await ask(server, 'begin');
    await new Promise((resolve) => setTimeout(resolve, tookMs));
    const still = await ask<Look>(server, 'look');
    // The first is made before the code is warm.
    if (round === 0) continue;
    made.push({ ...look, bytes, tookMs });
    idle.push(still.delayMaxMs);
  }
  for (const { socket } of relays) socket.disconnect();
  viewers.kill();
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.send('end');
  await ended;
  const bytes = Math.min(...made.map((each) => each.bytes));
  if (bytes < LEAST_BYTES) throw new Error(`The pack has ${bytes} bytes; the bench is of ${LEAST_BYTES} and more.`);
  const tookMs = median(made.map((each) => each.tookMs));
  console.log(
    JSON.stringify({
      bench: 'support-pack',
      viewers: VIEWERS,
      megabytes: round1(bytes / 1e6),
      seconds: round1(tookMs / 1_000),
      megabytesPerSec: round1(bytes / 1e3 / tookMs),
      // Of each pack, and of as long without one: whatever else the machine does is in both.
      loopDelayMaxMs: made.map((each) => round1(each.delayMaxMs)).sort((a, b) => a - b),
      loopDelayMaxMsWithout: idle.map(round1).sort((a, b) => a - b),
      budgetMs: BUDGET_MS,
      addedMegabytes: round1(Math.max(...made.map((each) => each.addedBytes)) / 1e6),
    }),
  );
}

/** A relay with a session of its own. */
async function feed(url: string, n: number): Promise<{ socket: ReturnType<typeof io>; sessionId: string }> {
  const socket = io(`${url}/relay`, { auth: { token: await tokenOf('admin') }, transports: ['websocket'] });
  const hello = {
    relayId: `bench-${n}`,
    run: 'run',
    version: '0',
    protocol: RELAY_PROTOCOL_VERSION,
    source: 'bench',
    sim: 'bench',
    show: 'local',
    simSessionKey: `${n + 1}:0`,
    playback: false,
  };
  const { sessionId } = (await socket.emitWithAck('relay:hello', hello)) as { sessionId: string };
  const records = [fieldSession(), fieldFrame(0)].map((record) => ({ ...record, capturedAt: Date.now() }));
  const bytes = joinBatch(records.map((record, i) => encodeRecord(record, i + 1)));
  await socket.emitWithAck('relay:frames', Buffer.from(bytes));
  return { socket, sessionId };
}

async function serve(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'bench-support-pack-'));
  const config = readConfig({ PORT: '0', DATA_DIR: dataDir, JWT_SECRET: SECRET, OPS_UI_ENABLED: '1' }, '/');
  const server = await startServer({ config, version: '0.0.0', webDir: null, log: pino({ level: 'silent' }) });
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  let before = 0;
  let highest = 0;
  const watch = setInterval(() => {
    highest = Math.max(highest, process.memoryUsage.rss());
  }, 20);
  process.on('message', (said) => {
    if (said === 'begin') {
      global.gc?.();
      before = process.memoryUsage.rss();
      highest = before;
      // What collecting has held up is not the pack's.
      setImmediate(() => {
        delay.enable();
        delay.reset();
        process.send?.('begun');
      });
    } else if (said === 'look') {
      const delayMaxMs = delay.count === 0 ? 0 : Math.max(0, delay.max / 1e6 - RESOLUTION_MS);
      delay.disable();
      process.send?.({ delayMaxMs, addedBytes: highest - before } satisfies Look);
    } else {
      clearInterval(watch);
      void server.close().then(() => {
        rmSync(dataDir, { recursive: true, force: true });
        process.exit(0);
      });
    }
  });
  process.send?.(server.url);
}

async function view(url: string, sessionIds: readonly string[]): Promise<void> {
  const address = `${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`;
  const connect = async (i: number): Promise<void> => {
    const token = await tokenOf('team', { sub: `viewer-${i}`, cars: CARS });
    await new Promise<void>((resolve, reject) => {
      const socket = new WebSocket(address, { perMessageDeflate: false });
      let joined = 0;
      const join = () => {
        const sessionId = sessionIds[joined];
        if (sessionId === undefined) resolve();
        else socket.send(`420${JSON.stringify(['session:join', { sessionId, audience: 'live', cars: CARS }])}`);
      };
      socket.once('error', reject);
      socket.on('message', (data) => {
        const text = data.toString();
        if (text.startsWith('430')) {
          joined += 1;
          join();
        } else if (text.startsWith('40')) join();
        else if (text.startsWith('0')) socket.send(`40${JSON.stringify({ token, clientKind: 'dashboard' })}`);
        else if (text === '2') socket.send('3');
      });
    });
  };
  for (let i = 0; i < VIEWERS; i += AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, VIEWERS - i) }, (_, n) => connect(i + n)));
  }
  process.send?.('connected');
}

async function tokenOf(role: 'admin' | 'ops' | 'team', claims: object = {}): Promise<string> {
  const tokens = tokensOfSecret(new TextEncoder().encode(SECRET));
  return (await tokens.sign?.({ sub: role, role, ...claims }, 3_600))?.token ?? '';
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

function round1(value: number): number {
  return Math.round(value * 10) / 10;
}
