import type { FastifyInstance, FastifyRequest } from 'fastify';
import { LatencyWindow } from './latency-window.js';

/** The share of time is that of the last minute, in parts of 10 s. */
const PART_MS = 10_000;
const PARTS = 6;
/** Calls that are operations' own. */
const OWN = /^\/(?:api\/ops\/|api\/diagnostics\/|metrics$)/;

/** How long a call has been under way, and whether the server has turned to anything else since it was let in. */
interface Call {
  readonly beganAt: number;
  admittedAt: number | null;
  hasWaited: boolean;
}

const CALLS = new WeakMap<FastifyRequest, Call>();

/** A call of operations was let in: from here on its answer is made. */
export function admitted(request: FastifyRequest): void {
  const call = CALLS.get(request);
  if (call === undefined) return;
  call.admittedAt = performance.now();
  // An answer that is made in one go is sent before this comes; of one that waits, nobody knows what it took itself.
  setImmediate(() => {
    call.hasWaited = true;
  });
}

/**
 * What looking costs: how long callers wait for operations' answers, and the share of time that making them keeps the
 * server from its work. What the taps cost is not in it; the benchmarks say that.
 */
export class SelfCost {
  readonly #now: () => number;
  readonly #answers = new LatencyWindow();
  readonly #busyMs = new Float64Array(PARTS);
  readonly #part = new Float64Array(PARTS).fill(Number.NEGATIVE_INFINITY);
  readonly #beganAt: number;
  /** Since the beginning. */
  busyTotalMs = 0;
  /** Hears how long each answer took, in ms, where anybody wants to know. */
  onAnswer: ((tookMs: number) => void) | null = null;

  constructor(now: () => number) {
    this.#now = now;
    this.#beganAt = now();
  }

  /** Times operations' calls of a server from now on. */
  watch(http: FastifyInstance): void {
    http.addHook('onRequest', (request, _reply, done) => {
      if (OWN.test(request.routeOptions.url ?? ''))
        CALLS.set(request, { beganAt: performance.now(), admittedAt: null, hasWaited: false });
      done();
    });
    http.addHook('onSend', (request, _reply, payload, done) => {
      this.#end(request);
      done(null, payload);
    });
  }

  /** Does something of operations' own, and counts what it took. */
  counted<T>(work: () => T): T {
    const beganAt = performance.now();
    try {
      return work();
    } finally {
      this.#busy(performance.now() - beganAt);
    }
  }

  get answers(): { readonly count: number; readonly p95Ms: number | null; readonly maxMs: number | null } {
    const { count, p95Ms, maxMs } = this.#answers.read(this.#now());
    return { count, p95Ms, maxMs };
  }

  /** The share of the last minute in which the server made answers and took its history, from 0 to 1. */
  get cpuShare(): number {
    const now = this.#now();
    const newest = Math.floor(now / PART_MS);
    const busyMs = this.#busyMs.reduce((sum, ms, i) => sum + ((this.#part[i] as number) > newest - PARTS ? ms : 0), 0);
    const overMs = Math.max(1_000, Math.min(now - this.#beganAt, now - (newest - PARTS + 1) * PART_MS));
    return Math.round((busyMs / overMs) * 1e5) / 1e5;
  }

  #end(request: FastifyRequest): void {
    const call = CALLS.get(request);
    if (call === undefined) return;
    CALLS.delete(request);
    const now = performance.now();
    this.#answers.add(now - call.beganAt, this.#now());
    this.onAnswer?.(now - call.beganAt);
    if (call.admittedAt !== null && !call.hasWaited) this.#busy(now - call.admittedAt);
  }

  #busy(tookMs: number): void {
    const part = Math.floor(this.#now() / PART_MS);
    const i = part % PARTS;
    this.#busyMs[i] = this.#part[i] === part ? (this.#busyMs[i] as number) + tookMs : tookMs;
    this.#part[i] = part;
    this.busyTotalMs += tookMs;
  }
}
