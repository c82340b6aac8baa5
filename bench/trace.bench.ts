import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TraceStarted } from '@okboxbox/protocol';
import { readConfig, startServer, tokensOfSecret } from '@okboxbox/server';
import { Taps } from '@okboxbox/server/taps';
import { boundsOf, hear, TraceLog, Tracing } from '@okboxbox/server/trace';
import { pino } from 'pino';
import { countingViewers } from './counting-viewers.js';
import { feed } from './fed-session.js';
import { ask, later, message } from './processes.js';

/**
 * What a trace costs: a server that shows 60 cars at 10 Hz to many viewers, without a trace, with one of that session and
 * with one of another, in turns and in the same run; and what each pass of a tap costs then.
 */

const VIEWERS = 1_000;
const RATE_HZ = 10;
const WARM_UP_MS = 3_000;
const MEASURE_MS = 1_000;
const SETTLE_MS = 300;
const ROUNDS = 24;
const KINDS = ['without', 'other', 'traced'] as const;
type Kind = (typeof KINDS)[number];
const SECRET = '9vT2xQ7mLk4Rz8WcYb3nHd6FgPs1Ja5U';

const [role, argument, more] = process.argv.slice(2);
if (role === 'server') await serve();
else if (role === 'viewers') await view(argument ?? '', more ?? '');
else {
  console.log(JSON.stringify({ bench: 'trace', what: 'throughput', ...(await throughput()) }));
  console.log(JSON.stringify({ bench: 'trace', what: 'taps', ...passes() }));
}

async function throughput(): Promise<object> {
  const server = fork(fileURLToPath(import.meta.url), ['server']);
  const url = await message<string>(server);
  const token = await adminToken();
  const session = await feed(url, token, { rateHz: RATE_HZ });
  const other = await feed(url, token, { relayId: 'another', simSessionKey: '2:0', rateHz: 1 });
  const viewers = fork(fileURLToPath(import.meta.url), ['viewers', url, `${token} ${session.sessionId}`]);
  await message<string>(viewers);
  await later(WARM_UP_MS);
  const perMessage: Record<Kind, number[]> = { without: [], other: [], traced: [] };
  let kept = 0;
  for (let round = 0; round < ROUNDS; round++) {
    // Each kind has its turn in each place, so that what slows a machine down for a while slows none of them alone.
    for (let i = 0; i < KINDS.length; i++) {
      const kind = KINDS[(i + round) % KINDS.length] as Kind;
      const traced = { without: null, other: other.sessionId, traced: session.sessionId }[kind];
      const traceId = traced === null ? null : await startTrace(url, token, traced);
      await later(SETTLE_MS);
      const before = { cpu: await ask<number>(server, 'look'), count: await ask<number>(viewers, 'count') };
      await later(MEASURE_MS);
      const after = { cpu: await ask<number>(server, 'look'), count: await ask<number>(viewers, 'count') };
      perMessage[kind].push((after.cpu - before.cpu) / (after.count - before.count));
      if (traceId !== null) kept = (await endTrace(url, token, traceId, kind === 'traced')) ?? kept;
    }
  }
  session.stop();
  other.stop();
  viewers.kill();
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.send('end');
  await ended;
  // Whatever else this machine does makes it dearer only: of each kind, the turns that were disturbed least.
  const cost = (kind: Kind) => quartile(perMessage[kind]);
  const micros = (kind: Kind) => round(cost(kind));
  const share = (kind: Kind) => round(1 - cost('without') / cost(kind), 4);
  return {
    viewers: VIEWERS,
    rounds: ROUNDS,
    cpuMicrosPerMessage: { without: micros('without'), other: micros('other'), traced: micros('traced') },
    // Of a server whose core is full: what it shows less to its viewers.
    tracedShare: share('traced'),
    otherShare: share('other'),
    budgetShare: 0.05,
    eventsKept: kept,
  };
}

/** The value that a quarter of them do not exceed. */
function quartile(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 4)] as number;
}

async function startTrace(url: string, token: string, sessionId: string): Promise<string> {
  const answer = await fetch(`${url}/api/ops/trace/start`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ sessionId, durationSec: 60 }),
  });
  if (answer.status !== 202) throw new Error(`a trace was not started: ${await answer.text()}`);
  return ((await answer.json()) as TraceStarted).traceId;
}

/** How many events it kept, once it has been seen that everything was counted. */
async function endTrace(url: string, token: string, traceId: string, isTraced: boolean): Promise<number | null> {
  const headers = { authorization: `Bearer ${token}` };
  await fetch(`${url}/api/ops/trace/${traceId}/stop`, { method: 'POST', headers });
  const answer = await fetch(`${url}/api/ops/trace/${traceId}`, { headers });
  const { counters, events } = (await answer.json()) as { counters: Record<string, number>; events: unknown[] };
  if (!isTraced) return null;
  // A turn's worth, less what a busy machine may be behind.
  if ((counters.write ?? 0) < (VIEWERS * RATE_HZ) / 2) throw new Error(`only ${counters.write} messages were traced`);
  return events.length;
}

async function serve(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'bench-trace-'));
  const config = readConfig({ PORT: '0', DATA_DIR: dataDir, JWT_SECRET: SECRET, OPS_UI_ENABLED: '1' }, '/');
  const server = await startServer({ config, version: 'bench', webDir: null, log: pino({ level: 'silent' }) });
  process.on('message', (said) => {
    if (said === 'look') {
      const { user, system } = process.cpuUsage();
      process.send?.(user + system);
      return;
    }
    void server.close().then(() => {
      rmSync(dataDir, { recursive: true, force: true });
      process.exit(0);
    });
  });
  process.send?.(server.url);
}

async function view(url: string, tokenAndSession: string): Promise<void> {
  const [token = '', sessionId = ''] = tokenAndSession.split(' ');
  const count = await countingViewers(url, token, VIEWERS, { sessionId, audience: 'live' });
  process.on('message', () => process.send?.(count()));
  process.send?.('connected');
}

/** What one pass costs, in ns, while a trace of another session runs, and while one of this session does. */
function passes(): object {
  const taps = new Taps();
  const tracing = new Tracing('sess_bench', new TraceLog(boundsOf(60)));
  const bySession = new Map([['sess_another', [tracing]]]);
  const clock = { now: () => performance.timeOrigin + performance.now() };
  hear(taps, clock, { bySession, probe: () => undefined, probeRoom: () => null });
  const messages = Array.from({ length: 100 }, () => ({}));
  const ingest = (n: number) => taps.ingest.emit?.('sess_bench', 'bench', true, n, n, 100, n);
  const write = (n: number) => taps.write.emit?.('socket', messages[Math.floor(n / 1_000) % 100] as object, 200);
  let total = 0;
  const loop = best((n) => {
    total += n & 7;
  });
  const otherIngestNs = best(ingest) - loop;
  const otherWriteNs = best(write) - loop;
  bySession.set('sess_bench', [tracing]);
  // A message to a thousand sockets, then the next.
  let message = {};
  const tracedWriteNs =
    best((n) => {
      if (n % 1_000 === 0) {
        message = {};
        taps.tick.emit?.('sess_bench', 'session:sess_bench', n);
        taps.room.emit?.('session:sess_bench', 'feed', message, 1_000);
      }
      taps.write.emit?.('socket', message, 200);
    }, 1_000_000) - loop;
  return {
    otherIngestNs: round(otherIngestNs),
    otherWriteNs: round(otherWriteNs),
    tracedWriteNs: round(tracedWriteNs),
    checked: total > 0 && tracing.log.counts.write > 0,
  };
}

/** The fastest of some rounds, in ns a pass: whatever else this machine does makes it slower only. */
function best(pass: (n: number) => void, count = 5_000_000): number {
  let fastest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 3; i++) {
    const begin = performance.now();
    for (let n = 0; n < count; n++) pass(n);
    fastest = Math.min(fastest, ((performance.now() - begin) / count) * 1e6);
  }
  return fastest;
}

async function adminToken(): Promise<string> {
  const signed = await tokensOfSecret(new TextEncoder().encode(SECRET)).sign?.({ sub: 'admin', role: 'admin' }, 600);
  return signed?.token ?? '';
}

function round(value: number, digits = 2): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
