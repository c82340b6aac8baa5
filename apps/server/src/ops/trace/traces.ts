import { randomBytes } from 'node:crypto';
import {
  broadcastRoom,
  liveRoom,
  MAX_BEHIND_MS,
  type OpsEvent,
  type TraceRequest,
  type TraceStarted,
  type TracesAnswer,
} from '@okboxbox/protocol';
import type { OperationsDeps } from '../deps.js';
import { viewersOf } from '../figures/session-answers.js';
import type { OpsFigures } from '../ops-figures.js';
import { countsUp, figureNow } from './conditions.js';
import { type Ears, type Hearing, hear } from './hearing.js';
import { ProbeWay } from './probe-way.js';
import { Refusals, recipientsOf } from './recipients.js';
import { RecentSeconds, SecondSampler } from './seconds.js';
import { type Surroundings, Trace } from './trace.js';
import { BEFORE_MS } from './trace-log.js';
import type { Tracing } from './tracing.js';

/** Traces that run or wait at once, and that are kept when they are over. */
export const MOST_RUNNING = 4;
export const MOST_KEPT = 12;
/** How often traces are looked at, and sessions, in ms. */
export const LOOK_MS = 250;
const SECOND_MS = 1_000;
/** How long a probe is followed, in ms: an output that nobody watches any more goes, and it never airs there. */
const PROBE_MS = MAX_BEHIND_MS + 30_000;
/** Events of a trace's time that are told with it. */
const MOST_HAPPENED = 500;

/** There is nothing to trace; the message says why. */
export class TraceRefusedError extends Error {
  override readonly name = 'TraceRefusedError';
  readonly status: 404 | 429;

  constructor(status: 404 | 429, message: string) {
    super(message);
    this.status = status;
  }
}

/** The traces of one server: those that run, those that wait, and those that can still be read. */
export class Traces implements Ears {
  readonly bySession = new Map<string, readonly Tracing[]>();
  readonly #deps: OperationsDeps;
  readonly #figures: OpsFigures;
  readonly #traces = new Map<string, Trace>();
  readonly #probes = new Map<string, { readonly trace: Trace; readonly way: ProbeWay }>();
  readonly #refusals = new Refusals();
  readonly #seconds = new RecentSeconds();
  readonly #sampler = new SecondSampler();
  #lookedAt = Number.NEGATIVE_INFINITY;
  #hearing: Hearing | null = null;
  #stops: (() => void)[] = [];

  constructor(deps: OperationsDeps, figures: OpsFigures) {
    this.#deps = deps;
    this.#figures = figures;
  }

  /** Begins to keep what a trace compares with: a look at each session once a second. */
  open(): void {
    const { taps, clock, registry } = this.#deps;
    const timer = setInterval(() => {
      // Looking must not end what is looked at.
      try {
        this.look();
      } catch (error) {
        taps.failure.emit?.('process', 'traces', error);
      }
    }, LOOK_MS);
    timer.unref();
    this.#stops = [
      () => clearInterval(timer),
      this.#refusals.listen(taps, () => clock.now()),
      taps.ingest.listen((sessionId, relayId, isFrame, capturedAt, receivedAt) => {
        if (!isFrame) return;
        const sentAt = this.#figures.sessions.find(sessionId)?.relay(relayId).sentAt ?? null;
        this.#sampler.frame(
          sessionId,
          Math.abs(receivedAt - capturedAt),
          sentAt === null ? null : Math.max(0, sentAt - capturedAt),
        );
      }),
    ];
    registry.listen({
      began: () => undefined,
      ended: ({ id }) => {
        for (const trace of this.#traces.values())
          if (trace.sessionId === id) this.#end(trace, 'The session has ended.');
        for (const { trace, way } of this.#probes.values())
          if (trace.sessionId === id) way.end('the session ended first.');
        this.#listenAsNeeded();
      },
    });
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
    this.#traces.clear();
    this.#probes.clear();
    this.#listenAsNeeded();
  }

  /** @throws TraceRefusedError */
  start(request: TraceRequest): TraceStarted {
    const now = this.#deps.clock.now();
    const { sessionId, when } = request;
    const session = this.#deps.registry.liveSession(sessionId);
    if (session === undefined) throw this.#nothingOf(sessionId);
    const active = [...this.#traces.values()].filter(({ state }) => state !== 'done');
    if (active.length >= MOST_RUNNING) {
      const next = Math.max(1, Math.ceil((Math.min(...active.map(({ dueAt }) => dueAt)) - now) / 1_000));
      throw new TraceRefusedError(
        429,
        `${MOST_RUNNING} traces run or wait already. Stop one (POST /api/ops/trace/:traceId/stop), or wait ${next} s for the next to end.`,
      );
    }
    const figureThen = when === undefined || !countsUp(when.figure) ? 0 : (this.#figureOf(sessionId, when.figure) ?? 0);
    const traceId = `trace_${randomBytes(9).toString('base64url')}`;
    const trace = new Trace(traceId, request, { show: session.state.facts.show, figureThen, now });
    this.#traces.set(traceId, trace);
    this.#evict(now);
    this.#listenAsNeeded();
    if (trace.state === 'running') this.#begin(trace);
    return { traceId, startedAt: Math.round(trace.startedAt), expiresAt: Math.round(trace.expiresAt) };
  }

  /** Ends a trace; false where there is none of that id. One that is over stays as it is. */
  stop(traceId: string): boolean {
    const trace = this.#find(traceId);
    if (trace === undefined) return false;
    this.#end(trace, 'It was stopped.');
    this.#listenAsNeeded();
    return true;
  }

  /** Those that can be read, newest first. */
  list(): TracesAnswer {
    this.#evict(this.#deps.clock.now());
    const traces = [...this.#traces.values()]
      .reverse()
      .map(({ traceId, sessionId, state, startedAt, endsAt, expiresAt }) => ({
        traceId,
        sessionId,
        state,
        startedAt: Math.round(startedAt),
        endsAt: endsAt === null ? null : Math.round(endsAt),
        expiresAt: Math.round(expiresAt),
      }));
    return { traces };
  }

  /** A trace as JSON, with what became of frames of these numbers; `null` where there is none of that id. */
  json(traceId: string, seqs: readonly number[] = []): string | null {
    const trace = this.#find(traceId);
    return trace?.json(seqs, () => this.#surroundings(trace)) ?? null;
  }

  /** Looks at conditions and ends, and once a second at every session. */
  look(): void {
    this.#hearing?.flush();
    const now = this.#deps.clock.now();
    if (now - this.#lookedAt >= SECOND_MS) this.#second(now);
    for (const trace of this.#traces.values()) {
      if (trace.state === 'armed' && this.#isMet(trace)) {
        trace.trigger(now);
        this.#begin(trace);
      } else if (trace.state !== 'done' && now >= trace.dueAt) {
        this.#end(trace, trace.state === 'armed' ? 'Its condition did not come true.' : null);
      }
    }
    this.#evict(now);
    for (const [probeId, { way }] of this.#probes) {
      if (now - way.sentAt >= PROBE_MS) way.end('it did not arrive within the longest delay of a picture.');
      if (way.isOver) this.#probes.delete(probeId);
    }
    this.#listenAsNeeded();
  }

  probe(probeId: string, stage: 'ingest' | 'timeline' | 'timing' | 'tick', room: string | null, now: number): void {
    const probe = this.#probes.get(probeId);
    probe?.way.pass(stage, room, this.#deps.broadcasts.of(probe.trace.show).pictures, now);
  }

  probeRoom(probeId: string, room: string, members: number, now: number) {
    const way = this.#probes.get(probeId)?.way;
    if (way === undefined) return null;
    way.room(room, members, now);
    return {
      written: (sockets: number, lastAt: number) => way.written(room, sockets, lastAt),
      skip: (at: number) => way.skip(room, at),
    };
  }

  #find(traceId: string): Trace | undefined {
    this.#hearing?.flush();
    this.#evict(this.#deps.clock.now());
    return this.#traces.get(traceId);
  }

  #nothingOf(sessionId: string): TraceRefusedError {
    const hasEnded = this.#deps.registry.summary(sessionId) !== undefined;
    const because = hasEnded ? 'has ended: it has no frames any more' : 'is not known';
    return new TraceRefusedError(404, `Session "${sessionId}" ${because}. GET /api/ops/sessions lists those that run.`);
  }

  #figureOf(sessionId: string, figure: Parameters<typeof figureNow>[3]): number | null {
    return figureNow(this.#deps, this.#figures, sessionId, figure, this.#deps.clock.now());
  }

  #isMet({ sessionId, when, figureThen }: Trace): boolean {
    if (when === null) return false;
    const value = this.#figureOf(sessionId, when.figure);
    return value !== null && value - figureThen > when.above;
  }

  /** What is measured of a trace begins: what held the server up before is not of it. */
  #begin(trace: Trace): void {
    trace.loopMark = this.#figures.loop.mark();
    this.#probe(trace);
  }

  #probe(trace: Trace): void {
    if (!trace.wantsProbe) return;
    const { clock, registry, broadcasts } = this.#deps;
    const { sessionId, show, traceId } = trace;
    const broadcast = broadcasts.of(show);
    const aired = broadcast.session(sessionId);
    // While its line is made nothing of a session airs, and no probe either.
    const extras = aired === undefined || aired.isPreparing ? [] : aired.extras;
    const rooms = [liveRoom(sessionId), ...extras.map((extra) => broadcastRoom(sessionId, extra))];
    const way = new ProbeWay(traceId, sessionId, rooms, broadcast.pictures, clock.now());
    trace.probe = way;
    this.#probes.set(traceId, { trace, way });
    this.#listenAsNeeded();
    if (registry.liveSession(sessionId)?.probe(traceId) !== true)
      way.end('It could not be sent: the session has ended, or the disk refuses writes.');
  }

  #end(trace: Trace, because: string | null): void {
    this.#hearing?.flush();
    if (trace.state === 'done') return;
    this.#lookAtLoop(trace, this.#deps.clock.now());
    trace.end(because, this.#surroundings(trace));
  }

  #lookAtLoop(trace: Trace, now: number): void {
    trace.heldUp(this.#figures.loop.delayMaxSince(trace.loopMark), now);
  }

  #surroundings(trace: Trace): Surroundings {
    const now = this.#deps.clock.now();
    const { sessionId, show } = trace;
    const from = trace.state === 'armed' ? now : trace.from;
    return {
      at: now,
      recipients: recipientsOf(this.#deps, this.#figures, this.#refusals, { sessionId, show }, now),
      happened: this.#happened(trace, now),
      ...this.#seconds.compare(sessionId, from, now),
      driftP95: this.#figureOf(sessionId, 'driftP95'),
      queueAgeP95Ms: this.#figureOf(sessionId, 'queueAgeP95Ms'),
    };
  }

  /** Events of the session, and of the sockets that it skipped, oldest first. */
  #happened({ sessionId, when, from, tracing }: Trace, now: number): OpsEvent[] {
    const begin = when === null ? from : Math.min(from, now) - BEFORE_MS;
    const { events } = this.#figures;
    const ofSession = events.newest({ sessionId, limit: MOST_HAPPENED }).events;
    const ofSockets = tracing.skips.size === 0 ? [] : events.newest({ type: 'socket', limit: MOST_HAPPENED }).events;
    const isSkipped = ({ event, socketId }: OpsEvent) =>
      event === 'slow_consumer' && typeof socketId === 'string' && tracing.skips.has(socketId);
    return [...ofSession, ...ofSockets.filter(isSkipped)]
      .filter((event) => (event.lastAt ?? event.at) >= begin && event.at <= now)
      .sort((a, b) => a.id - b.id)
      .slice(-MOST_HAPPENED);
  }

  #second(now: number): void {
    this.#lookedAt = now;
    const { registry } = this.#deps;
    const running = new Set<string>();
    for (const { id, state } of registry.live) {
      running.add(id);
      const figures = this.#figures.sessions.find(id);
      if (figures === undefined) continue;
      const { live: viewersLive, broadcast: viewersBroadcast } = viewersOf(this.#deps, id, state.facts.show);
      const loopUtilization = this.#figures.loop.utilization;
      const second = this.#sampler.look(figures, { viewersLive, viewersBroadcast, loopUtilization }, now);
      if (second !== null) this.#seconds.add(id, second, now);
    }
    this.#sampler.keep(running);
    for (const trace of this.#traces.values()) this.#lookAtLoop(trace, now);
  }

  /** Forgets those whose time to live is over, and the oldest that are done where there are too many. */
  #evict(now: number): void {
    for (const [traceId, trace] of this.#traces) {
      if (trace.state === 'done' && now >= trace.expiresAt) this.#traces.delete(traceId);
    }
    const done = [...this.#traces.values()].filter(({ state }) => state === 'done');
    for (const { traceId } of done.slice(0, Math.max(0, done.length - MOST_KEPT))) this.#traces.delete(traceId);
  }

  /** Taps are listened at while a trace runs or a probe is on its way, and not else. */
  #listenAsNeeded(): void {
    this.bySession.clear();
    for (const { sessionId, state, tracing } of this.#traces.values()) {
      if (state !== 'done') this.bySession.set(sessionId, [...(this.bySession.get(sessionId) ?? []), tracing]);
    }
    const probed = [...this.#probes.values()].map(({ trace }) => trace.sessionId);
    this.#deps.edges?.trace([...new Set([...this.bySession.keys(), ...probed])]);
    const isNeeded = this.bySession.size > 0 || this.#probes.size > 0;
    if (isNeeded && this.#hearing === null) {
      this.#hearing = hear(this.#deps.taps, this.#deps.clock, this);
    } else if (!isNeeded && this.#hearing !== null) {
      this.#hearing.stop();
      this.#hearing = null;
    }
  }
}
