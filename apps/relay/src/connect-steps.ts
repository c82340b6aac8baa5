import { Agent, type ClientRequestArgs } from 'node:http';
import { Agent as SecureAgent } from 'node:https';
import type { Socket as NetSocket } from 'node:net';
import type { Duplex } from 'node:stream';

/** However often it has failed, no step of a connection is waited for longer, in ms. */
const MOST_STEP_MS = 20_000;
/** A step may take this multiple of what the slowest took on the connection before. */
const MARGIN = 2;

/**
 * How long a step of a connection may take. It doubles with each attempt that failed, so that a server that is far away
 * is reached in the end; and one that was reached is given as much the next time as it needed.
 */
export class StepPatience {
  #slowestMs = 0;

  /** The limit for each step after this number of failed attempts; `firstMs` is what the configuration says. */
  limitMs(firstMs: number, failures: number): number {
    const most = Math.max(MOST_STEP_MS, firstMs);
    return Math.min(most, Math.max(firstMs, MARGIN * this.#slowestMs) * 2 ** Math.min(failures, 10));
  }

  /** A connection was made, whose slowest step took this. */
  learn(slowestMs: number): void {
    this.#slowestMs = slowestMs;
  }
}

/** Watches a connection that is being made, step by step: each has a time of its own. */
export class ConnectSteps {
  readonly #limitMs: number;
  readonly #now: () => number;
  readonly #onStalled: () => void;
  #timer: NodeJS.Timeout | null = null;
  #stepAt: number;
  #slowestMs = 0;

  /** `onStalled` hears of a step that does not end in time. */
  constructor(limitMs: number, now: () => number, onStalled: () => void) {
    this.#limitMs = limitMs;
    this.#now = now;
    this.#onStalled = onStalled;
    this.#stepAt = now();
    this.#wait();
  }

  /** How long the slowest step took so far. */
  get slowestMs(): number {
    return this.#slowestMs;
  }

  /** A step has ended: the next has its own time. */
  readonly step = (): void => {
    if (this.#timer === null) return;
    const now = this.#now();
    this.#slowestMs = Math.max(this.#slowestMs, now - this.#stepAt);
    this.#stepAt = now;
    this.#wait();
  };

  /** Nothing is waited for any more. */
  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** Connects as HTTP does, and counts the steps before the first answer: the name is found, TCP and TLS stand. */
  agentFor(url: string): Agent {
    const { step } = this;
    const watch = (socket: Duplex | null | undefined) => {
      for (const event of ['lookup', 'connect', 'secureConnect']) (socket as NetSocket | undefined)?.once(event, step);
      return socket;
    };
    const Base = url.startsWith('https:') ? SecureAgent : Agent;
    return new (class extends Base {
      override createConnection(options: ClientRequestArgs, done?: (error: Error | null, socket: Duplex) => void) {
        return watch(super.createConnection(options, done));
      }
    })();
  }

  #wait(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#onStalled();
    }, this.#limitMs);
  }
}
