import { randomUUID } from 'node:crypto';
import { type BYE_REASONS, RELAY_PROTOCOL_VERSION, type SessionLine, type SourceRecord } from '@okboxbox/protocol';
import { monotonicClock, type PaceClock, pace, type Source, SourceError } from '@okboxbox/sources';
import { Agent } from './agent.js';
import { type Output, Reporter, reportLine, stateInWords } from './report.js';
import { Spool } from './spool.js';
import { RefusedError, Target, type TargetState } from './target.js';

/** Where a copy of what is read goes. */
export interface RecordSink {
  write(record: SourceRecord): Promise<void>;
  close(): Promise<void>;
}

export interface RelayOptions {
  readonly source: Source;
  /** Seconds of session time a second; `null` as fast as the server takes it. */
  readonly speed: number | null;
  readonly backend: string;
  readonly token: string | undefined;
  readonly connectTimeoutMs: number;
  readonly relayId: string;
  /** Show that the race belongs to; absent: the token's. */
  readonly show?: string;
  readonly record?: RecordSink;
  readonly signal: AbortSignal;
  readonly output: Output;
  readonly version: string;
  /** Bytes that are kept for a server that is away; a file is read no further meanwhile. */
  readonly spoolBytes?: number;
  readonly clock?: PaceClock;
  /** What frames are let out by, where that is not the relay's own clock: a playback that can be paused. */
  readonly paceClock?: PaceClock;
  /** So many seconds of the source's beginning are fed at once. */
  readonly skipS?: number;
  readonly random?: () => number;
}

export interface RelayOutcome {
  readonly reason: 'finished' | 'stopped' | 'failed';
  readonly message?: string;
  readonly captured: number;
  readonly dropped: number;
}

const SPOOL_BYTES = 64 * 1024 * 1024;
/** How long a relay that is stopped tries to hand over what it still has. */
const FLUSH_MS = 2_000;

/**
 * Runs a relay: what the source gives is stamped, spooled and sent until the source ends or the signal comes. It
 * leaves no connection, timer or file open.
 */
export async function runRelay(options: RelayOptions): Promise<RelayOutcome> {
  const clock = options.clock ?? monotonicClock;
  const spool = new Spool(options.spoolBytes ?? SPOOL_BYTES);
  const agent = new Agent(spool, { now: () => clock.now(), epoch: Date.now() - clock.now() }, (because) =>
    reporter.say(`A record was dropped: ${because}`),
  );
  let before: TargetState['state'] = 'idle';
  const target = new Target({
    url: options.backend,
    token: options.token,
    spool,
    connectTimeoutMs: options.connectTimeoutMs,
    now: () => clock.now(),
    random: options.random ?? Math.random,
    onState: (state) => {
      const told = state.state === 'streaming' || state.state === 'waiting';
      if (told && (state.state !== before || state.state === 'waiting')) reporter.say(stateInWords(state, clock.now()));
      before = state.state;
    },
  });
  const rate = rateOf(clock, agent);
  const reporter = new Reporter(options.output, () =>
    reportLine({
      source: options.source.info.spec,
      target: target.state,
      sent: target.counters,
      captured: agent.counters,
      queue: spool.fill(clock.now()),
      rate: rate(),
      now: clock.now(),
    }),
  );

  const ending = new AbortController();
  const stop = () => ending.abort();
  options.signal.addEventListener('abort', stop, { once: true });
  if (options.signal.aborted) stop();
  const outcome = (reason: RelayOutcome['reason'], message?: string): RelayOutcome => ({
    reason,
    ...(message !== undefined && { message }),
    captured: agent.counters.frames,
    dropped: agent.counters.dropped,
  });
  try {
    const fed = feed(options, clock, { spool, agent, target, signal: ending.signal });
    const ended = await Promise.race([fed, target.refused, aborted(ending.signal).then(() => 'stopped' as const)]);
    if (ended === 'stopped') await Promise.race([drained(spool), clock.wait(FLUSH_MS)]);
    await target.bye(ended);
    return outcome(ended);
  } catch (error) {
    if (error instanceof RefusedError) return outcome('failed', `The server refuses this relay: ${error.message}`);
    if (!(error instanceof SourceError)) throw error;
    // The good records before the damage are handed over first.
    await Promise.race([drained(spool), aborted(ending.signal)]);
    await target.bye('failed', error.message);
    return outcome('failed', error.message);
  } finally {
    options.signal.removeEventListener('abort', stop);
    stop();
    target.close('the relay ended');
    reporter.close();
    await options.record?.close();
  }
}

interface Line {
  readonly spool: Spool;
  readonly agent: Agent;
  readonly target: Target;
  readonly signal: AbortSignal;
}

/** Feeds all that the source gives; resolves when the server has it all. */
async function feed(
  options: RelayOptions,
  clock: PaceClock,
  { spool, agent, target, signal }: Line,
): Promise<'finished' | 'stopped'> {
  const run = randomUUID();
  const onTrouble = ({ message }: { message: string }) => options.output.write(`${message}\n`);
  const records = pace(options.source.read({ signal, onTrouble }), {
    speed: options.speed,
    clock: options.paceClock ?? clock,
    ...(options.skipS !== undefined && { skipS: options.skipS }),
    signal,
  });
  let session: SessionLine | null = null;
  for await (const record of records) {
    if (record.kind === 'session' && !isSameSession(session, record)) {
      if (session !== null) await endStream(spool, target, 'session-changed');
      agent.beginStream();
      greet(options, agent, target, run, record);
    }
    if (record.kind === 'session') session = record;
    if (session === null) {
      throw new SourceError(
        `${options.source.info.spec} begins with a ${record.kind} and no session: nobody knows whose.`,
      );
    }
    await options.record?.write(record);
    await agent.capture(record);
    target.wake();
  }
  if (signal.aborted) return 'stopped';
  if (session === null)
    throw new SourceError(`${options.source.info.spec} holds no session: there is nothing to feed.`);
  await drained(spool);
  return 'finished';
}

/** The same running of practice, qualifying or race: anything else is a stream of its own. */
function isSameSession(before: SessionLine | null, next: SessionLine): boolean {
  return before !== null && before.simSessionKey === next.simSessionKey && before.type === next.type;
}

function greet(options: RelayOptions, agent: Agent, target: Target, run: string, session: SessionLine): void {
  const { info } = options.source;
  target.greet({
    relayId: options.relayId,
    run,
    version: options.version,
    protocol: RELAY_PROTOCOL_VERSION,
    source: info.kind,
    sim: info.sim,
    ...(options.show !== undefined && { show: options.show }),
    simSessionKey: session.simSessionKey,
    playback: info.playback,
    ...(agent.sessionTime !== undefined && { sessionTime: agent.sessionTime }),
  });
}

async function endStream(spool: Spool, target: Target, reason: (typeof BYE_REASONS)[number]): Promise<void> {
  await drained(spool);
  await target.bye(reason);
}

/** Resolves when the server has all that was spooled. */
async function drained(spool: Spool): Promise<void> {
  while (!spool.isEmpty) await spool.nextAcknowledgement();
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Frames a second since it was last asked. */
function rateOf(clock: PaceClock, agent: Agent): () => number {
  let frames = 0;
  let at = clock.now();
  return () => {
    const now = clock.now();
    const rate = now > at ? ((agent.counters.frames - frames) * 1000) / (now - at) : 0;
    frames = agent.counters.frames;
    at = now;
    return rate;
  };
}
