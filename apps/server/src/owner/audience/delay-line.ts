import { applyChange, changeBetween, type FeedChange, type FeedState, withAppended } from '@okboxbox/protocol';
import { type RowsOf, TopicEpochs } from '../../channel/topic-logs.js';

/** A state is kept whole this often, in ms of the line, so that any instant of it is a few changes away. */
const KEYFRAME_MS = 5_000;

/** One change of the public state, at its instant. */
interface LineEntry {
  /** Its number in the line; numbers are never used again. */
  readonly nr: number;
  readonly at: number;
  /** The change as JSON: encoded once, for all who get it. */
  readonly json: string;
  /** The state after it, now and then. */
  readonly keyframe: FeedState | null;
}

/** A probe on its way through a line: it airs at its instant like a change, and is none. */
export interface LineProbe {
  readonly nr: number;
  readonly at: number;
  readonly probeId: string;
}

/** What is in a line. */
export interface LineFill {
  readonly events: number;
  readonly bytes: number;
  readonly oldestAt: number | null;
  readonly newestAt: number | null;
}

/** Where a reader of a line is: behind which entry, with which state. */
export interface LineReader {
  readonly nr: number;
  readonly at: number;
  readonly state: FeedState;
}

/** What a reader has come to: one change, and its text where it is a single entry's. */
export interface Advance {
  readonly reader: LineReader;
  readonly change: FeedChange | null;
  readonly json: string | null;
}

/**
 * A session's public states of the last four minutes and more, as changes in order: what has happened and may not have
 * aired yet. Nothing in it is anything but public.
 */
export class DelayLine {
  #entries: LineEntry[] = [];
  #nextNr = 1;
  #bytes = 0;
  #newest: FeedState;
  #newestAt: number;
  #keyframeAt: number;
  /** The state before the first entry that is kept. */
  #base: LineReader;
  #hasEnded = false;
  #probes: LineProbe[] = [];
  #nextProbeNr = 1;
  /** The logs that the states count, their public part. */
  readonly logs: TopicEpochs;

  /** Begins with a state and its instant. */
  constructor(state: FeedState, at: number, logs = new TopicEpochs()) {
    this.logs = logs;
    this.#newest = state;
    this.#newestAt = at;
    this.#keyframeAt = at;
    this.#base = { nr: 0, at, state };
  }

  /** The state that was put in last, and its instant. */
  get newest(): FeedState {
    return this.#newest;
  }

  get newestAt(): number {
    return this.#newestAt;
  }

  /** Whether nothing more comes. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Instant of the oldest state that is kept. */
  get oldestAt(): number {
    return this.#base.at;
  }

  /** Puts in the next state; an instant before the newest counts as the newest. Nothing is put in where nothing changed. */
  push(state: FeedState, at: number): void {
    const change = this.#changeBetween(this.#newest, state);
    this.#newestAt = Math.max(this.#newestAt, at);
    if (change === null) return;
    this.#newest = state;
    const isKeyframe = this.#newestAt - this.#keyframeAt >= KEYFRAME_MS;
    if (isKeyframe) this.#keyframeAt = this.#newestAt;
    this.#append(change, this.#newestAt, isKeyframe ? state : null);
  }

  /**
   * Puts slots in at an instant that has passed, so that they air with the picture of then; all states behind it have them,
   * also where something else was to come into the same slot: what was said last counts.
   */
  insert(change: Required<Pick<FeedChange, 'onAir'>>, at: number): void {
    const later = this.#entries.filter((entry) => entry.at > at);
    this.#newest = applyChange(this.#newest, change);
    if (at < this.#base.at) this.#base = { ...this.#base, state: applyChange(this.#base.state, change) };
    this.#entries = this.#entries.filter((entry) => entry.at <= at);
    const removed = later.reduce((sum, { json }) => sum + json.length, 0);
    this.#bytes -= removed;
    // Readers are behind `at`, so what comes after it may be numbered anew.
    this.#nextNr = (this.#entries.at(-1)?.nr ?? this.#base.nr) + 1;
    this.#append(change, Math.max(at, this.#base.at), null);
    for (const { at: instant, json, keyframe } of later) {
      const left = withoutSlots(json, change.onAir);
      if (left !== null) this.#append(left, instant, keyframe && applyChange(keyframe, change));
    }
  }

  /** Puts a probe in at its instant. */
  probe(probeId: string, at: number): void {
    this.#probes.push({ nr: this.#nextProbeNr, at, probeId });
    this.#nextProbeNr += 1;
  }

  /** Probes behind the one of a number, oldest first. */
  probesBehind(nr: number): readonly LineProbe[] {
    // Mostly there is none.
    return this.#probes.length === 0 ? this.#probes : this.#probes.filter((probe) => probe.nr > nr);
  }

  /** Nothing more comes. */
  end(): void {
    this.#hasEnded = true;
  }

  /** Moves all instants, where the server's clock turned out to have been set. */
  shift(ms: number): void {
    this.#newestAt += ms;
    this.#keyframeAt += ms;
    this.#base = { ...this.#base, at: this.#base.at + ms };
    this.#entries = this.#entries.map((entry) => ({ ...entry, at: entry.at + ms }));
    this.#probes = this.#probes.map((probe) => ({ ...probe, at: probe.at + ms }));
  }

  /** A reader at the newest state of up to an instant; `null` where the line begins later. */
  readerAt(position: number): LineReader | null {
    if (position < this.#base.at) return null;
    return this.#forward(this.#base, position);
  }

  /** Instant of the oldest state that is kept from an instant on; `null` where none has come. */
  firstFrom(instant: number): number | null {
    if (this.#base.at >= instant) return this.#base.at;
    return this.#entries.find(({ at }) => at >= instant)?.at ?? null;
  }

  /** Instant of what comes next behind a reader; `null` where nothing has come. */
  nextAt(reader: LineReader): number | null {
    return this.#entries[this.#indexBehind(reader)]?.at ?? null;
  }

  /**
   * Moves a reader on to the newest state of up to an instant. Many changes at once become one: a jump is sent as what is
   * different, not as every step.
   */
  advance(reader: LineReader, position: number): Advance {
    if (reader.nr < this.#base.nr && position >= this.#base.at) {
      // It has stood still for longer than anything is kept.
      const moved = this.#forward(this.#base, position);
      return { reader: moved, change: this.#changeBetween(reader.state, moved.state), json: null };
    }
    const index = this.#indexBehind(reader);
    const next = this.#entries[index];
    if (next === undefined || next.at > position) return { reader, change: null, json: null };
    const second = this.#entries[index + 1];
    if (second === undefined || second.at > position) {
      const change = JSON.parse(next.json) as FeedChange;
      const state = next.keyframe ?? applyChange(reader.state, change);
      return { reader: { nr: next.nr, at: next.at, state }, change, json: next.json };
    }
    const moved = this.#forward(reader, position);
    return { reader: moved, change: this.#changeBetween(reader.state, moved.state), json: null };
  }

  /** Lets go of what is older than an instant, but for the state of then. */
  forget(before: number): void {
    if (this.#probes.length > 0) this.#probes = this.#probes.filter(({ at }) => at > before);
    const first = this.#entries.findIndex((entry) => entry.at > before);
    const count = first === -1 ? this.#entries.length : first;
    // Up to a keyframe: the state of then is at hand.
    let drop = count;
    while (drop > 0 && this.#entries[drop - 1]?.keyframe === null) drop -= 1;
    if (drop === 0) return;
    const last = this.#entries[drop - 1] as LineEntry;
    this.#base = { nr: last.nr, at: last.at, state: last.keyframe as FeedState };
    for (const entry of this.#entries.splice(0, drop)) this.#bytes -= entry.json.length;
    this.logs.forgetBefore(this.#base.state.topics.epoch);
  }

  /** What a reader has still before it. */
  fillBehind(reader: LineReader | null): LineFill {
    const from = reader === null ? 0 : this.#indexBehind(reader);
    const waiting = this.#entries.slice(from);
    return {
      events: waiting.length,
      bytes: waiting.reduce((sum, { json }) => sum + json.length, 0),
      oldestAt: waiting[0]?.at ?? null,
      newestAt: waiting.at(-1)?.at ?? null,
    };
  }

  /** Characters of all that is kept, aired or not. */
  get bytes(): number {
    return this.#bytes;
  }

  #changeBetween(before: FeedState, after: FeedState): FeedChange | null {
    const change = changeBetween(before, after);
    const rowsOf: RowsOf = (...rows) => this.logs.rows(after.topics.epoch, ...rows);
    return change && withAppended(change, before.topics, rowsOf);
  }

  #append(change: FeedChange | string, at: number, keyframe: FeedState | null): void {
    const json = typeof change === 'string' ? change : JSON.stringify(change);
    this.#entries.push({ nr: this.#nextNr, at, json, keyframe });
    this.#nextNr += 1;
    this.#bytes += json.length;
  }

  /** Entries are numbered without a hole. */
  #indexBehind(reader: LineReader): number {
    const first = this.#entries[0]?.nr ?? this.#nextNr;
    return Math.max(0, reader.nr + 1 - first);
  }

  #forward(reader: LineReader, position: number): LineReader {
    const from = this.#indexBehind(reader);
    let end = from;
    let keyframe = -1;
    for (; end < this.#entries.length; end++) {
      const entry = this.#entries[end] as LineEntry;
      if (entry.at > position) break;
      if (entry.keyframe !== null) keyframe = end;
    }
    if (end === from) return reader;
    let state = keyframe === -1 ? reader.state : ((this.#entries[keyframe] as LineEntry).keyframe as FeedState);
    for (let i = keyframe === -1 ? from : keyframe + 1; i < end; i++) {
      state = applyChange(state, JSON.parse((this.#entries[i] as LineEntry).json) as FeedChange);
    }
    const last = this.#entries[end - 1] as LineEntry;
    return { nr: last.nr, at: last.at, state };
  }
}

/** A change's text without what it says of some slots; `null` where it says nothing else. */
function withoutSlots(json: string, slots: object): string | null {
  if (!json.includes('"onAir":')) return json;
  const { onAir = {}, ...others } = JSON.parse(json) as FeedChange;
  const kept = Object.fromEntries(Object.entries(onAir).filter(([slot]) => !(slot in slots)));
  const left: FeedChange = Object.keys(kept).length > 0 ? { ...others, onAir: kept } : others;
  return Object.keys(left).length > 0 ? JSON.stringify(left) : null;
}
