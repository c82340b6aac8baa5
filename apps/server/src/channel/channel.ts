import {
  broadcastRoom,
  type DelayState,
  type ExtraDelay,
  type FeedChange,
  type FeedState,
  liveRoom,
  type MeasuredDelay,
  type OwnCarMessage,
  type ShowLook,
  type TopicName,
} from '@okboxbox/protocol';
import type { FeedFormat } from './feed-format.js';
import type { SharedJson } from './shared-json.js';
import type { Snapshots } from './snapshots.js';
import type { TopicChunk, TopicEpochs } from './topic-logs.js';

/**
 * Where the side that owns a race and the side that shows it meet. The owner opens outputs and sends changes; an edge
 * keeps a mirror of each output, answers joins from it, and passes on what is sent. Neither calls the other.
 *
 * Everything of one show arrives in the order in which it was sent, outputs and control events alike. A position is an
 * epoch, a sequence and an instant of the show's clock: nothing that only one node understands, such as a place in a
 * file, crosses the channel.
 */

/** What one room is sent of one session. */
export interface Output {
  readonly show: string;
  readonly sessionId: string;
  readonly audience: 'live' | 'broadcast';
  /** How much later than the show's delay; 0 for the live audience. */
  readonly extra: ExtraDelay;
}

/** The room of an output. */
export function roomOf({ audience, sessionId, extra }: Output): string {
  return audience === 'live' ? liveRoom(sessionId) : broadcastRoom(sessionId, extra);
}

/** A whole state and its instant: all that a mirror needs to begin. */
export interface Keyframe {
  readonly state: FeedState;
  /** The instant that the state shows, in ms on the show's clock; `null` where there is none yet. */
  readonly at: number | null;
}

/** How an output begins. */
export interface OutputStart extends Keyframe {
  /** The logs that the state counts; absent where the session has none. Rows that are added come with the changes. */
  readonly logs?: TopicEpochs;
}

/** Sends one output. Once it is closed, all calls that send or note something throw a `ChannelClosedError`. */
export interface OutputWriter extends Keyframe {
  readonly room: string;
  /** Number of the change that was sent last in this epoch. */
  readonly seq: number;
  /** Sends a change of the state at an instant; `json` is its text, where it has been encoded already. */
  send(change: FeedChange, at: number | null, json?: string): void;
  /** Notes that the state of a later instant is the same; nothing is sent. */
  reach(at: number | null): void;
  /** What was sent before is no longer valid: viewers start again from the whole state. */
  beginEpoch(): void;
  /** Sends a packet without content behind all that was sent, so that its way can be measured. */
  probe(): void;
  /** Replaces the newest own-car data of the session's entries, and sends those that are new to their rooms. */
  ownCars(newest: readonly OwnCarMessage[]): void;
  /** Ends the output: its mirror is dropped, and its room may be opened again. */
  close(): void;
}

/** What happens to a show, for its edges, in order with the show's outputs. */
export type ShowEvent =
  /** Viewers that follow the show with this extra delay are on another session from now on. */
  | { readonly event: 'moved'; readonly extra: ExtraDelay; readonly sessionId: string }
  /** The show follows another session from now on; its pictures show that when it is due. */
  | { readonly event: 'followed'; readonly sessionId: string }
  /** The delay, its state, the publishing switch or what may be seen is different: rights are to be checked again. */
  | { readonly event: 'changed' }
  /** The delay's state as the rooms of these outputs are to be told it. */
  | { readonly event: 'delay'; readonly outputs: readonly Output[]; readonly state: DelayState | MeasuredDelay }
  /** The show's own look is another one from now on. */
  | { readonly event: 'look'; readonly look: ShowLook | null }
  /** A session of the show has ended. Not public before its end has aired. */
  | { readonly event: 'ended'; readonly sessionId: string };

/** The owner's side. */
export interface OwnerChannel {
  /**
   * Opens an output with the state that it begins with, in an epoch of its own.
   * @throws Error where the room is open already
   */
  open(output: Output, start: OutputStart): OutputWriter;
  /** Tells every edge something of a show. */
  tell(show: string, event: ShowEvent): void;
  /** How many viewers of all edges are in a room. It may be a second old where edges are other processes. */
  interest(room: string): number;
}

/** An edge's mirror of one output. */
export interface OutputView {
  /** The instant that is shown. */
  readonly at: number | null;
  readonly state: FeedState;
  /** The whole state at its position, as JSON that all callers share. */
  readonly snapshots: Snapshots;
  /** The newest own-car data of the session's entries. */
  readonly newestOwnCars: readonly OwnCarMessage[];
  /** What a viewer at a position has missed, as JSON; `null` where the whole state is to be sent instead. */
  since(epoch: string, seq: number): SharedJson | null;
  /** A chunk of a topic, as far as the state has come; `null` where it has not come to it, or is of another epoch. */
  chunk(topic: TopicName, epoch: string, nr: number): Promise<TopicChunk | null> | TopicChunk | null;
}

/** Takes finished messages to the viewers of an edge. */
export interface ChannelSink {
  /** How many viewers are in a room in a format: nothing is encoded for none. */
  watchers(room: string, format: FeedFormat): number;
  /** Sends an event, whose message is `json`, to all viewers of a room in a format. */
  publish(room: string, format: FeedFormat, event: string, json: string): void;
  /** Sends a packet without content to all viewers of a room, in order with all else. */
  publishNothing(room: string): void;
}

/** The side of an edge. */
export interface EdgeChannel {
  /** The mirror of a room's output; `undefined` where none is open. */
  view(room: string): OutputView | undefined;
  /** Sends all outputs to a sink as well; returns the way to stop. A sink that throws affects no other. */
  subscribe(sink: ChannelSink): () => void;
  /** Calls a listener with each event of every show; returns the way to stop. One that throws affects no other. */
  onShow(listener: (show: string, event: ShowEvent) => void): () => void;
}

/** An output was written to after it had been closed. */
export class ChannelClosedError extends Error {
  override readonly name = 'ChannelClosedError';

  constructor(room: string) {
    super(`The output of room "${room}" is closed.`);
  }
}
