import type { IncomingMessage } from 'node:http';
import { BurstyRateLimiter, RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Logger } from '../log.js';
import type { Taps } from '../taps.js';
import { type AddressOf, limitKeyOf } from './client-address.js';

/**
 * What may be done within a second, counted by address or by token. An address may be a whole hall of viewers, who all come
 * back at once: these numbers stop a flood and no crowd.
 */
export const KEYED_LIMITS = {
  /** New connections of sockets, from one address. */
  connection: 600,
  /** HTTP calls without a token, and pages, from one address. */
  call: 600,
  /** HTTP calls that show a token, right or wrong, from one address. */
  'signed-call': 2_000,
  /** Files of the pages, from one address: a page has a dozen. */
  file: 6_000,
  /** Attempts to sign in, from one address. */
  'sign-in': 10,
  /** Requests of one connection that polls. */
  poll: 100,
  /** HTTP calls with one token, from wherever. */
  'token-call': 600,
  /** Sockets that connect with one token, from wherever. */
  'token-connection': 600,
  /** Joins and resyncs of all sockets of one address: all viewers join again when their show moves on. */
  'address-join': 3_500,
} as const;
export type KeyedLimit = keyof typeof KEYED_LIMITS;
/**
 * New connections above the limit that one address may make all the same within ten seconds: when a server or a line is
 * back, a whole hall connects within one second.
 */
export const CONNECTION_BURST = 2_400;
const BURST_S = 10;

/** What is counted when it is refused: the limits above, and those that connections and downloads count by themselves. */
export const LIMIT_NAMES = [
  ...(Object.keys(KEYED_LIMITS) as KeyedLimit[]),
  /** Calls of one socket by their event, `EVENT_LIMITS`. */
  'event',
  /** Messages of one connection, whatever is in them. */
  'message',
  /** Messages of all viewers' connections of one address. */
  'address-message',
  /** Messages that are larger than what their sender may send. */
  'message-size',
  /** Long downloads at once. */
  'download',
] as const;
export type LimitName = (typeof LIMIT_NAMES)[number];

/** How often one socket may send an event within a second; for events that are not named here, `OTHER_EVENTS`. */
const EVENT_LIMITS: Readonly<Record<string, number>> = {
  'session:join': 5,
  // One every two seconds, and one more when a page is hidden or shown.
  'feed:beat': 5,
  'overlay:report': 5,
  // Each one is a change of the picture on air.
  'show:camera': 3,
  'relay:hello': 10,
  // Batches are bounded by the messages of a connection, and the relay waits for what it sends. An echo goes with each.
  'relay:frames': Number.POSITIVE_INFINITY,
  'relay:echo': Number.POSITIVE_INFINITY,
  'relay:lost': 200,
  'relay:ahead': 200,
};
const OTHER_EVENTS = 20;

/** Refusals are logged together, so often, in ms: a flood must not become one in the log. */
const LOG_MS = 10_000;

/** Counts what one connection does within a second. */
export class SecondWindow {
  #from = Number.NEGATIVE_INFINITY;
  #count = 0;

  /** How often it was taken in this second. */
  get count(): number {
    return this.#count;
  }

  /** Takes one of `most` in a second; returns how long to wait for the next, in ms, or 0 where it may go on. */
  take(most: number, now = performance.now()): number {
    if (now - this.#from >= 1_000) {
      this.#from = now;
      this.#count = 0;
    }
    this.#count += 1;
    return this.#count <= most ? 0 : Math.ceil(this.#from + 1_000 - now);
  }
}

/** What limits tell and by what they know a client. */
export interface LimitsDeps {
  readonly addressOf: AddressOf;
  readonly log: Logger;
  readonly taps?: Taps;
}

/** All limits of one server. Every refusal is counted, told to operations, and logged together with the others. */
export class Limits {
  readonly #deps: LimitsDeps;
  readonly #keyed: Readonly<Record<KeyedLimit, Pick<RateLimiterMemory, 'consume'>>>;
  readonly #refused = new Map<LimitName, { count: number; readonly byKey: Map<string, number> }>();
  #logging: NodeJS.Timeout | null = null;

  constructor(deps: LimitsDeps, numbers = KEYED_LIMITS, connectionBurst = CONNECTION_BURST) {
    this.#deps = deps;
    const keyed = Object.fromEntries(
      Object.entries(numbers).map(([limit, points]) => [limit, new RateLimiterMemory({ points, duration: 1 })]),
    ) as Record<KeyedLimit, RateLimiterMemory>;
    const burst = new RateLimiterMemory({ keyPrefix: 'burst', points: connectionBurst, duration: BURST_S });
    this.#keyed = { ...keyed, connection: new BurstyRateLimiter(keyed.connection, burst) };
  }

  /** What a client is counted as by its address. */
  keyOf(request: IncomingMessage): string {
    return limitKeyOf(this.#deps.addressOf(request));
  }

  /** Counts once against a limit; returns how long to wait, in ms, or 0 where it may go on. A refusal is counted here. */
  async take(limit: KeyedLimit, key: string): Promise<number> {
    try {
      await this.#keyed[limit].consume(key);
      return 0;
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      this.refused(limit, key);
      return Math.max(1, Math.ceil(error.msBeforeNext));
    }
  }

  /** Notes that something was refused, of whom (`key`), and on which socket where it was one. */
  refused(limit: LimitName, key: string, socketId: string | null = null): void {
    this.#deps.taps?.limited.emit?.(limit, socketId);
    const refused = this.#refused.get(limit) ?? { count: 0, byKey: new Map<string, number>() };
    this.#refused.set(limit, refused);
    refused.count += 1;
    // Of a flood from everywhere nobody needs each address.
    if (refused.byKey.size < 1_000 || refused.byKey.has(key)) {
      refused.byKey.set(key, (refused.byKey.get(key) ?? 0) + 1);
    }
    this.#logging ??= setTimeout(() => this.#log(), LOG_MS).unref();
  }

  /** Logs what is still to be logged. */
  close(): void {
    if (this.#logging === null) return;
    clearTimeout(this.#logging);
    this.#log();
  }

  #log(): void {
    this.#logging = null;
    for (const [limit, { count, byKey }] of this.#refused) {
      const [busiest] = [...byKey].sort(([, a], [, b]) => b - a);
      this.#deps.log.warn(
        { limit, refused: count, clients: byKey.size, busiest: busiest?.[0], refusedOfBusiest: busiest?.[1] },
        'clients were limited',
      );
    }
    this.#refused.clear();
  }
}

/** What one socket calls, event by event. */
export class EventWindows {
  readonly #windows = new Map<string, SecondWindow>();

  /** Counts a call; returns how long to wait, in ms, or 0 where it may go on. Only events that the server knows are asked for. */
  take(event: string): number {
    let window = this.#windows.get(event);
    if (window === undefined) {
      window = new SecondWindow();
      this.#windows.set(event, window);
    }
    return window.take(EVENT_LIMITS[event] ?? OTHER_EVENTS);
  }
}
