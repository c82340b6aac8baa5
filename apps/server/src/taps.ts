import type { RelayStatus } from '@okboxbox/protocol';

/**
 * The points of a frame's way where operations may listen. A tap costs a look at a field while nobody does, and on the way
 * of every frame it hands on values that are there anyway: nothing is made for it. What is rare comes as an object. A
 * listener cannot steer, not even by failing.
 */

/** Most values that a tap hands on. */
type Values = readonly [unknown?, unknown?, unknown?, unknown?, unknown?, unknown?, unknown?];
type Listener<V extends Values> = (...values: V) => void;

/** One point: call it as `tap.emit?.(…)`, so that nothing is even computed while nobody listens. */
export class Tap<V extends Values> {
  emit: Listener<V> | null = null;
  /** Calls in which a listener threw; the path went on. */
  failures = 0;
  #listeners: readonly Listener<V>[] = [];

  /** Hears of every pass from now on; returns the way to stop. */
  listen(listener: Listener<V>): () => void {
    this.#set([...this.#listeners, listener]);
    return () => this.#set(this.#listeners.filter((each) => each !== listener));
  }

  #set(listeners: readonly Listener<V>[]): void {
    this.#listeners = listeners;
    if (listeners.length === 0) {
      this.emit = null;
      return;
    }
    // Named one by one: a rest parameter would make an array at each pass.
    const pass = (a: unknown, b: unknown, c: unknown, d: unknown, e: unknown, f: unknown, g: unknown) => {
      for (const listener of listeners as unknown as readonly ((...values: unknown[]) => void)[]) {
        try {
          listener(a, b, c, d, e, f, g);
        } catch {
          this.failures += 1;
        }
      }
    };
    this.emit = pass as unknown as Listener<V>;
  }
}

/** Parts of the server that errors are counted by. */
export type Subsystem = 'relay' | 'gateway' | 'http' | 'database' | 'process';

/** A relay said goodbye. */
export interface Goodbye {
  /** `null` where it had no session yet. */
  readonly sessionId: string | null;
  readonly relayId: string;
  /** One of `BYE_REASONS`. */
  readonly reason: string;
  readonly message: string | null;
  /** The show of its token, where that is for one alone. */
  readonly show: string | null;
}

/** A relay was not let in, or not welcome; with its show and the user of its token, where they can be told. */
export interface RelayRefusal {
  readonly why: 'token' | 'version' | 'origin';
  readonly code: string;
  readonly capability: string | null;
  readonly message: string;
  readonly show: string | null;
  readonly user: string | null;
}

/** A relay's own-car data is given to nobody. */
export interface OwnCarRefusal {
  readonly sessionId: string;
  readonly relayId: string;
  readonly reason: string;
  /** In the relay's own session record, where there is one. */
  readonly carNumber: string | null;
  readonly message: string;
}

/** A handshake or a call was refused. */
export interface CallRefusal {
  readonly from: Subsystem;
  readonly socketId: string | null;
  /** The call's name or path. */
  readonly where: string;
  readonly code: string;
  readonly message: string;
  readonly capability: string | null;
  /** What it was called with. */
  readonly input?: unknown;
}

/** What became of one message at an edge in another process. Instants are in ms on the owner's clock. */
export interface FarDelivery {
  readonly room: string;
  /** The instant that the message shows, by which its tick is known; `null` for a probe. */
  readonly shownAt: number | null;
  readonly isProbe: boolean;
  /** When it was handed to the room there, to how many, and how large it is in bytes. */
  readonly at: number;
  readonly members: number;
  readonly bytes: number;
  /** Sockets that it was written to, and when each; and those that it was not, because they read too slowly. */
  readonly socketIds: readonly string[];
  readonly times: readonly number[];
  readonly skipped: readonly string[];
}

/** The taps of one server, in the order of a frame's way. Instants and durations are in ms, sizes in bytes. */
export class Taps {
  /** A batch came from a relay; `sentAt` by the relay's clock, `null` where it does not say. */
  readonly batch = new Tap<[sessionId: string, relayId: string, sentAt: number | null, bytes: number]>();
  /** A record was taken; `isFrame` tells frames from session lines and other records. */
  readonly ingest = new Tap<
    [
      sessionId: string,
      relayId: string,
      isFrame: boolean,
      capturedAt: number,
      receivedAt: number,
      bytes: number,
      seq: number,
    ]
  >();
  /** Records were not taken. */
  readonly drop = new Tap<
    [sessionId: string | null, relayId: string | null, reason: string, records: number, because: string | null]
  >();
  /** A relay came, left, said goodbye or took over as the primary; one that came says in which run of its program. */
  readonly relay = new Tap<
    [
      what: 'connected' | 'disconnected' | 'bye' | 'primary',
      sessionId: string,
      relayId: string,
      because: string | null,
      run?: string,
    ]
  >();
  readonly goodbye = new Tap<[goodbye: Goodbye]>();
  readonly relayRefusal = new Tap<[refusal: RelayRefusal]>();
  readonly ownRefusal = new Tap<[refusal: OwnCarRefusal]>();
  /** A relay said how it is. */
  readonly relayStatus = new Tap<[sessionId: string, relayId: string, said: RelayStatus]>();
  /** Records reached the disk: all up to the place `upTo`, counted from when the timeline was opened. */
  readonly timeline = new Tap<[sessionId: string, records: number, bytes: number, upTo: number]>();
  /**
   * A record is in the timing state. `happenedAt` is the latest instant at which anything in the state can have happened,
   * `place` where the record lies on the timeline.
   */
  readonly timing = new Tap<
    [sessionId: string, phase: string | null, relayId: string, seq: number, happenedAt: number, place: number]
  >();
  /** An audience has something to tell its room. */
  readonly tick = new Tap<[sessionId: string, room: string, at: number | null]>();
  /** The live audience looked, and has nothing to tell: all is as it was. */
  readonly unchanged = new Tap<[sessionId: string]>();
  /** A message goes to a room; `message` is the one that `write` hands on for each socket. */
  readonly room = new Tap<[room: string, event: string, message: object, members: number]>();
  /** A message was written to a socket. */
  readonly write = new Tap<[socketId: string, message: object, bytes: number]>();
  /** A message was not written to a socket that reads too slowly. */
  readonly skip = new Tap<[socketId: string, message: object, waitingBytes: number, isClosed: boolean]>();
  /**
   * An edge in another process has told what became of a message of a traced session there; see `FarDelivery`.
   */
  readonly delivery = new Tap<[delivery: FarDelivery]>();
  /** A client said what it shows: the newest instant, and how long the answer before took; `null` where it has neither. */
  /** A connection that sends no beats answered a ping of WebSocket itself. */
  readonly pong = new Tap<[socketId: string, rttMs: number]>();
  readonly beat = new Tap<[socketId: string, shownAt: number | null, rttMs: number | null, isHidden: boolean]>();
  /** A probe of operations passed a stage; `room` where that is one of a room. */
  readonly probe = new Tap<
    [probeId: string, sessionId: string, stage: 'ingest' | 'timeline' | 'timing' | 'tick', room: string | null]
  >();
  readonly refusal = new Tap<[refusal: CallRefusal]>();
  /** Something was refused because there was too much of it: by which limit (`LimitName`), on which socket, if any. */
  readonly limited = new Tap<[limit: string, socketId: string | null]>();
  /** Something failed that should not. */
  readonly failure = new Tap<[from: Subsystem, where: string, error: unknown]>();
  /** The database answered, or failed to; `callSite` is where in our code it was asked. */
  readonly query = new Tap<[sql: string, tookMs: number, error: unknown, callSite: string]>();
  /** A connection was waited for, in vain or not, and given back after having been held. */
  readonly acquire = new Tap<[waitedMs: number, callSite: string]>();
  readonly release = new Tap<[heldMs: number, callSite: string]>();
}
