import {
  encodeRecord,
  FELL_BACK_S,
  type Frame,
  isSameSession,
  type SessionLine,
  type SourceRecord,
  WireError,
} from '@okboxbox/protocol';
import { SourceError } from '@okboxbox/sims';
import { FieldWatch } from './field-watch.js';
import type { Spool } from './spool/spool.js';
import type { SpoolStream } from './spool/spool-stream.js';
import type { Greeting, StreamEnd } from './spool/stream-folder.js';

/** Time as the relay captures it. */
export interface CaptureClock {
  /** Milliseconds that never step back. */
  now(): number;
  /** What the wall clock said when `now()` was 0, milliseconds since the epoch; read once a run. */
  readonly epoch: number;
}

export interface AgentCounters {
  frames: number;
  /** Records that fit no wire record; the sequence goes on without them. */
  dropped: number;
  /** Frames left out because fewer were asked for. */
  thinned: number;
  /** Records thrown away because the kill switch says so. */
  discarded: number;
}

export interface AgentOptions {
  readonly spool: Spool;
  readonly clock: CaptureClock;
  readonly spec: string;
  /** What a stream's relay greets with, given its session; with a `run` of its own for each stream. */
  readonly greet: (session: SessionLine) => Greeting;
  /** Frames a second at most; `null` all of them. */
  readonly maxHz: () => number | null;
  /** Which of the own car's data may leave this PC. */
  readonly ownFields: () => readonly string[] | 'all';
  /** Whether the relay's token lets it say which car the camera shows. */
  readonly mayShowCamera: () => boolean;
  /** Whether what is captured is thrown away. */
  readonly discards: () => boolean;
  readonly onDrop: (because: string) => void;
  /** Something was put into the spool. */
  readonly onSpooled: () => void;
}

/**
 * Stamps what a source gives: a number in its stream, and for frames the time of capture by a monotonic clock. Each
 * record is packed once; its bytes go to the spool and are not touched again. A new session begins a new stream.
 */
export class Agent {
  readonly counters: AgentCounters = { frames: 0, dropped: 0, thinned: 0, discarded: 0 };
  readonly field = new FieldWatch();
  readonly #options: AgentOptions;
  #session: SessionLine | null = null;
  #stream: SpoolStream | null = null;
  #sessionTime: number | null = null;

  constructor(options: AgentOptions) {
    this.#options = options;
  }

  /** The session that is captured now. */
  get session(): SessionLine | null {
    return this.#session;
  }

  /**
   * Stamps and spools a record.
   * @throws SourceError where a record comes before a session: nobody knows whose it is.
   */
  capture(record: SourceRecord): void {
    if (record.kind === 'session') this.#takeSession(record);
    const session = this.#session;
    if (session === null) {
      throw new SourceError(`${this.#options.spec} begins with a ${record.kind} and no session: nobody knows whose.`);
    }
    if (record.kind !== 'frame') {
      this.#put(record);
      return;
    }
    const before = this.#sessionTime;
    if (before !== null && record.sessionTime < before - FELL_BACK_S) {
      this.end({ reason: 'session-changed' });
      this.#put(session);
    } else if (before !== null && this.#isTooSoon(record.sessionTime - before)) {
      this.counters.thinned += 1;
      return;
    }
    this.field.frame(record);
    this.#sessionTime = record.sessionTime;
    if (this.#put(this.#withCamera(this.#withOwnFields(record)))) this.counters.frames += 1;
  }

  /** A server has ended the session of a stream: true where that is being captured, which goes on as a run of its own. */
  beginAnew(stream: SpoolStream): boolean {
    if (this.#stream !== stream || stream.ended !== null) return false;
    this.end({ reason: 'stopped', message: 'the session has ended at a server; the relay goes on with a new run' });
    return true;
  }

  /** Nothing more comes of the stream. */
  end(end: StreamEnd): void {
    this.#stream?.end(end);
    this.#stream = null;
    this.#sessionTime = null;
    this.#options.onSpooled();
  }

  #takeSession(session: SessionLine): void {
    if (this.#session !== null && !isSameSession(this.#session, session)) this.end({ reason: 'session-changed' });
    this.#session = session;
    this.field.session(session);
  }

  #isTooSoon(step: number): boolean {
    const maxHz = this.#options.maxHz();
    // A tenth below the step: what a source gives is not exactly even.
    return maxHz !== null && step < 0.9 / maxHz;
  }

  #put(record: SourceRecord): boolean {
    const { spool, clock, greet, discards, onDrop, onSpooled } = this.#options;
    if (discards()) {
      this.counters.discarded += 1;
      return false;
    }
    const session = this.#session as SessionLine;
    const isNew = this.#stream === null;
    this.#stream ??= spool.begin(greet(session));
    // What a stream is about stands at its beginning, also where the kill switch swallowed it before.
    if (isNew && record.kind !== 'session') this.#put(session);
    const at = Math.round((clock.epoch + clock.now()) * 1000) / 1000;
    let bytes: Uint8Array;
    try {
      bytes = encodeRecord({ ...record, capturedAt: at }, this.#stream.last + 1);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.counters.dropped += 1;
      onDrop(error.message);
      return false;
    }
    if (record.kind === 'frame') this.#stream.sessionTime = record.sessionTime;
    spool.put(this.#stream, bytes, at, record.kind === 'session' || record.kind === 'frame' ? record.kind : 'other');
    onSpooled();
    return true;
  }

  /** Only a broadcaster's PC says it: what a driver looks at is nobody's business, and the server would leave it out. */
  #withCamera(frame: Frame): Frame {
    if (frame.camera === undefined || this.#options.mayShowCamera()) return frame;
    const { camera: _, ...rest } = frame;
    return rest;
  }

  #withOwnFields(frame: Frame): Frame {
    const allowed = this.#options.ownFields();
    if (frame.own === undefined || allowed === 'all') return frame;
    const { own, ...rest } = frame;
    if (allowed.length === 0) return rest;
    const kept = Object.entries(own).filter(([name]) => name === 'car' || allowed.includes(name));
    return { ...rest, own: Object.fromEntries(kept) as NonNullable<Frame['own']> };
  }
}
