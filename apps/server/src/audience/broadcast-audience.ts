import { broadcastRoom, type FeedChange, type OnAir, SLOTS } from '@okboxbox/protocol';
import type { DelayLine, LineFill, LineReader } from './delay-line.js';
import { Feed, type FeedWorld } from './feed.js';

export interface BroadcastAudienceWorld extends FeedWorld {
  /** Names a new epoch. */
  readonly randomId: () => string;
}

/** Who watches a session later: the show's own delay, or that and an output's extra. */
export interface BroadcastPlace {
  readonly sessionId: string;
  readonly extraMs: number;
}

/**
 * An audience that sees the public part of a session, as far as a position says. Nothing leaves it but what a line holds
 * up to that position (SPEC.md, DLY-1).
 */
export class BroadcastAudience {
  readonly extraMs: number;
  readonly room: string;
  readonly #place: BroadcastPlace;
  readonly #line: DelayLine;
  readonly #world: BroadcastAudienceWorld;
  #reader: LineReader | null = null;
  #feed: Feed | null = null;
  /** Number of the newest probe that has passed; `null` before the first look. */
  #probeNr: number | null = null;

  constructor(place: BroadcastPlace, line: DelayLine, world: BroadcastAudienceWorld) {
    this.extraMs = place.extraMs;
    this.room = broadcastRoom(place.sessionId, place.extraMs);
    this.#place = place;
    this.#line = line;
    this.#world = world;
  }

  /** What its room has been sent; `null` before anything has aired. */
  get feed(): Feed | null {
    return this.#feed;
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
    if (this.#reader === null) return this.#line.oldestAt;
    const next = this.#line.nextAt(this.#reader) ?? Number.POSITIVE_INFINITY;
    const leaves = this.#feed === null ? Number.POSITIVE_INFINITY : leavesAt(this.#feed.state.onAir);
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

  /** A probe is told of and sent behind all that airs with it, as a message that says nothing. */
  #passProbes(position: number): void {
    // An output that is made now was not there when older ones were due.
    this.#probeNr ??= this.#line.probesBehind(0).findLast(({ at }) => at <= position)?.nr ?? 0;
    for (const { nr, at, probeId } of this.#line.probesBehind(this.#probeNr)) {
      if (at > position) return;
      this.#probeNr = nr;
      this.#world.taps?.probe.hear?.(probeId, this.#place.sessionId, 'tick', this.room);
      this.#world.hub.publishNothing(this.room);
    }
  }

  #advance(position: number): boolean {
    if (this.#reader === null || this.#feed === null) return this.#begin(position);
    const { reader, change, json } = this.#line.advance(this.#reader, position);
    this.#reader = reader;
    const left = leavers({ ...this.#feed.state.onAir, ...change?.onAir }, position);
    if (change === null && left === null) return false;
    if (left === null) this.#feed.send(change as FeedChange, reader.at, json ?? undefined);
    else this.#feed.send({ ...change, onAir: { ...change?.onAir, ...left } }, reader.at);
    return true;
  }

  #begin(position: number): boolean {
    const reader = this.#line.readerAt(position);
    if (reader === null) return false;
    this.#reader = reader;
    const { state, at } = reader;
    const onAir = { ...state.onAir, ...leavers(state.onAir, position) };
    const start = { epoch: this.#world.randomId(), state: { ...state, onAir }, at };
    this.#feed = new Feed({ sessionId: this.#place.sessionId, room: this.room }, this.#world, start);
    return true;
  }
}

/** Slots whose time is over at an instant, as empty ones; `null` where there is none. */
function leavers(onAir: OnAir, at: number): Partial<OnAir> | null {
  const over = SLOTS.filter((slot) => (onAir[slot]?.until ?? Number.POSITIVE_INFINITY) <= at);
  return over.length === 0 ? null : Object.fromEntries(over.map((slot) => [slot, null]));
}

/** When the next slot leaves by itself. */
function leavesAt(onAir: OnAir): number {
  return Math.min(...SLOTS.map((slot) => onAir[slot]?.until ?? Number.POSITIVE_INFINITY));
}
