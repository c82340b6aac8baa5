import type { ExtraDelay, Lap, RaceEvent, SegmentsNow, SourceRecord, TopicName, Watermarks } from '@okboxbox/protocol';
import type { OutputView } from '../channel/channel.js';
import type { SharedJson } from '../channel/shared-json.js';
import type { TopicChunk } from '../channel/topic-logs.js';
import type { ShowDesk } from './show-desk.js';

/** The last state of a session that has ended: it does not change any more, and nothing is sent. */
export interface LastState extends Pick<OutputView, 'snapshots' | 'since'> {
  /** A chunk of a topic; read from the session's timeline, which may take a while the first time. */
  chunk(topic: TopicName, epoch: string, nr: number): Promise<TopicChunk | null> | TopicChunk | null;
}

/** Rows that are read one after another, as they are asked for. */
export type Rows<T> = AsyncIterable<T> | Iterable<T>;

/** What of a recording is wanted. */
export interface RecordingWanted {
  /** Car numbers whose own-car data is included; that of all other cars is left out. */
  readonly ownCars: ReadonlySet<string>;
  /** Goes on with a running session until it ends. */
  readonly follow: boolean;
  /** Aborted when the records are no longer wanted: waiting for more of a running session ends then. */
  readonly signal: AbortSignal;
}

/** One relay's stream of a session, and how far its records have come. */
export interface ParityStream extends Pick<Watermarks, 'taken' | 'acknowledged'> {
  readonly relayId: string;
  readonly run: string;
  /** Number of the first record that was taken. */
  readonly first: number;
  /** Inclusive ranges that were skipped and are still to come. */
  readonly missing: readonly (readonly number[])[];
}

/** Frames of running sessions per relay, against what was acknowledged (contract, section 6). */
export interface Parity {
  readonly sessions: readonly {
    readonly sessionId: string;
    readonly framesTotal: number;
    readonly streams: readonly ParityStream[];
    /** The relays that feed it now, and what each says of itself. */
    readonly relays: readonly object[];
  }[];
}

/** A segment or a keyframe of a show's public picture: bytes that do not change any more. */
export interface SegmentFile {
  readonly sessionId: string;
  /** A `PublicSegment` or a `PublicKeyframe` as JSON, plain and compressed. */
  readonly json: Buffer;
  readonly gzip: Buffer;
  readonly brotli: Buffer;
}

/**
 * What becomes of an output with an extra delay. `ready`: the channel has it, or will have it when something airs; `full`:
 * the show has as many extra delays as it may; `none`: nothing of the session is still to air.
 */
export type OutputState = 'ready' | 'full' | 'none';

/** What the sockets of viewers ask of the server that runs a show. */
export interface SocketOwner extends Pick<Owner, 'openOutput'> {
  /** As `Owner` has it, without the chunks: those are for calls. */
  lastState(sessionId: string, part: 'whole' | 'public'): Promise<Pick<LastState, 'snapshots' | 'since'> | null>;
}

/**
 * The server that runs a show, as edges ask it. Every call is asynchronous: it may be another process, so what a caller's
 * right rests on is to be looked up again after each. Rights are decided by the edge. Calls about a session resolve with
 * `null` where it, or its timeline, is not here.
 */
export interface Owner {
  /** What directors do to its shows. */
  readonly desk: ShowDesk;
  /** Makes sure that an output of a session's broadcast is sent. */
  openOutput(show: string, sessionId: string, extra: ExtraDelay): Promise<OutputState>;
  /**
   * A session's timing at its newest frame, as the JSON of a `TimingAnswer`.
   * @throws OwnerRefusal where too many calls for ended sessions are waiting, here and in the four below
   */
  timing(sessionId: string): Promise<SharedJson | null>;
  /** The same as it was at a session time, in seconds. */
  timingAt(sessionId: string, sessionTime: number): Promise<SharedJson | null>;
  /** An ended session's last state: all of it, or, once its end has aired, the public part. `null` where it runs. */
  lastState(sessionId: string, part: 'whole' | 'public'): Promise<LastState | null>;
  /**
   * Where the newest segments of a show's public picture are, once a second of it more has aired; `null` where nothing has.
   * Segments are made while this is asked.
   */
  segmentsNow(show: string): Promise<SegmentsNow | null>;
  /** A segment or keyframe by its name; `null` where it is not kept any more, or never was. */
  segment(show: string, name: string): Promise<SegmentFile | null>;
  /** A session's laps in the order of crossing, of one car where it is given. */
  laps(sessionId: string, car?: number): Promise<Rows<Lap> | null>;
  /** A session's race events in order. */
  events(sessionId: string): Promise<Rows<RaceEvent> | null>;
  /** What relays captured of a session, in the order of the race. Nothing is read before the first record is asked for. */
  recording(sessionId: string, wanted: RecordingWanted): Promise<AsyncIterable<SourceRecord> | null>;
  /** Of one running session, or of all that run here where `sessionId` is `null`. */
  parity(sessionId: string | null): Promise<Parity>;
  /** Ends a session, whatever feeds it; false where no session of that id runs. */
  endSession(sessionId: string, reason: string): Promise<boolean>;
}
