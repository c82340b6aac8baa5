import type { Clock } from '../../clock.js';
import type { Taps } from '../../taps.js';
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
    }),
    taps.probe.listen((probeId, _sessionId, stage, room) => {
      ears.probe(probeId, stage, room, look());
      if (stage === 'tick' && room !== null) probe = { room, probeId };
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
  ];
  return {
    flush,
    stop: () => {
      flush();
      for (const stop of stops) stop();
    },
  };
}
