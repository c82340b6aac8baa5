import { randomBytes } from 'node:crypto';
import { liveRoom } from '@okboxbox/protocol';
import type { Kysely } from 'kysely';
import type { Server } from 'socket.io';
import type { Hub } from '../edge/hub/hub.js';
import type { Logger } from '../log.js';
import type { BroadcastDelayService } from '../owner/audience/broadcast-delay.js';
import type { SessionRegistry } from '../owner/session/registry.js';
import type { Tables } from '../store/tables.js';

/** Faults that cannot be made from outside a server. */
export const FAULTS = ['event-loop', 'leaked-rooms', 'fan-out', 'delay-line', 'held-connections', 'memory'] as const;
export type Fault = (typeof FAULTS)[number];

/** The parts of a server that a fault is made in. */
export interface FaultDeps {
  readonly io: Server;
  readonly hub: Hub;
  readonly broadcasts: BroadcastDelayService;
  readonly registry: SessionRegistry;
  readonly database: Kysely<Tables>;
  /** Connections of its pool. */
  readonly poolMax: () => number;
  readonly log: Logger;
}

/** The event loop is held up for the first of these, as often as the second says, in ms. */
const HOLD_MS = 700;
const HOLD_EVERY_MS = 1_000;
/** A room leaks as often as this, in ms. */
const LEAK_EVERY_MS = 250;
/** Memory grows by this number of bytes, at this interval in ms, up to the third. */
const GROW_BYTES = 4 * 1024 * 1024;
const GROW_EVERY_MS = 80;
const MOST_BYTES = 1024 * 1024 * 1024;

/** Begins a fault; returns what ends it. */
type Begin = (deps: FaultDeps) => () => void | Promise<void>;

const BEGINNINGS: Readonly<Record<Fault, Begin>> = {
  'event-loop': holdUpEventLoop,
  'leaked-rooms': leakRooms,
  'fan-out': stopFanOut,
  'delay-line': stopDelayLines,
  'held-connections': holdConnections,
  memory: growMemory,
};

/** Something busy, as an endless calculation would be. */
function holdUpEventLoop(): () => void {
  const timer = setInterval(() => {
    const until = performance.now() + HOLD_MS;
    while (performance.now() < until);
  }, HOLD_EVERY_MS);
  return () => clearInterval(timer);
}

/** Members that no connection belongs to stay in the rooms of the sessions that run, as after a join that comes too late. */
function leakRooms({ io, registry }: FaultDeps): () => void {
  const { adapter } = io.of('/');
  const timer = setInterval(() => {
    for (const { id } of registry.live) {
      adapter.addAll(`drill-${randomBytes(9).toString('base64url')}`, new Set([liveRoom(id)]));
    }
  }, LEAK_EVERY_MS);
  return () => clearInterval(timer);
}

/** What audiences have to tell reaches nobody: the last stage before the sockets stands still. */
function stopFanOut({ hub }: FaultDeps): () => void {
  // Over the method of this one hub, so that the way of a frame is as it is everywhere while there is no fault.
  hub.publish = () => undefined;
  return () => {
    Reflect.deleteProperty(hub, 'publish');
  };
}

/** Nothing more enters the lines of the delays. It cannot be undone: a server that is started again has whole ones. */
function stopDelayLines({ broadcasts, registry }: FaultDeps): () => void {
  for (const { id, state } of registry.live) broadcasts.of(state.facts.show).session(id)?.detach();
  return () => undefined;
}

/** Every connection of the pool is taken and not given back. */
function holdConnections({ database, poolMax, log }: FaultDeps): () => Promise<void> {
  let giveBack: () => void = () => undefined;
  const until = new Promise<void>((resolve) => {
    giveBack = resolve;
  });
  const held = Array.from({ length: poolMax() }, () =>
    database
      .connection()
      .execute(() => until)
      .catch((error: unknown) => log.warn({ err: error }, 'a drill could not hold a connection')),
  );
  return async () => {
    giveBack();
    await Promise.all(held);
  };
}

/** Memory that nothing of operations' own figures accounts for. */
function growMemory(): () => void {
  let kept: Buffer[] = [];
  const timer = setInterval(() => {
    // Filled: memory that was never written to is not there.
    if (kept.length * GROW_BYTES < MOST_BYTES) kept.push(Buffer.alloc(GROW_BYTES, 1));
  }, GROW_EVERY_MS);
  return () => {
    clearInterval(timer);
    kept = [];
  };
}

/** The faults of one server, for drills: there only where `DRILLS_ENABLED` is on. */
export class Faults {
  readonly #deps: FaultDeps;
  readonly #ends = new Map<Fault, () => void | Promise<void>>();

  constructor(deps: FaultDeps) {
    this.#deps = deps;
  }

  /** Those that are there now. */
  get on(): Fault[] {
    return [...this.#ends.keys()];
  }

  /** Begins a fault; one that is there already goes on. */
  begin(fault: Fault): void {
    if (this.#ends.has(fault)) return;
    this.#ends.set(fault, BEGINNINGS[fault](this.#deps));
    this.#deps.log.warn({ fault }, 'a drill makes a fault');
  }

  /** Ends a fault; resolves when it is gone. */
  async end(fault: Fault): Promise<void> {
    const end = this.#ends.get(fault);
    if (end === undefined) return;
    this.#ends.delete(fault);
    await end();
    this.#deps.log.warn({ fault }, 'a drill ends its fault');
  }

  async close(): Promise<void> {
    for (const fault of this.on) await this.end(fault);
  }
}
