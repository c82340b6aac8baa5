import type { FeedState, OwnCarMessage, TopicName } from '@okboxbox/protocol';
import type { ChannelSink, EdgeChannel, OutputView, ShowEvent } from './channel.js';
import { type ChannelMessage, carriedChange } from './channel-messages.js';
import { FEED_FORMATS } from './feed-format.js';
import { MemoryChannel, type MemoryChannelDeps, type MirroredWriter } from './memory-channel.js';
import type { SharedJson } from './shared-json.js';
import type { Snapshots } from './snapshots.js';
import type { TopicChunk } from './topic-logs.js';

/** Asks the owner for a chunk of an output's logs, as far as the output has come there. */
export type AskChunk = (room: string, topic: TopicName, epoch: string, nr: number) => Promise<TopicChunk | null>;

export interface MirrorChannelDeps extends MemoryChannelDeps {
  readonly chunk: AskChunk;
}

/**
 * An edge's side of a channel whose owner is another process: a channel of its own to which all is done that the owner's
 * messages say. Epochs and numbers are the owner's, so that a viewer can go on at another edge where it stopped at this one.
 */
export class MirrorChannel implements EdgeChannel {
  readonly #local: MemoryChannel;
  readonly #chunk: AskChunk;
  readonly #outputs = new Map<string, { readonly writer: MirroredWriter; readonly view: OutputView }>();
  readonly #sinks = new Set<ChannelSink>();

  constructor({ chunk, ...deps }: MirrorChannelDeps) {
    this.#local = new MemoryChannel(deps);
    this.#chunk = chunk;
  }

  view(room: string): OutputView | undefined {
    return this.#outputs.get(room)?.view;
  }

  subscribe(sink: ChannelSink): () => void {
    const stop = this.#local.subscribe(sink);
    this.#sinks.add(sink);
    return () => {
      this.#sinks.delete(sink);
      stop();
    };
  }

  onShow(listener: (show: string, event: ShowEvent) => void): () => void {
    return this.#local.onShow(listener);
  }

  /**
   * Takes the owner's next message; `packed` is what came.
   * @throws Error where it is about an output that was not opened: the mirror is no longer what the owner has
   */
  take(message: ChannelMessage, packed: string): void {
    switch (message.kind) {
      case 'open': {
        const { output, state, at, epoch, seq, ownCars } = message;
        const writer = this.#local.open(output, { state, at }, { epoch, seq });
        const view = this.#local.view(writer.room) as OutputView;
        this.#outputs.set(writer.room, { writer, view: new MirrorView(writer.room, view, this.#chunk) });
        if (ownCars.length > 0) writer.ownCars(ownCars);
        return;
      }
      case 'send': {
        const carried = carriedChange(packed);
        if (carried === null) throw new Error(`A message for room "${message.room}" has no change.`);
        this.#of(message.room).send(carried.change, message.at, carried.json);
        return;
      }
      case 'reach':
        this.#of(message.room).reach(message.at);
        return;
      case 'epoch':
        this.#of(message.room).beginEpoch(message.epoch);
        return;
      case 'probe':
        this.#of(message.room).probe();
        return;
      case 'own':
        this.#of(message.room).ownCars(message.ownCars);
        return;
      case 'close':
        this.#of(message.room).close();
        this.#outputs.delete(message.room);
        return;
      case 'tell':
        this.#local.tell(message.show, message.event);
        return;
      default:
        message satisfies never;
    }
  }

  /** How many viewers the open rooms have here, of those that have any. */
  interests(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const room of this.#outputs.keys()) {
      let count = 0;
      for (const sink of this.#sinks) for (const format of FEED_FORMATS) count += sink.watchers(room, format);
      if (count > 0) counts.set(room, count);
    }
    return counts;
  }

  #of(room: string): MirroredWriter {
    const found = this.#outputs.get(room)?.writer;
    if (found === undefined) throw new Error(`Room "${room}" has no output here.`);
    return found;
  }
}

/** An output of the mirror; what came before it was opened here, the owner has. */
class MirrorView implements OutputView {
  readonly #room: string;
  readonly #view: OutputView;
  readonly #chunk: AskChunk;

  constructor(room: string, view: OutputView, chunk: AskChunk) {
    this.#room = room;
    this.#view = view;
    this.#chunk = chunk;
  }

  get at(): number | null {
    return this.#view.at;
  }

  get state(): FeedState {
    return this.#view.state;
  }

  get snapshots(): Snapshots {
    return this.#view.snapshots;
  }

  get newestOwnCars(): readonly OwnCarMessage[] {
    return this.#view.newestOwnCars;
  }

  since(epoch: string, seq: number): SharedJson | null {
    return this.#view.since(epoch, seq);
  }

  chunk(topic: TopicName, epoch: string, nr: number): Promise<TopicChunk | null> {
    return this.#chunk(this.#room, topic, epoch, nr);
  }
}
