import {
  carRoom,
  type FeedChange,
  type FeedPosition,
  type FeedState,
  type OwnCarMessage,
  type TopicName,
} from '@okboxbox/protocol';
import type { Taps } from '../taps.js';
import {
  ChannelClosedError,
  type ChannelSink,
  type EdgeChannel,
  type Output,
  type OutputStart,
  type OutputView,
  type OutputWriter,
  type OwnerChannel,
  roomOf,
  type ShowEvent,
} from './channel.js';
import { Feed } from './feed.js';
import { FEED_FORMATS, type FeedFormat } from './feed-format.js';
import type { SharedJson } from './shared-json.js';
import type { Snapshots } from './snapshots.js';
import type { TopicChunk, TopicEpochs } from './topic-logs.js';

export interface MemoryChannelDeps {
  /** Names a new epoch. */
  readonly randomId: () => string;
  readonly taps?: Taps;
}

/** The writer of an output, which goes on in an epoch that another process has named where it mirrors one of that. */
export interface MirroredWriter extends OutputWriter {
  beginEpoch(epoch?: string): void;
}

/** A mirror in its owner's process, which has the logs at hand. */
export interface SameProcessView extends OutputView {
  chunk(topic: TopicName, epoch: string, nr: number): TopicChunk | null;
}

/** The channel within one process: both sides share each output's mirror, and what is sent arrives at once. */
export class MemoryChannel implements OwnerChannel, EdgeChannel {
  readonly #deps: MemoryChannelDeps;
  readonly #outputs = new Map<string, SameProcessView>();
  #sinks: readonly ChannelSink[] = [];
  #listeners: readonly ((show: string, event: ShowEvent) => void)[] = [];

  constructor(deps: MemoryChannelDeps) {
    this.#deps = deps;
  }

  /** `position` is where a mirror of an output goes on that another process has opened. */
  open(output: Output, start: OutputStart, position?: Pick<FeedPosition, 'epoch' | 'seq'>): MirroredWriter {
    const room = roomOf(output);
    if (this.#outputs.has(room)) throw new Error(`The output of room "${room}" is open already.`);
    const opened = new MemoryOutput(output, start, position ?? { epoch: this.#deps.randomId(), seq: 0 }, {
      ...this.#deps,
      publish: (...message) => this.#publish(...message),
      publishNothing: () => this.#toSinks((sink) => sink.publishNothing(room)),
      onClose: () => this.#outputs.delete(room),
    });
    this.#outputs.set(room, opened);
    return opened;
  }

  tell(show: string, event: ShowEvent): void {
    if (event.event === 'delay') {
      let json: string | null = null;
      const text = () => {
        json ??= JSON.stringify(event.state);
        return json;
      };
      for (const output of event.outputs) {
        for (const format of FEED_FORMATS) this.#publish(roomOf(output), format, 'broadcast:delay:state', text);
      }
    }
    for (const listener of this.#listeners) this.#guarded(() => listener(show, event));
  }

  interest(room: string): number {
    let count = 0;
    for (const sink of this.#sinks) for (const format of FEED_FORMATS) count += sink.watchers(room, format);
    return count;
  }

  view(room: string): SameProcessView | undefined {
    return this.#outputs.get(room);
  }

  subscribe(sink: ChannelSink): () => void {
    this.#sinks = [...this.#sinks, sink];
    return () => {
      this.#sinks = this.#sinks.filter((each) => each !== sink);
    };
  }

  onShow(listener: (show: string, event: ShowEvent) => void): () => void {
    this.#listeners = [...this.#listeners, listener];
    return () => {
      this.#listeners = this.#listeners.filter((each) => each !== listener);
    };
  }

  /** Encodes only where a sink has viewers for it, and once for all sinks. */
  #publish(room: string, format: FeedFormat, event: string, text: () => string): void {
    let json: string | null = null;
    this.#toSinks((sink) => {
      if (sink.watchers(room, format) === 0) return;
      json ??= text();
      sink.publish(room, format, event, json);
    });
  }

  #toSinks(send: (sink: ChannelSink) => void): void {
    for (const sink of this.#sinks) this.#guarded(() => send(sink));
  }

  /** One sink or listener that fails must not keep a message from the others. */
  #guarded(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#deps.taps?.failure.emit?.('gateway', 'fan-out', error);
    }
  }
}

interface MemoryOutputDeps extends MemoryChannelDeps {
  readonly publish: (room: string, format: FeedFormat, event: string, text: () => string) => void;
  readonly publishNothing: () => void;
  readonly onClose: () => void;
}

/** One output: the writer that its owner has and the mirror that edges read are the same object here. */
class MemoryOutput implements MirroredWriter, SameProcessView {
  readonly room: string;
  readonly #sessionId: string;
  readonly #deps: MemoryOutputDeps;
  readonly #feed: Feed;
  readonly #logs: TopicEpochs | undefined;
  #ownCars: readonly OwnCarMessage[] = [];
  /** When the own-car data that were sent last came, by car number. */
  readonly #ownAt = new Map<string, number>();
  #isClosed = false;

  constructor(
    output: Output,
    start: OutputStart,
    position: Pick<FeedPosition, 'epoch' | 'seq'>,
    deps: MemoryOutputDeps,
  ) {
    this.room = roomOf(output);
    this.#sessionId = output.sessionId;
    this.#deps = deps;
    this.#feed = new Feed(output.sessionId, position, start);
    this.#logs = start.logs;
  }

  get state(): FeedState {
    return this.#feed.state;
  }

  get at(): number | null {
    return this.#feed.at;
  }

  get seq(): number {
    return this.#feed.seq;
  }

  get snapshots(): Snapshots {
    return this.#feed.snapshots;
  }

  get newestOwnCars(): readonly OwnCarMessage[] {
    return this.#ownCars;
  }

  since(epoch: string, seq: number): SharedJson | null {
    return this.#feed.since(epoch, seq);
  }

  chunk(topic: TopicName, epoch: string, nr: number): TopicChunk | null {
    return this.#logs?.of(epoch)?.chunk(this.#feed.state.topics, topic, nr) ?? null;
  }

  send(change: FeedChange, at: number | null, json = JSON.stringify(change)): void {
    this.#refuseWhereClosed();
    const texts = this.#feed.take(change, at, json);
    this.#deps.taps?.tick.emit?.(this.#sessionId, this.room, at);
    this.#deps.publish(this.room, 'rows', 'feed', () => texts.rows);
    this.#deps.publish(this.room, 'json', 'feed', texts.named);
  }

  reach(at: number | null): void {
    this.#refuseWhereClosed();
    this.#feed.reach(at);
  }

  beginEpoch(epoch = this.#deps.randomId()): void {
    this.#refuseWhereClosed();
    this.#feed.beginEpoch(epoch);
  }

  probe(): void {
    this.#refuseWhereClosed();
    this.#deps.publishNothing();
  }

  ownCars(newest: readonly OwnCarMessage[]): void {
    this.#refuseWhereClosed();
    this.#ownCars = newest;
    for (const message of newest) {
      if (this.#ownAt.get(message.carNumber) === message.at) continue;
      this.#ownAt.set(message.carNumber, message.at);
      const room = carRoom(message.sessionId, message.carNumber);
      this.#deps.publish(room, 'json', 'own', () => JSON.stringify(message));
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#deps.onClose();
  }

  #refuseWhereClosed(): void {
    if (this.#isClosed) throw new ChannelClosedError(this.room);
  }
}
