import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect, createServer as createNetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Line } from '@okboxbox/drills';
import { type SourceRecord, splitBatch } from '@okboxbox/protocol';
import { readRelayConfig, runRelay } from '@okboxbox/relay';
import type { Source } from '@okboxbox/sims';
import { Server } from 'socket.io';
import { fieldFrame, fieldSession } from './field.js';
import { later } from './processes.js';

/**
 * What a relay gets through a connection that takes long, or carries little, or both: bytes a second of a backlog, beside
 * what plain bytes get through the same connection in the same run, and frames a second of a live race at 10 a second, all
 * three at once, each over a connection of its own. What a relay starts with is left out: its window doubles with each trip.
 */

const EACH_WAY_MS = [100, 500, 1_500, 4_000];
const BYTES_PER_S = { wide: 250_000, narrow: 1_200 };
const LIVE_HZ = 10;
const WARM_UP_MS = 45_000;
const WARM_UP_TRIPS = 12;
const MEASURED_MS = 20_000;
/** What a file's relay keeps waiting at most. */
const ROOM_BYTES = 8 * 1024 * 1024;
/** Frames that are made beforehand. */
const MADE = 1_000;

/** What has come so far at the far end. */
interface Came {
  bytes: number;
  frames: number;
}

const made = Array.from({ length: MADE }, (_, n) => fieldFrame(n));
// One distance after another: what delays this process would pass for a long connection.
for (const eachWayMs of EACH_WAY_MS) {
  const measured = await Promise.all([measure(eachWayMs, 'wide'), measure(eachWayMs, 'narrow')]);
  for (const line of measured) process.stdout.write(`${JSON.stringify(line)}\n`);
}
process.exit(0);

async function measure(eachWayMs: number, width: keyof typeof BYTES_PER_S) {
  const over = (run: (port: number, signal: AbortSignal) => void, listen: () => Promise<Far>) =>
    throughLine(eachWayMs, BYTES_PER_S[width], run, listen);
  const [plain, backlog, live] = await Promise.all([
    over(sendPlain, listenPlain),
    over((port, signal) => void relay(port, signal, null), listenAsServer),
    over((port, signal) => void relay(port, signal, LIVE_HZ), listenAsServer),
  ]);
  return {
    bench: 'relay-line',
    eachWayMs,
    width,
    lineBytesPerSec: BYTES_PER_S[width],
    plainBytesPerSec: perSec(plain.bytes),
    relayBytesPerSec: perSec(backlog.bytes),
    shareOfPlain: Number((backlog.bytes / Math.max(1, plain.bytes)).toFixed(3)),
    liveFramesPerSec: Number(((live.frames * 1_000) / MEASURED_MS).toFixed(2)),
  };
}

function perSec(bytes: number): number {
  return Math.round((bytes * 1_000) / MEASURED_MS);
}

interface Far {
  readonly port: number;
  readonly came: Came;
}

/** What comes through a line of its own while it is measured. */
async function throughLine(
  eachWayMs: number,
  bytesPerS: number,
  run: (port: number, signal: AbortSignal) => void,
  listen: () => Promise<Far>,
): Promise<Came> {
  const far = await listen();
  const line = await Line.to(far.port);
  line.late(eachWayMs, eachWayMs);
  line.narrow(bytesPerS);
  const stop = new AbortController();
  run(line.port, stop.signal);
  await later(WARM_UP_MS + WARM_UP_TRIPS * 2 * eachWayMs);
  const before = { ...far.came };
  await later(MEASURED_MS);
  const came = { bytes: far.came.bytes - before.bytes, frames: far.came.frames - before.frames };
  stop.abort();
  return came;
}

/** A server that takes what a relay sends, and counts it. */
async function listenAsServer(): Promise<Far> {
  const http = createServer();
  const io = new Server(http, { serveClient: false });
  const came: Came = { bytes: 0, frames: 0 };
  const has: [number, number][] = [];
  const take = (seq: number) => {
    const last = has.at(-1);
    if (last !== undefined && seq === last[1] + 1) last[1] = seq;
    else if (last === undefined || seq > last[1]) has.push([seq, seq]);
  };
  io.of('/relay').on('connection', (socket) => {
    socket.on('relay:hello', (_hello, ack) => ack({ ok: true, sessionId: 'sess_bench', have: has }));
    socket.on('relay:frames', (batch: Buffer, _sentAt: number, ack) => {
      came.bytes += batch.length;
      for (const { seq } of splitBatch(batch)) {
        came.frames += 1;
        take(seq);
      }
      ack({ ok: true, have: has });
    });
    for (const call of ['relay:echo', 'relay:status', 'relay:bye']) socket.on(call, (_said, ack) => ack({ ok: true }));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return { port: (http.address() as AddressInfo).port, came };
}

async function listenPlain(): Promise<Far> {
  const came: Came = { bytes: 0, frames: 0 };
  const server = createNetServer((socket) =>
    socket.on('data', (bytes) => {
      came.bytes += bytes.length;
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, came };
}

/** Sends plain bytes as fast as the line takes them. */
function sendPlain(port: number, signal: AbortSignal): void {
  const socket = connect(port, '127.0.0.1');
  const bytes = Buffer.alloc(4_096);
  const fill = () => {
    while (!signal.aborted && socket.write(bytes));
  };
  socket.on('connect', fill).on('drain', fill);
  socket.on('error', () => undefined);
  signal.addEventListener('abort', () => socket.destroy());
}

/** Runs a relay over frames at a rate, or as many as it takes. */
async function relay(port: number, signal: AbortSignal, hz: number | null): Promise<void> {
  const spoolDir = mkdtempSync(join(tmpdir(), 'bench-line-'));
  const source: Source = {
    info: { kind: 'demo', spec: 'bench', sim: 'bench', playback: hz === null, rateHz: hz ?? 10 },
    read: async function* (): AsyncGenerator<SourceRecord> {
      yield fieldSession();
      const begin = performance.now();
      for (let n = 0; !signal.aborted; n++) {
        if (hz !== null) await later(begin + (n * 1_000) / hz - performance.now());
        const frame = made[n % MADE] as (typeof made)[number];
        yield { ...frame, seq: n + 1, sessionTime: 60 + n / 10 };
      }
    },
  };
  await runRelay({
    source,
    speed: null,
    config: {
      current: { ...readRelayConfig({ RELAY_BACKENDS: `http://127.0.0.1:${port}` }), spoolDir },
      onChange: () => undefined,
    },
    relayId: 'bench',
    signal,
    output: { write: () => true },
    version: '0',
    roomBytes: ROOM_BYTES,
  });
  rmSync(spoolDir, { recursive: true, force: true });
}
