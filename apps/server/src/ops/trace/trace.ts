import type { OpsEvent, Trace as TraceAnswer, TraceChange, TraceCondition, TraceRequest } from '@okboxbox/protocol';
import { anomaliesOf } from './anomalies.js';
import { deliveriesOf, newestKnown } from './deliveries.js';
import type { ProbeWay } from './probe-way.js';
import type { Recipients } from './recipients.js';
import { BEFORE_MS, boundsOf, TraceLog } from './trace-log.js';
import { Tracing } from './tracing.js';

/** How long a trace can be read after its time is over, in ms. */
export const KEPT_MS = 30 * 60_000;
/** How long it waits for its condition, in ms. */
export const ARMED_MS = 60 * 60_000;
/** Sockets that are remembered of a trace that is over. */
const MOST_REMEMBERED = 2_000;

/** What surrounds a trace at a moment: looked at when it is read, and for the last time when it ends. */
export interface Surroundings {
  readonly at: number;
  readonly recipients: Recipients;
  readonly happened: readonly OpsEvent[];
  readonly changes: readonly TraceChange[];
  readonly comparedMs: number;
  readonly driftP95: number | null;
  readonly queueAgeP95Ms: number | null;
}

/** One trace, from its start until it is forgotten. */
export class Trace {
  readonly traceId: string;
  readonly sessionId: string;
  readonly show: string;
  readonly when: TraceCondition | null;
  readonly wantsProbe: boolean;
  readonly startedAt: number;
  readonly tracing: Tracing;
  /** What a figure that counts up was when it was armed. */
  readonly figureThen: number;
  probe: ProbeWay | null = null;
  /** Where its window begins for the watch of the event loop. */
  loopMark = Number.POSITIVE_INFINITY;
  #state: TraceAnswer['state'];
  #triggeredAt: number | null = null;
  #endsAt: number | null;
  #expiresAt: number;
  #endedBecause: string | null = null;
  #last: Surroundings | null = null;
  readonly #durationMs: number;
  #heldUp = { ms: 0, at: null as number | null };

  constructor(
    traceId: string,
    { sessionId, durationSec, when, probe }: TraceRequest,
    { show, figureThen, now }: { readonly show: string; readonly figureThen: number; readonly now: number },
  ) {
    this.traceId = traceId;
    this.sessionId = sessionId;
    this.show = show;
    this.when = when ?? null;
    this.wantsProbe = probe === true;
    this.figureThen = figureThen;
    this.startedAt = now;
    this.#durationMs = durationSec * 1_000;
    this.#state = when === undefined ? 'running' : 'armed';
    this.#endsAt = when === undefined ? now + this.#durationMs : null;
    this.#expiresAt = now + (when === undefined ? 0 : ARMED_MS) + this.#durationMs + KEPT_MS;
    this.tracing = new Tracing(sessionId, new TraceLog(boundsOf(durationSec), when !== undefined));
  }

  get state(): TraceAnswer['state'] {
    return this.#state;
  }

  get endsAt(): number | null {
    return this.#endsAt;
  }

  get expiresAt(): number {
    return this.#expiresAt;
  }

  /** When its window begins: what is counted is from there on. */
  get from(): number {
    return this.#triggeredAt ?? this.startedAt;
  }

  /** When it is to end by itself. */
  get dueAt(): number {
    return this.#endsAt ?? this.startedAt + ARMED_MS;
  }

  /** The condition came true. */
  trigger(now: number): void {
    if (this.#state !== 'armed') return;
    this.#state = 'running';
    this.#triggeredAt = now;
    this.#endsAt = now + this.#durationMs;
    this.#expiresAt = this.#endsAt + KEPT_MS;
    this.tracing.trigger(now);
  }

  /** Nothing more is heard. `because` where that is before its time. */
  end(because: string | null, surroundings: Surroundings): void {
    if (this.#state === 'done') return;
    const { recipients } = surroundings;
    const sockets = recipients.sockets.slice(0, MOST_REMEMBERED);
    this.tracing.silence(surroundings.at);
    this.#state = 'done';
    this.tracing.isOver = true;
    this.#endsAt = surroundings.at;
    this.#endedBecause = because;
    this.#last = { ...surroundings, recipients: { ...recipients, sockets } };
  }

  /** The server was held up for so long at most, from where its window begins until `at`. */
  heldUp(ms: number, at: number): void {
    if (this.#state === 'running' && ms > this.#heldUp.ms) this.#heldUp = { ms, at };
  }

  get last(): Surroundings | null {
    return this.#last;
  }

  /** All that is known of it, as JSON; `look` tells what surrounds it now, where it is not over. */
  json(seqs: readonly number[], look: () => Surroundings): string {
    const { events: _, ...rest } = this.#view(seqs, this.#last ?? look());
    return `${JSON.stringify(rest).slice(0, -1)},"events":[${this.tracing.log.json()}]}`;
  }

  #view(seqs: readonly number[], around: Surroundings): TraceAnswer {
    const { tracing, traceId, sessionId, when } = this;
    const { log, ledger } = tracing;
    const durationMs = Math.max(0, around.at - this.from);
    const latencies = tracing.latencies();
    const probe = this.probe?.view() ?? null;
    const asked = seqs.flatMap((seq) => ledger.frames.filter((frame) => frame.seq === seq && ledger.knows(frame.n)));
    const shown = [...newestKnown(ledger, sessionId, around.at), ...asked];
    const anomalies = this.#state === 'armed' ? [] : anomaliesOf(this.#seen(around, durationMs));
    return {
      traceId,
      sessionId,
      state: this.#state,
      when,
      startedAt: Math.round(this.startedAt),
      triggeredAt: this.#triggeredAt === null ? null : Math.round(this.#triggeredAt),
      endsAt: this.#endsAt === null ? null : Math.round(this.#endsAt),
      expiresAt: Math.round(this.#expiresAt),
      endedBecause: this.#endedBecause,
      limits: { ...log.bounds, dropped: { ...log.dropped } },
      events: [],
      happened: around.happened,
      counters: { ...log.counts, ...tracing.counters, frames: tracing.frames, eventsKept: log.size },
      summary: {
        durationMs: Math.round(durationMs),
        comparedMs: around.comparedMs,
        framesPerSec: durationMs < 1_000 ? null : Math.round((tracing.frames * 10_000) / durationMs) / 10,
        latencies,
        changes: around.changes,
        words: this.#words(durationMs, anomalies.length),
      },
      anomalies,
      deliveries: [...new Set(shown)].map((frame) => deliveriesOf(frame, ledger, around.recipients, sessionId)),
      notKept: seqs.filter((seq) => !asked.some((frame) => frame.seq === seq)),
      probe,
    };
  }

  #seen(around: Surroundings, durationMs: number) {
    const { tracing } = this;
    const { counts } = tracing.log;
    if (this.#state === 'running') tracing.silence(around.at);
    const { frames, lastFrameAt, longestSilence, lastSyncAt, missing, missingAt, skips } = tracing;
    const dropped = Object.entries(tracing.counters).map(([name, count]) => [name.replace('dropped.', ''), count]);
    return {
      durationMs,
      frames,
      lastFrameAt,
      longestSilence,
      lastSyncAt,
      missing,
      missingAt,
      ingest: counts.ingest,
      synced: counts.timeline,
      timed: counts.timing,
      dropped: Object.fromEntries(dropped) as Record<string, number>,
      rooms: [...tracing.rooms.values()],
      skippedSockets: skips.size,
      latencies: tracing.latencies(),
      driftP95: around.driftP95,
      queueAgeP95Ms: around.queueAgeP95Ms,
      heldUp: this.#heldUp,
      broadcastLateMs: this.probe?.broadcastLateMs ?? null,
    };
  }

  #words(durationMs: number, anomalies: number): string {
    if (this.#state === 'armed') {
      const { figure, above } = this.when as TraceCondition;
      return `Waits for ${figure} above ${above}; the ${BEFORE_MS / 1_000} s before that are kept.`;
    }
    const { frames } = this.tracing;
    const { write, skip } = this.tracing.log.counts;
    const seconds = Math.round(durationMs / 100) / 10;
    const found =
      anomalies === 0 ? 'Nothing stood out.' : `${anomalies} ${anomalies === 1 ? 'thing' : 'things'} stood out.`;
    return `${frames} frames in ${seconds} s; ${write} messages written, ${skip} skipped. ${found}`;
  }
}
