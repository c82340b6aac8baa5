import { type ExtraDelay, type FeedChange, type OnAir, SLOTS } from '@okboxbox/protocol';
import { type Keyframe, type Output, type OutputWriter, type OwnerChannel, roomOf } from '../../channel/channel.js';
import type { TopicEpochs } from '../../channel/topic-logs.js';
import type { Taps } from '../../taps.js';
import type { DelayLine, LineFill, LineReader } from './delay-line.js';

export interface BroadcastAudienceDeps {
  readonly channel: OwnerChannel;
  readonly taps?: Taps;
}

/**
 * An audience that sees the public part of a session, as far as a position says. Nothing leaves it but what a line holds
 * up to that position (SPEC.md, DLY-1).
 */
export class BroadcastAudience {
  readonly output: Output;
  readonly #line: DelayLine;
  readonly #deps: BroadcastAudienceDeps;
  /** Nothing older airs: it had gone further before a restart. */
  readonly #notBefore: number;
  #reader: LineReader | null = null;
  #writer: OutputWriter | null = null;
  /** Number of the newest probe that has passed; `null` before the first look. */
  #probeNr: number | null = null;

  constructor(
    output: Output,
    line: DelayLine,
    deps: BroadcastAudienceDeps,
    notBefore: number = Number.NEGATIVE_INFINITY,
  ) {
    this.output = output;
    this.#line = line;
    this.#deps = deps;
    this.#notBefore = notBefore;
  }

  get extra(): ExtraDelay {
    return this.output.extra;
  }

  get room(): string {
    return roomOf(this.output);
  }

  /** What its room has been sent; `null` before anything has aired. */
  get aired(): Keyframe | null {
    return this.#writer;
  }

  /** The logs that its states count. */
  get logs(): TopicEpochs {
    return this.#line.logs;
  }

  /** Whether the session's end has aired. */
  get hasEnded(): boolean {
    return this.#line.hasEnded && this.#reader !== null && this.#line.nextAt(this.#reader) === null;
  }

  /** What has not aired yet. */
  get waiting(): LineFill {
    return this.#line.fillBehind(this.#reader);
  }

  /** The next instant at which something of it changes; `null` where nothing is known to. */
  get nextAt(): number | null {
    if (this.#reader === null) return this.#line.firstFrom(this.#notBefore);
    const next = this.#line.nextAt(this.#reader) ?? Number.POSITIVE_INFINITY;
    const leaves = this.#writer === null ? Number.POSITIVE_INFINITY : leavesAt(this.#writer.state.onAir);
    const [probe] = this.#line.probesBehind(this.#probeNr ?? 0);
    const at = Math.min(next, leaves, probe?.at ?? Number.POSITIVE_INFINITY);
    return Number.isFinite(at) ? at : null;
  }

  /** Airs all up to a position; true where that was something. */
  advance(position: number): boolean {
    const hasAired = this.#advance(position);
    this.#passProbes(position);
    return hasAired;
  }

  /** Nothing more is sent: its output is closed. */
  close(): void {
    this.#writer?.close();
  }

  /** A probe is reported and sent behind all that airs with it, as a packet without content. */
  #passProbes(position: number): void {
    // An output that is made now was not there when older ones were due.
    this.#probeNr ??= this.#line.probesBehind(0).findLast(({ at }) => at <= position)?.nr ?? 0;
    for (const { nr, at, probeId } of this.#line.probesBehind(this.#probeNr)) {
      if (at > position) return;
      this.#probeNr = nr;
      this.#deps.taps?.probe.emit?.(probeId, this.output.sessionId, 'tick', this.room);
      this.#writer?.probe();
    }
  }

  #advance(position: number): boolean {
    const writer = this.#writer;
    if (this.#reader === null || writer === null) return this.#begin(position);
    const { reader, change, json } = this.#line.advance(this.#reader, position);
    this.#reader = reader;
    const left = leavers({ ...writer.state.onAir, ...change?.onAir }, position);
    if (change === null && left === null) return false;
    if (left === null) writer.send(change as FeedChange, reader.at, json ?? undefined);
    else writer.send({ ...change, onAir: { ...change?.onAir, ...left } }, reader.at);
    return true;
  }

  #begin(position: number): boolean {
    const reader = this.#line.readerAt(position);
    // What is missing of a timeline must not take the picture back to before it.
    if (reader === null || reader.at < this.#notBefore) return false;
    this.#reader = reader;
    const { state, at } = reader;
    const onAir = { ...state.onAir, ...leavers(state.onAir, position) };
    this.#writer = this.#deps.channel.open(this.output, { state: { ...state, onAir }, at, logs: this.#line.logs });
    return true;
  }
}

/** Slots that are to leave by an instant, as empty ones; `null` where there is none. */
function leavers(onAir: OnAir, at: number): Partial<OnAir> | null {
  const left = SLOTS.filter((slot) => (onAir[slot]?.until ?? Number.POSITIVE_INFINITY) <= at);
  return left.length === 0 ? null : Object.fromEntries(left.map((slot) => [slot, null]));
}

/** When the next slot leaves by itself. */
function leavesAt(onAir: OnAir): number {
  return Math.min(...SLOTS.map((slot) => onAir[slot]?.until ?? Number.POSITIVE_INFINITY));
}
