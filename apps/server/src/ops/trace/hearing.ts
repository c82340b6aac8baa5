import type { Clock } from '../../clock.js';
import type { FarDelivery, Taps } from '../../taps.js';
import { type TracedMessage, type Tracing, WRITES_A_LOOK, type Written } from './tracing.js';

/** What hears of the taps while traces run: those of each session, and the probes that are on their way. */
export interface Ears {
  /** By session; a session without a trace is not there. */
  readonly bySession: ReadonlyMap<string, readonly Tracing[]>;
  probe(probeId: string, stage: 'ingest' | 'timeline' | 'timing' | 'tick', room: string | null, now: number): void;
  /** A probe's message goes to its room; returns the listener for its way. */
  probeRoom(probeId: string, room: string, members: number, now: number): ProbeEar | null;
}

/** Hears what becomes of a probe's message. */
export interface ProbeEar {
  written(sockets: number, lastAt: number): void;
  skip(now: number): void;
}

/** Ticks and probes that edges may still tell of: the newest. */
const MOST_FAR = 512;

/** Who is to hear of a message: each trace has it with frames of its own. */
type Heard =
  | { readonly of: 'tick'; readonly traces: readonly { readonly tracing: Tracing; readonly message: TracedMessage }[] }
  | { readonly of: 'probe'; readonly ear: ProbeEar };

/** Listening that goes on. */
export interface Hearing {
  /** Hands on what was written since anything else was heard: a reader of a trace calls this first. */
  flush(): void;
  stop(): void;
}

/** Listens at the taps for as long as any trace runs. Of other sessions nothing is looked at. */
export function hear(taps: Taps, clock: Clock, ears: Ears): Hearing {
  const { bySession } = ears;
  const messages = new WeakMap<object, Heard>();
  /** A tick is told of just before its messages are made, and so is a probe. */
  let tick: { room: string; traces: { tracing: Tracing; message: TracedMessage }[] } | null = null;
  let probe: { room: string; probeId: string } | null = null;
  // The same message goes to one socket after another: who hears of it is looked up once.
  let last: object | null = null;
  let heard: Heard | null = null;
  // Between two writes the kernel has had the processor: as little as can be is done there, and the rest for many at once.
  const written: Written = { socketIds: [], times: [], bytes: 0 };
  const far = new FarMessages();
  const flush = () => {
    if (written.socketIds.length === 0) return;
    if (heard?.of === 'tick') for (const each of heard.traces) each.tracing.written(each.message, written);
    else if (heard?.of === 'probe') heard.ear.written(written.socketIds.length, written.times.at(-1) ?? 0);
    written.socketIds.length = 0;
    written.times.length = 0;
  };
  /** What was written before is told of before. */
  const look = () => {
    flush();
    return clock.now();
  };
  const turnTo = (message: object) => {
    flush();
    last = message;
    heard = messages.get(message) ?? null;
  };
  const stops = [
    taps.ingest.listen((sessionId, relayId, isFrame, _capturedAt, _receivedAt, bytes, seq) => {
      const traces = bySession.get(sessionId);
      if (traces === undefined) return;
      const now = look();
      for (const trace of traces) trace.ingest(relayId, seq, isFrame, bytes, now);
    }),
    taps.timing.listen((sessionId, _phase, relayId, seq, happenedAt, place) => {
      const traces = bySession.get(sessionId);
      if (traces === undefined) return;
      const now = look();
      for (const trace of traces) trace.timing(relayId, seq, happenedAt, place, now);
    }),
    taps.timeline.listen((sessionId, records, bytes, upTo) => {
      const traces = bySession.get(sessionId);
      if (traces === undefined) return;
      const now = look();
      for (const trace of traces) trace.timeline(records, bytes, upTo, now);
    }),
    taps.drop.listen((sessionId, _relayId, reason, records) => {
      for (const trace of bySession.get(sessionId ?? '') ?? []) trace.drop(reason, records);
    }),
    taps.tick.listen((sessionId, room, shownAt) => {
      const traces = bySession.get(sessionId);
      tick = null;
      if (traces === undefined) return;
      const now = look();
      tick = { room, traces: traces.map((tracing) => ({ tracing, message: tracing.tick(room, shownAt, now) })) };
      far.keep(`${room} ${shownAt}`, { traces: tick.traces });
    }),
    taps.probe.listen((probeId, _sessionId, stage, room) => {
      ears.probe(probeId, stage, room, look());
      if (stage !== 'tick' || room === null) return;
      probe = { room, probeId };
      far.keep(`${room} probe`, { probeId });
    }),
    taps.room.listen((room, event, message, members) => {
      if (event === 'feed' && tick?.room === room) {
        const now = look();
        const traces = tick.traces.map(({ tracing, message: ticked }) => ({
          tracing,
          message: tracing.room(ticked, members, now),
        }));
        messages.set(message, { of: 'tick', traces });
      } else if (event === 'noop' && probe?.room === room) {
        const ear = ears.probeRoom(probe.probeId, room, members, look());
        if (ear !== null) messages.set(message, { of: 'probe', ear });
      }
    }),
    taps.write.listen((socketId, message, bytes) => {
      if (message !== last) turnTo(message);
      if (heard === null) return;
      const { socketIds, times } = written;
      if (socketIds.length % WRITES_A_LOOK === 0) times.push(clock.now());
      socketIds.push(socketId);
      written.bytes = bytes;
    }),
    taps.skip.listen((socketId, message) => {
      if (message !== last) turnTo(message);
      if (heard === null) return;
      const now = look();
      if (heard.of === 'probe') heard.ear.skip(now);
      else for (const each of heard.traces) each.tracing.skip(each.message, socketId, now);
    }),
    taps.delivery.listen((delivery) => {
      const { room, shownAt, isProbe } = delivery;
      const found = far.of(isProbe ? `${room} probe` : `${room} ${shownAt}`);
      if (found === undefined) return;
      look();
      if ('traces' in found) for (const each of found.traces) tellTrace(each, delivery);
      else tellProbe(ears, found.probeId, delivery);
    }),
  ];
  return {
    flush,
    stop: () => {
      flush();
      for (const stop of stops) stop();
    },
  };
}

type FarMessage =
  | { readonly traces: readonly { readonly tracing: Tracing; readonly message: TracedMessage }[] }
  | { readonly probeId: string };

/** Ticks by room and the instant that they show, and the newest probe of each room: by those edges tell of them. */
class FarMessages {
  readonly #kept = new Map<string, FarMessage>();

  keep(key: string, message: FarMessage): void {
    this.#kept.delete(key);
    this.#kept.set(key, message);
    if (this.#kept.size <= MOST_FAR) return;
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined) this.#kept.delete(oldest);
  }

  of(key: string): FarMessage | undefined {
    return this.#kept.get(key);
  }
}

function tellTrace(
  { tracing, message }: { readonly tracing: Tracing; readonly message: TracedMessage },
  { members, at, bytes, socketIds, times, skipped }: FarDelivery,
): void {
  const inRoom = tracing.room(message, members, at);
  // One time for each share of the writes, as they are told here.
  const looks = times.filter((_, i) => i % WRITES_A_LOOK === 0);
  tracing.written(inRoom, { socketIds: [...socketIds], times: looks, bytes });
  for (const socketId of skipped) tracing.skip(inRoom, socketId, at);
}

function tellProbe(ears: Ears, probeId: string, { room, members, at, socketIds, times, skipped }: FarDelivery): void {
  const ear = ears.probeRoom(probeId, room, members, at);
  if (socketIds.length > 0) ear?.written(socketIds.length, times.at(-1) ?? at);
  for (const _ of skipped) ear?.skip(at);
}
