import { liveRoom, type StageLatency, type TraceStage } from '@okboxbox/protocol';
import { withoutSecrets } from '../events/free-text.js';
import { Durations } from './durations.js';
import { FrameLedger, type TracedTick } from './frame-ledger.js';
import type { TraceLog } from './trace-log.js';

/** Sockets that are told of as skipped one by one. */
const MOST_SKIPPED = 1_000;
const LONGEST_NAME = 100;

/**
 * Of the writes of one message, one in `WRITES_A_LOOK` looks at the clock: they are some microseconds apart. The first of each of
 * the hub's slices does.
 */
export const WRITES_A_LOOK = 20;

/** Sockets that one message was written to, one after another. */
export interface Written {
  readonly socketIds: string[];
  /** When the first of every `WRITES_A_LOOK` of them was. */
  readonly times: number[];
  /** What each of them was sent. */
  bytes: number;
}

/** A room that a session is shown in, and how long frames took to and through it. */
interface TracedRoom {
  readonly room: string;
  readonly isLive: boolean;
  readonly timingToTick: Durations;
  readonly ingestToTick: Durations;
  readonly tickToRoom: Durations;
  readonly roomToWrite: Durations;
  ticks: number;
  /** Messages times those that they were for. */
  members: number;
  written: number;
  skipped: number;
}

/** A message on its way to the sockets of a room. */
export interface TracedMessage {
  readonly room: TracedRoom;
  readonly tick: TracedTick;
  readonly at: number;
  readonly seq: number | null;
  readonly receivedAt: number | null;
}

/**
 * Follows the frames of one session from stage to stage: what passed, and how long it took from the one before. All
 * instants are ms on the server's clock, with their fractions.
 */
export class Tracing {
  readonly log: TraceLog;
  readonly ledger = new FrameLedger();
  readonly rooms = new Map<string, TracedRoom>();
  ingestToTimeline = new Durations();
  ingestToTiming = new Durations();
  /** Exact, as are the log's. */
  counters: Record<string, number> = {};
  /** Nothing more is taken: a message that was on its way when the trace ended may still be written. */
  isOver = false;
  frames = 0;
  /** Records that were missing when one behind them came. */
  missing = 0;
  missingAt: number | null = null;
  lastFrameAt: number | null = null;
  longestSilence = { ms: 0, at: null as number | null };
  lastSyncAt: number | null = null;
  readonly skips = new Map<string, number>();
  readonly #sessionId: string;
  readonly #lastSeq = new Map<string, number>();
  readonly #names = new Map<string, string>();
  /** The record that is being taken, between two of its stages. */
  #taking: { readonly seq: number; readonly isFrame: boolean; readonly at: number } | null = null;

  constructor(sessionId: string, log: TraceLog) {
    this.#sessionId = sessionId;
    this.log = log;
  }

  /** Counting and measuring begin; what is known of frames and what was logged before stays. */
  trigger(now: number): void {
    this.log.trigger(now);
    this.rooms.clear();
    this.skips.clear();
    this.ingestToTimeline = new Durations();
    this.ingestToTiming = new Durations();
    this.counters = {};
    this.frames = 0;
    this.missing = 0;
    this.missingAt = null;
    this.longestSilence = { ms: 0, at: null };
  }

  ingest(relayId: string, seq: number, isFrame: boolean, bytes: number, now: number): void {
    const of = this.#name(relayId);
    this.#taking = { seq, isFrame, at: now };
    this.#sequence(of, seq, now);
    if (isFrame) {
      this.frames += 1;
      this.silence(now);
      this.lastFrameAt = now;
    }
    this.log.pass('ingest', now, seq, of, 0, bytes);
  }

  timing(relayId: string, seq: number, happenedAt: number, place: number, now: number): void {
    const taken = this.#taking?.seq === seq ? this.#taking : null;
    const of = this.#name(relayId);
    this.log.pass('timing', now, seq, of, taken && now - taken.at, null);
    if (taken === null) return;
    this.ingestToTiming.add(now - taken.at, now);
    if (!taken.isFrame) return;
    this.ledger.add({ relayId: of, seq, receivedAt: taken.at, timedAt: now, happenedAt, place });
  }

  timeline(records: number, bytes: number, upTo: number, now: number): void {
    const synced = this.ledger.sync(upTo, now);
    for (const { receivedAt } of synced) this.ingestToTimeline.add(now - receivedAt, now);
    const newest = synced.at(-1);
    this.lastSyncAt = now;
    this.log.pass('timeline', now, newest?.seq ?? null, null, newest ? now - newest.receivedAt : null, bytes, records);
  }

  tick(name: string, shownAt: number | null, now: number): TracedMessage {
    const room = this.#room(name);
    const tick = this.ledger.tick(name, room.isLive, shownAt, now);
    room.ticks += 1;
    for (let n = tick.from; n < tick.to; n++) {
      const frame = this.ledger.frame(n);
      if (frame === undefined) continue;
      room.timingToTick.add(now - frame.timedAt, now);
      room.ingestToTick.add(now - frame.receivedAt, now);
    }
    const newest = tick.to > tick.from ? this.ledger.frame(tick.to - 1) : undefined;
    const receivedAt = newest?.receivedAt ?? null;
    const seq = newest?.seq ?? null;
    this.log.pass('tick', now, seq, name, receivedAt === null ? null : now - receivedAt, null);
    return { room, tick, at: now, seq, receivedAt };
  }

  /** The message of a tick goes to its room; returns it as it is from there on. */
  room(message: TracedMessage, members: number, now: number): TracedMessage {
    const { room, tick, at, seq, receivedAt } = message;
    tick.members += members;
    room.members += members;
    room.tickToRoom.add(now - at, now);
    this.log.pass('room', now, seq, room.room, receivedAt === null ? null : now - receivedAt, null);
    return { ...message, at: now };
  }

  written({ room, tick, at, seq, receivedAt }: TracedMessage, { socketIds, times, bytes }: Written): void {
    if (this.isOver) return;
    room.written += socketIds.length;
    for (let i = 0; i < socketIds.length; i++) {
      const socketId = socketIds[i] as string;
      const now = times[Math.floor(i / WRITES_A_LOOK)] as number;
      room.roomToWrite.add(now - at, now);
      this.ledger.note(tick, socketId, false, now);
      this.log.pass('write', now, seq, socketId, receivedAt === null ? null : now - receivedAt, bytes);
    }
  }

  skip({ room, tick, seq, receivedAt }: TracedMessage, socketId: string, now: number): void {
    if (this.isOver) return;
    room.skipped += 1;
    this.ledger.note(tick, socketId, true, now);
    const before = this.skips.get(socketId);
    if (before !== undefined || this.skips.size < MOST_SKIPPED) this.skips.set(socketId, (before ?? 0) + 1);
    this.log.pass('skip', now, seq, socketId, receivedAt === null ? null : now - receivedAt, null);
  }

  drop(reason: string, records: number): void {
    const name = `dropped.${reason}`;
    this.counters[name] = (this.counters[name] ?? 0) + records;
  }

  /** Nothing has come since the last frame. */
  silence(now: number): void {
    const ms = this.lastFrameAt === null ? 0 : now - this.lastFrameAt;
    if (ms > this.longestSilence.ms) this.longestSilence = { ms, at: this.lastFrameAt };
  }

  latencies(): StageLatency[] {
    const rows = [
      latency('ingest', 'timeline', null, this.ingestToTimeline),
      latency('ingest', 'timing', null, this.ingestToTiming),
    ];
    for (const { room, isLive, timingToTick, ingestToTick, tickToRoom, roomToWrite } of this.rooms.values()) {
      // Late by the delay, which counts from when it came.
      rows.push(
        isLive ? latency('timing', 'tick', room, timingToTick) : latency('ingest', 'tick', room, ingestToTick),
        latency('tick', 'room', room, tickToRoom),
        latency('room', 'write', room, roomToWrite),
      );
    }
    return rows;
  }

  #sequence(relayId: string, seq: number, now: number): void {
    // One that is started again counts from 1 again.
    const last = seq === 1 ? undefined : this.#lastSeq.get(relayId);
    if (last !== undefined && seq > last + 1) {
      this.missing += seq - last - 1;
      this.missingAt = now;
    }
    this.#lastSeq.set(relayId, Math.max(seq, last ?? 0));
  }

  #room(name: string): TracedRoom {
    let room = this.rooms.get(name);
    if (room === undefined) {
      room = {
        room: name,
        isLive: name === liveRoom(this.#sessionId),
        timingToTick: new Durations(),
        ingestToTick: new Durations(),
        tickToRoom: new Durations(),
        roomToWrite: new Durations(),
        ticks: 0,
        members: 0,
        written: 0,
        skipped: 0,
      };
      this.rooms.set(name, room);
    }
    return room;
  }

  /** A relay chooses its own name. */
  #name(relayId: string): string {
    let name = this.#names.get(relayId);
    if (name === undefined) {
      name = withoutSecrets(relayId, LONGEST_NAME);
      this.#names.set(relayId, name);
    }
    return name;
  }
}

function latency(from: TraceStage, to: TraceStage, room: string | null, durations: Durations): StageLatency {
  const [p50, p95] = [durations.percentile(0.5), durations.percentile(0.95)];
  const { count, max } = durations;
  return {
    from,
    to,
    room,
    count,
    p50Ms: p50 === null ? null : hundredth(p50),
    p95Ms: p95 === null ? null : hundredth(p95),
    maxMs: count === 0 ? null : hundredth(max),
  };
}

function hundredth(ms: number): number {
  return Math.round(ms * 100) / 100;
}
