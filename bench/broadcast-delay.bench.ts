import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { encodeRecord, type FeedMessage, joinBatch, RELAY_PROTOCOL_VERSION, type Role } from '@okboxbox/protocol';
import { readConfig, startServer, tokensOfSecret } from '@okboxbox/server';
import { type Delay, LineMaker, LiveAudience, paused, resumed, withDelay } from '@okboxbox/server/audience';
import { MemoryChannel } from '@okboxbox/server/channel';
import { Hub } from '@okboxbox/server/hub';
import { pino } from 'pino';
import { io as connect, type Socket } from 'socket.io-client';
import { BenchSession, DelayedShow, latenessOf } from './delayed-show.js';
import { fieldFrame, fieldSession } from './field.js';

/**
 * How exactly the public picture keeps its delay, and what it costs. Over real sockets in real time at 0 and 1 s; at 30 and
 * 120 s over real sockets, too, where the server's clock (and the machine's uptime with it) is moved on between two runs, so
 * that what was received a moment ago is that old; through changes with real timers; and two hours of changes up to 120 s
 * by a clock that is driven. Then the memory of the line, and the processor's time to make it against the live audience's.
 */

const SECRET = '9vT2xQ7mLk4Rz8WcYb3nHd6FgPs1Ja5U';
const LATE_BUDGET_MS = 25;
const MEMORY_BUDGET_MB = 8;
const VIEWERS = 20;
const FEED_MS = 5_000;
const BOOT = 'bench';

const log = pino({ level: 'silent' });
const trueNow = () => performance.timeOrigin + performance.now();
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const report = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

if (process.argv[2] === 'server') serve();
else {
  await overSockets();
  await throughChanges();
  drivenHours();
  memory();
  processorTime();
}

/** The server's process: starts and stops as it is told, with its clock as far ahead as it is told. */
function serve(): void {
  let stop = async () => undefined as unknown;
  process.on('message', async ({ dataDir, aheadMs }: { dataDir: string; aheadMs: number }) => {
    await stop();
    const env = { PORT: '0', DATA_DIR: dataDir, JWT_SECRET: SECRET, DATABASE_URL: 'postgresql://127.0.0.1:1/none' };
    const clock = { now: () => trueNow() + aheadMs };
    const uptime = () => ({ boot: BOOT, ms: clock.now() - 1e12 });
    const server = await startServer({
      config: readConfig(env, '/'),
      version: 'bench',
      webDir: null,
      log,
      clock,
      uptime,
    });
    stop = () => server.close();
    process.send?.(server.url);
  });
}

async function overSockets(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'bench-delay-'));
  const child = fork(fileURLToPath(import.meta.url), ['server']);
  const start = (aheadMs: number) => told(child, { dataDir, aheadMs });
  try {
    let url = await start(0);
    for (const [show, delayMs] of [
      ['none', 0],
      ['one', 1_000],
      ['thirty', 30_000],
      ['longest', 120_000],
    ] as const) {
      await directed(url, show, delayMs);
    }
    const relays = await Promise.all(['none', 'one', 'thirty', 'longest'].map((show) => feeding(url, show)));
    for (const [show, delayMs] of [
      ['none', 0],
      ['one', 1_000],
    ] as const) {
      await watched(url, show, delayMs, 0);
    }
    await pause(FEED_MS);
    for (const relay of relays) relay.stop();
    const stoppedAt = trueNow();
    for (const [show, delayMs] of [
      ['thirty', 30_000],
      ['longest', 120_000],
    ] as const) {
      // What was received in the last seconds is due in the next ones.
      const aheadMs = delayMs - FEED_MS - (trueNow() - stoppedAt);
      url = await start(aheadMs);
      // A picture that was held goes on from where it was, and catches up; here it is to be where the delay says at once.
      await directed(url, show, delayMs, 'jump');
      await watched(url, show, delayMs, aheadMs);
    }
  } finally {
    child.kill();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Watches a show for a while with some outputs; each message is due when its instant is as old as the delay. */
async function watched(url: string, show: string, delayMs: number, aheadMs: number): Promise<void> {
  const lateMs: number[] = [];
  let isMeasured = false;
  const outputs = await Promise.all(
    Array.from({ length: VIEWERS }, async () => {
      const socket = socketOf(url, '/', {});
      socket.on('feed', ({ at }: FeedMessage) => {
        if (isMeasured) lateMs.push(trueNow() + aheadMs - (at ?? 0) - delayMs);
      });
      await joined(socket, show);
      return socket;
    }),
  );
  isMeasured = true;
  const bare = bareTimers();
  await pause(FEED_MS);
  for (const socket of outputs) socket.disconnect();
  const kind = 'sockets';
  report({
    bench: 'broadcast-delay',
    kind,
    delayMs,
    outputs: VIEWERS,
    ...latenessOf(lateMs),
    ...bare(),
    budgetP99Ms: LATE_BUDGET_MS,
  });
}

async function joined(socket: Socket, show: string): Promise<void> {
  for (;;) {
    const answer = await socket.emitWithAck('session:join', { show, audience: 'broadcast' });
    if (answer.ok) return;
    // Nothing has aired yet, which at a long delay takes that long.
    await pause(50);
  }
}

async function directed(url: string, show: string, delayMs: number, mode = 'glide'): Promise<void> {
  const socket = socketOf(url, '/', { token: await token('director') });
  await socket.emitWithAck('broadcast:delay:set', { show, delayMs, mode });
  await socket.emitWithAck('broadcast:publish', { show, published: true });
  socket.disconnect();
}

async function feeding(url: string, show: string): Promise<{ stop(): void }> {
  const socket = socketOf(url, '/relay', { token: await token('relay') });
  const hello = {
    relayId: 'rig',
    run: '1',
    version: '0',
    protocol: RELAY_PROTOCOL_VERSION,
    source: 'bench',
    sim: 'bench',
  };
  await socket.emitWithAck('relay:hello', { ...hello, show, simSessionKey: '1:0', playback: false });
  let seq = 0;
  const send = (record: Parameters<typeof encodeRecord>[0]) => {
    seq += 1;
    socket.emit('relay:frames', Buffer.from(joinBatch([encodeRecord(record, seq)])));
  };
  send(fieldSession());
  const timer = setInterval(() => send(fieldFrame(seq)), 100);
  return {
    stop: () => {
      clearInterval(timer);
      socket.disconnect();
    },
  };
}

/** Real timers, while the delay goes up and down. */
async function throughChanges(): Promise<void> {
  const show = new DelayedShow(running(1_000), { now: trueNow, setTimeout: (run, ms) => setTimeout(run, ms) });
  let n = 0;
  show.bench.receive(fieldSession(), trueNow());
  const feed = setInterval(() => show.bench.receive(fieldFrame(n++), trueNow()), 100);
  const bare = bareTimers();
  const changes: ((delay: Delay, now: number) => Delay)[] = [
    (delay, now) => withDelay(delay, 2_500, 'glide', now),
    (delay, now) => withDelay(delay, 500, 'jump', now),
    (delay, now) => withDelay(delay, 1_500, 'glide', now),
    (delay, now) => withDelay(delay, 1_000, 'glide', now),
    pausedAlone,
    (delay, now) => resumed(delay, 'jump', now),
    (delay, now) => withDelay(delay, 0, 'glide', now),
  ];
  for (const change of changes) {
    await pause(2_000);
    show.set(change(show.broadcast.delays.graphics, trueNow()));
  }
  await pause(2_500);
  clearInterval(feed);
  show.broadcast.close();
  report({
    bench: 'broadcast-delay',
    kind: 'changes',
    ...latenessOf(show.lateMs),
    ...bare(),
    budgetP99Ms: LATE_BUDGET_MS,
  });
}

/** The graphics of a show without a public extra, paused. */
function pausedAlone(delay: Delay, now: number): Delay {
  return paused({ graphics: delay, public: delay }, now).graphics;
}

/** How late bare timers are in this process meanwhile: what the machine itself takes. */
function bareTimers(): () => { readonly bareTimerP99Ms: number; readonly bareTimerMaxMs: number } {
  const lateMs: number[] = [];
  let timer: NodeJS.Timeout;
  const again = () => {
    const due = trueNow() + 50;
    timer = setTimeout(() => {
      lateMs.push(trueNow() - due);
      again();
    }, 50);
  };
  again();
  return () => {
    clearTimeout(timer);
    const { p99Ms, maxMs } = latenessOf(lateMs);
    return { bareTimerP99Ms: p99Ms, bareTimerMaxMs: maxMs };
  };
}

/** Two hours, with a change of up to 120 s every minute or so, by a clock that goes from timer to timer. */
function drivenHours(): void {
  const timers = new Map<object, { readonly at: number; readonly run: () => void }>();
  const real = { clearTimeout: globalThis.clearTimeout };
  let now = 1_764_000_000_000.4;
  const set = (run: () => void, ms: number): NodeJS.Timeout => {
    const key = {};
    timers.set(key, { at: now + Math.max(1, ms), run });
    return key as NodeJS.Timeout;
  };
  globalThis.clearTimeout = (timer) => void timers.delete(timer as object);
  const until = (at: number) => {
    for (;;) {
      const [next] = [...timers].sort(([, a], [, b]) => a.at - b.at);
      if (next === undefined || next[1].at > at) break;
      timers.delete(next[0]);
      now = next[1].at;
      next[1].run();
    }
    now = at;
  };
  try {
    const show = new DelayedShow(running(120_000), { now: () => now, setTimeout: set });
    show.bench.receive(fieldSession(), now);
    const delays = [30_000, 120_000, 0, 90_000, 5_000, 60_000, 1_000, 119_900];
    for (let n = 0; n < 7_200; n++) {
      until(now + 1_000);
      show.bench.receive(fieldFrame(n), now);
      const delay = show.broadcast.delays.graphics;
      if (n % 60 === 30) {
        show.set(withDelay(delay, delays[((n / 30) % delays.length) | 0] ?? 0, n % 120 === 30 ? 'glide' : 'jump', now));
      } else if (n % 240 === 200) show.set(pausedAlone(delay, now));
      else if (n % 240 === 225) show.set(resumed(delay, 'jump', now));
    }
    show.broadcast.close();
    report({
      bench: 'broadcast-delay',
      kind: 'driven',
      hours: 2,
      ...latenessOf(show.lateMs),
      budgetP99Ms: LATE_BUDGET_MS,
    });
  } finally {
    Object.assign(globalThis, real);
  }
}

/** What a line of 120 s holds of the heap, 60 cars at 10 Hz. */
function memory(): void {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  const now = 1_764_000_000_000;
  const bench = new BenchSession(now);
  bench.receive(fieldSession(), now);
  let maker: LineMaker | null = new LineMaker(bench.state);
  for (let n = 0; n < 4_000; n++) {
    bench.receive(fieldFrame(n), now + n * 100);
    maker.observe(bench.state, now + n * 100);
  }
  gc();
  const withLine = process.memoryUsage().heapUsed;
  const { newestAt, oldestAt, bytes } = maker.line;
  const keptMs = newestAt - oldestAt;
  maker = null;
  gc();
  const mb = (withLine - process.memoryUsage().heapUsed) / 1024 / 1024;
  const line = { keptMs, jsonMb: round(bytes / 1024 / 1024), heapMb: round(mb), budgetMb: MEMORY_BUDGET_MB };
  report({ bench: 'broadcast-delay', kind: 'memory', cars: 60, rateHz: 10, ...line });
}

/** Making the line, against the live audience's tick over the same frames. */
function processorTime(): void {
  const now = 1_764_000_000_000;
  const frames = Array.from({ length: 3_000 }, (_, n) => fieldFrame(n));
  const cost = (prepare: (bench: BenchSession) => () => void) => {
    const bench = new BenchSession(now);
    bench.receive(fieldSession(), now);
    const run = prepare(bench);
    let micros = 0;
    frames.forEach((frame, n) => {
      bench.receive(frame, now + n * 100);
      const begin = performance.now();
      run();
      // The first second warms up.
      if (n >= 500) micros += (performance.now() - begin) * 1_000;
    });
    return micros / (frames.length - 500);
  };
  let clock = now;
  const line = cost((bench) => {
    const maker = new LineMaker(bench.state);
    return () => maker.observe(bench.state, clock++);
  });
  const live = cost((bench) => {
    let tick: () => void = () => undefined;
    const hub = new Hub(log, () => clock);
    hub.watchers = () => 1;
    const channel = new MemoryChannel({ randomId: () => 'epoch' });
    channel.subscribe(hub);
    const deps = {
      channel,
      clock: { now: () => (clock += 100) },
      setTimeout: (run: () => void) => {
        tick = run;
        return 0 as unknown as NodeJS.Timeout;
      },
    };
    new LiveAudience(bench.session, deps);
    return () => tick();
  });
  const figures = { lineMicrosPerFrame: round(line), liveMicrosPerTick: round(live), lineToLive: round(line / live) };
  report({ bench: 'broadcast-delay', kind: 'processor', cars: 60, ...figures });
}

function running(delayMs: number): Delay {
  return { delayMs, playhead: { moves: 'running' } };
}

function socketOf(url: string, namespace: string, auth: object): Socket {
  return connect(`${url}${namespace}`, { auth, transports: ['websocket'], forceNew: true, reconnection: false });
}

async function token(role: Role): Promise<string> {
  const signed = await tokensOfSecret(new TextEncoder().encode(SECRET)).sign?.({ sub: role, role }, 3_600);
  return signed?.token ?? '';
}

function told(child: ChildProcess, message: object): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('message', (answer) => resolve(String(answer)));
    child.once('exit', (code) => reject(new Error(`the server's process ended early with exit ${code}`)));
    child.send(message);
  });
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
