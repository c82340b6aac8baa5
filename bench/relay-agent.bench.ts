import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeRecord, type SourceRecord, splitBatch } from '@okboxbox/protocol';
import { readRelayConfig, runRelay } from '@okboxbox/relay';
import type { Source } from '@okboxbox/sims';
import { Server } from 'socket.io';
import { CARS, fieldFrame, fieldSession } from './field.js';

/**
 * What the whole relay takes of a PC, in a process of its own, against a server over a real socket. At the pace of a race:
 * its share of a core, beside what packing the same frames takes alone. As fast as it goes: its memory and its spool
 * after each hour of a simulated day; a quarter of a day, unless a number of hours is the argument.
 */

const RATE_HZ = 10;
const HOUR = 3_600 * RATE_HZ;
const WARM_UP_S = 5;
const PACED_S = 30;
const HOURS = 6;
const CPU_BUDGET = 0.02;
/** What may be used more in the last hour than in the first, in MB. */
const HEAP_BUDGET_MB = 2;
/** What a file's relay keeps waiting at most: little, as on a good line. */
const ROOM_BYTES = 1024 * 1024;
/** Frames that are made beforehand: what making them takes is the sim's. */
const MADE = 1_000;

/** What the relay's process comes to after an hour of the race. */
interface HourSeen {
  readonly hour: number;
  /** Processor time of this hour's frames, making them included. */
  readonly cpuSeconds: number;
  readonly heapMb: number;
  readonly rssMb: number;
  readonly spoolKb: number;
}

const [argument, port, wanted] = process.argv.slice(2);
if (argument === 'paced') await paced(Number(port));
else if (argument === 'day') await day(Number(port), Number(wanted));
else await measure(argument === undefined ? HOURS : Number(argument));

async function measure(hours: number): Promise<void> {
  const packingUs = microsecondsToPack();
  const track = await listen();
  const cpuMs = await answerOf<number>(fork(fileURLToPath(import.meta.url), ['paced', String(track.port)]));
  await track.close();
  const share = cpuMs / 1000 / PACED_S;
  report({
    bench: 'relay-agent',
    what: 'at the pace of a race',
    cars: CARS,
    rateHz: RATE_HZ,
    seconds: PACED_S,
    frames: track.taken(),
    cpuShare: round(share, 4),
    cpuSecondsPerHour: round(share * 3_600, 1),
    cpuMicrosPerFrame: round((cpuMs * 1000) / (PACED_S * RATE_HZ), 0),
    packingAloneMicrosPerFrame: round(packingUs, 1),
    budget: CPU_BUDGET,
    withinBudget: share <= CPU_BUDGET,
  });

  const server = await listen();
  const begin = performance.now();
  const child = fork(fileURLToPath(import.meta.url), ['day', String(server.port), String(hours)], {
    execArgv: ['--expose-gc'],
  });
  const seen = await answerOf<readonly HourSeen[]>(child);
  const tookS = (performance.now() - begin) / 1000;
  await server.close();
  const first = seen[0] as HourSeen;
  const middle = seen[Math.floor((seen.length - 1) / 2)] as HourSeen;
  const last = seen.at(-1) as HourSeen;
  for (const each of new Set([first, middle, last])) {
    report({ bench: 'relay-agent', what: 'an hour of a simulated day', cars: CARS, ...each });
  }
  const isWhole = server.taken() === hours * HOUR + 1;
  const growthMb = last.heapMb - first.heapMb;
  report({
    bench: 'relay-agent',
    what: 'a simulated day',
    cars: CARS,
    hours,
    frames: hours * HOUR,
    framesPerSec: Math.round((hours * HOUR) / tookS),
    everyRecordTaken: isWhole,
    heapGrowthMb: round(growthMb, 1),
    rssPeakMb: Math.max(...seen.map(({ rssMb }) => rssMb)),
    spoolPeakKb: Math.max(...seen.map(({ spoolKb }) => spoolKb)),
    budgetMb: HEAP_BUDGET_MB,
    withinBudget: isWhole && growthMb <= HEAP_BUDGET_MB,
  });
}

/** Feeds frames as a race gives them; answers with the processor time of all behind the first few seconds, in ms. */
async function paced(toPort: number): Promise<void> {
  let usedMs = 0;
  await relay(toPort, async function* (frame) {
    const begin = performance.now();
    let before = process.cpuUsage();
    for (let n = 0; n < (WARM_UP_S + PACED_S) * RATE_HZ; n++) {
      await new Promise((resolve) => setTimeout(resolve, begin + (n * 1000) / RATE_HZ - performance.now()));
      if (n === WARM_UP_S * RATE_HZ) before = process.cpuUsage();
      yield frame(n);
    }
    usedMs = cpuMsSince(before);
  });
  process.send?.(usedMs);
}

/** Feeds hours of frames as fast as they are taken; answers with what each came to. */
async function day(toPort: number, hours: number): Promise<void> {
  const seen: HourSeen[] = [];
  await relay(toPort, async function* (frame, spoolDir) {
    for (let hour = 1; hour <= hours; hour++) {
      const before = process.cpuUsage();
      for (let n = 0; n < HOUR; n++) yield frame((hour - 1) * HOUR + n);
      const cpuSeconds = round(cpuMsSince(before) / 1000, 2);
      globalThis.gc?.();
      const { heapUsed, rss } = process.memoryUsage();
      const megabytes = (bytes: number) => round(bytes / 1_048_576, 1);
      const spoolKb = Math.round(bytesIn(spoolDir) / 1024);
      seen.push({ hour, cpuSeconds, heapMb: megabytes(heapUsed), rssMb: megabytes(rss), spoolKb });
    }
  });
  process.send?.(seen);
}

type Frames = (frame: (n: number) => SourceRecord, spoolDir: string) => AsyncGenerator<SourceRecord>;

/** Runs a relay over a session and the frames that `give` gives, until the server has them all. */
async function relay(toPort: number, give: Frames): Promise<void> {
  const spoolDir = mkdtempSync(join(tmpdir(), 'bench-relay-'));
  const made = Array.from({ length: MADE }, (_, n) => fieldFrame(n));
  const frame = (n: number): SourceRecord => {
    const one = made[n % MADE] as (typeof made)[number];
    return { ...one, seq: n + 1, sessionTime: 60 + n / RATE_HZ };
  };
  const source: Source = {
    info: { kind: 'demo', spec: 'bench', sim: 'bench', playback: true, rateHz: RATE_HZ },
    read: async function* () {
      yield fieldSession();
      yield* give(frame, spoolDir);
    },
  };
  const config = { ...readRelayConfig({ RELAY_BACKENDS: `http://127.0.0.1:${toPort}` }), spoolDir };
  const outcome = await runRelay({
    source,
    speed: null,
    config: { current: config, onChange: () => undefined },
    relayId: 'bench',
    signal: new AbortController().signal,
    output: { write: () => true },
    version: '0',
    roomBytes: ROOM_BYTES,
  });
  rmSync(spoolDir, { recursive: true });
  if (outcome.reason !== 'finished') throw new Error(`The relay ${outcome.reason}: ${outcome.message}`);
}

/** A server that takes whatever a relay sends, and counts it. */
async function listen(): Promise<{ readonly port: number; taken(): number; close(): Promise<void> }> {
  const http = createServer();
  const io = new Server(http, { serveClient: false });
  let last = 0;
  io.of('/relay').on('connection', (socket) => {
    const have = () => (last === 0 ? [] : [[1, last]]);
    socket.on('relay:hello', (_hello, ack) => ack({ ok: true, sessionId: 'sess_bench', have: have() }));
    socket.on('relay:frames', (batch: Buffer, _sentAt: number, ack) => {
      for (const { seq } of splitBatch(batch)) if (seq === last + 1) last = seq;
      ack({ ok: true, have: have() });
    });
    socket.on('relay:echo', (_echo, ack) => ack({ ok: true }));
    socket.on('relay:status', (_status, ack) => ack({ ok: true }));
    socket.on('relay:bye', (_bye, ack) => ack({ ok: true }));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return { port: (http.address() as AddressInfo).port, taken: () => last, close: () => io.close() };
}

/** Microseconds of processor time that packing a frame takes, alone and well warmed up. */
function microsecondsToPack(): number {
  const made = Array.from({ length: MADE }, (_, n) => fieldFrame(n));
  const rounds = 30;
  let before = process.cpuUsage();
  for (let round = 0; round <= rounds; round++) {
    if (round === 1) before = process.cpuUsage();
    for (const [n, frame] of made.entries()) encodeRecord(frame, n + 1);
  }
  return (cpuMsSince(before) * 1000) / (rounds * MADE);
}

function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Bytes of all files below a folder. */
function bytesIn(dir: string): number {
  let bytes = 0;
  for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
    // A file of the spool may go while it is looked at.
    const found = statSync(join(dir, name), { throwIfNoEntry: false });
    if (found?.isFile()) bytes += found.size;
  }
  return bytes;
}

/** The one answer of a child, which then ends. */
function answerOf<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    let answer: T | undefined;
    child.once('message', (message) => {
      answer = message as T;
      child.disconnect();
    });
    child.once('exit', (code) => {
      if (answer === undefined) reject(new Error(`The relay's process ended with ${code} and no figures.`));
      else resolve(answer);
    });
  });
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

function report(line: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
