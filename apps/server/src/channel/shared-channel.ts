import type { FeedChange, FeedState, OwnCarMessage } from '@okboxbox/protocol';
import type { Output, OutputStart, OutputView, OutputWriter, OwnerChannel, ShowEvent } from './channel.js';
import { type ChannelMessage, packMessage } from './channel-messages.js';
import type { MemoryChannel } from './memory-channel.js';

/** The mirror of a channel in another process, as its owner reaches it. */
export interface FarMirror {
  /** Takes the next message, packed. */
  send(packed: string): void;
  /** How many viewers it has in a room, as it said last. */
  interest(room: string): number;
}

/**
 * The owner's side of a channel whose edges are other processes as well: all that it sends in its own process goes to each
 * of their mirrors too, written once for all of them. A mirror that comes later begins with the outputs there are.
 */
export class SharedChannel implements OwnerChannel {
  readonly #local: MemoryChannel;
  readonly #outputs = new Map<string, SharedOutput>();
  #mirrors: readonly FarMirror[] = [];

  /** `local` is the channel of the owner's own process. */
  constructor(local: MemoryChannel) {
    this.#local = local;
  }

  open(output: Output, start: OutputStart): OutputWriter {
    const writer = this.#local.open(output, start);
    const { room } = writer;
    const view = this.#local.view(room) as OutputView;
    const shared = new SharedOutput(output, writer, view, {
      send: (message, change) => this.#send(message, change),
      onClose: () => this.#outputs.delete(room),
    });
    this.#outputs.set(room, shared);
    this.#send(shared.opening);
    return shared;
  }

  tell(show: string, event: ShowEvent): void {
    this.#local.tell(show, event);
    this.#send({ kind: 'tell', show, event });
  }

  interest(room: string): number {
    return this.#mirrors.reduce((sum, mirror) => sum + mirror.interest(room), this.#local.interest(room));
  }

  /** Sends a mirror all outputs that there are, and then all that follows; returns the way to stop. */
  share(mirror: FarMirror): () => void {
    for (const output of this.#outputs.values()) mirror.send(packMessage(output.opening));
    this.#mirrors = [...this.#mirrors, mirror];
    return () => {
      this.#mirrors = this.#mirrors.filter((each) => each !== mirror);
    };
  }

  #send(message: ChannelMessage, change?: string): void {
    if (this.#mirrors.length === 0) return;
    const packed = packMessage(message, change);
    for (const mirror of this.#mirrors) mirror.send(packed);
  }
}

interface SharedOutputDeps {
  readonly send: (message: ChannelMessage, change?: string) => void;
  readonly onClose: () => void;
}

/** One output: what its writer in this process takes is sent to the mirrors as well. */
class SharedOutput implements OutputWriter {
  readonly room: string;
  readonly #output: Output;
  readonly #writer: OutputWriter;
  readonly #view: OutputView;
  readonly #deps: SharedOutputDeps;
  #isClosed = false;

  constructor(output: Output, writer: OutputWriter, view: OutputView, deps: SharedOutputDeps) {
    this.room = writer.room;
    this.#output = output;
    this.#writer = writer;
    this.#view = view;
    this.#deps = deps;
  }

  /** The message with which a mirror of it begins now. */
  get opening(): ChannelMessage {
    const { epoch, seq, at } = this.#view.snapshots.position;
    const { state, newestOwnCars: ownCars } = this.#view;
    return { kind: 'open', output: this.#output, state, at, epoch, seq, ownCars };
  }

  get state(): FeedState {
    return this.#writer.state;
  }

  get at(): number | null {
    return this.#writer.at;
  }

  get seq(): number {
    return this.#writer.seq;
  }

  send(change: FeedChange, at: number | null, json = JSON.stringify(change)): void {
    this.#writer.send(change, at, json);
    this.#deps.send({ kind: 'send', room: this.room, at }, json);
  }

  reach(at: number | null): void {
    const isNew = at !== this.#writer.at;
    this.#writer.reach(at);
    if (isNew) this.#deps.send({ kind: 'reach', room: this.room, at });
  }

  beginEpoch(): void {
    this.#writer.beginEpoch();
    this.#deps.send({ kind: 'epoch', room: this.room, epoch: this.#view.snapshots.position.epoch });
  }

  probe(): void {
    this.#writer.probe();
    this.#deps.send({ kind: 'probe', room: this.room });
  }

  ownCars(newest: readonly OwnCarMessage[]): void {
    const before = this.#view.newestOwnCars;
    this.#writer.ownCars(newest);
    const isSame = before.length === newest.length && newest.every(({ at }, i) => before[i]?.at === at);
    if (!isSame) this.#deps.send({ kind: 'own', room: this.room, ownCars: newest });
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#writer.close();
    this.#deps.onClose();
    this.#deps.send({ kind: 'close', room: this.room });
  }
}
