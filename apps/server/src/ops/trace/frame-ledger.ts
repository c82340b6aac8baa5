/** Most frames, messages and written messages of which it is remembered what became of them: the newest. */
const MOST_FRAMES = 4_096;
const MOST_TICKS = 4_096;
const MOST_OUTCOMES = 50_000;

/** A frame that a trace saw pass. Instants are ms on the server's clock. */
export interface TracedFrame {
  /** Counts a trace's frames, of all relays, from 0. */
  readonly n: number;
  readonly relayId: string;
  readonly seq: number;
  readonly receivedAt: number;
  readonly timedAt: number;
  /** The instant that it airs at. */
  readonly happenedAt: number;
  /** Where it lies on the timeline. */
  readonly place: number;
  syncedAt: number | null;
}

/** A message to a room, with the frames that came with it and what became of it for each socket. */
export interface TracedTick {
  readonly room: string;
  readonly isLive: boolean;
  readonly at: number;
  /** Its frames: from this number on, up to and without that one. */
  readonly from: number;
  readonly to: number;
  /** How many it was for. */
  members: number;
  readonly socketIds: string[];
  /** When it was written to each; less than 0 where it was skipped then. */
  readonly ats: number[];
}

/** What became of a tick for a socket. */
export interface Outcome {
  readonly socketId: string;
  readonly at: number;
  readonly isSkipped: boolean;
}

/** The frames of one trace and what became of them, as far back as there is room for. */
export class FrameLedger {
  #frames: TracedFrame[] = [];
  #nextN = 0;
  #ticks: TracedTick[] = [];
  #outcomes = 0;
  #synced = 0;
  /** By room, the first frame that no tick has taken along. */
  readonly #waiting = new Map<string, number>();

  /** A frame is in the timing. */
  add(frame: Omit<TracedFrame, 'n' | 'syncedAt'>): TracedFrame {
    const added = { ...frame, n: this.#nextN, syncedAt: null };
    this.#nextN += 1;
    this.#frames.push(added);
    if (this.#frames.length > MOST_FRAMES * 1.25) this.#frames = this.#frames.slice(-MOST_FRAMES);
    return added;
  }

  /** All up to a place of the timeline are on disk; returns those that were not before. */
  sync(upTo: number, now: number): TracedFrame[] {
    const synced: TracedFrame[] = [];
    this.#synced = Math.max(this.#synced, this.#frames[0]?.n ?? this.#nextN);
    for (let frame = this.frame(this.#synced); frame !== undefined && frame.place <= upTo; ) {
      frame.syncedAt = now;
      synced.push(frame);
      this.#synced += 1;
      frame = this.frame(this.#synced);
    }
    return synced;
  }

  /** A message goes to a room: in real time with all that has come, else with what happened up to `shownAt`. */
  tick(room: string, isLive: boolean, shownAt: number | null, now: number): TracedTick {
    const oldest = this.#frames[0]?.n ?? this.#nextN;
    const from = Math.max(this.#waiting.get(room) ?? oldest, oldest);
    let to = from;
    if (isLive) to = this.#nextN;
    else while (to < this.#nextN && (this.frame(to)?.happenedAt ?? 0) <= (shownAt ?? 0)) to += 1;
    this.#waiting.set(room, to);
    const tick = { room, isLive, at: now, from, to, members: 0, socketIds: [], ats: [] };
    this.#ticks.push(tick);
    this.#evict();
    return tick;
  }

  /** A tick was written to a socket, or not. */
  note(tick: TracedTick, socketId: string, isSkipped: boolean, now: number): void {
    tick.socketIds.push(socketId);
    tick.ats.push(isSkipped ? -now : now);
    this.#outcomes += 1;
    if (this.#outcomes > MOST_OUTCOMES) this.#evict();
  }

  frame(n: number): TracedFrame | undefined {
    return this.#frames[n - (this.#frames[0]?.n ?? 0)];
  }

  get frames(): readonly TracedFrame[] {
    return this.#frames;
  }

  get ticks(): readonly TracedTick[] {
    return this.#ticks;
  }

  /** The tick that took a frame along to a room; `undefined` where none has, or it is not kept any more. */
  tickOf(room: string, n: number): TracedTick | undefined {
    return this.#ticks.find((tick) => tick.room === room && n >= tick.from && n < tick.to);
  }

  /** Whether nothing that might be known of a frame was let go. */
  knows(n: number): boolean {
    return this.frame(n) !== undefined && n >= this.#forgotten;
  }
  #forgotten = 0;

  #evict(): void {
    let drop = 0;
    while (
      this.#ticks.length - drop > MOST_TICKS ||
      (this.#outcomes > MOST_OUTCOMES && drop < this.#ticks.length - 1)
    ) {
      const tick = this.#ticks[drop] as TracedTick;
      this.#outcomes -= tick.socketIds.length;
      this.#forgotten = Math.max(this.#forgotten, tick.to);
      drop += 1;
    }
    if (drop > 0) this.#ticks.splice(0, drop);
  }
}

/** What became of a tick, socket by socket. */
export function outcomesOf(tick: TracedTick): Outcome[] {
  return tick.socketIds.map((socketId, i) => {
    const at = tick.ats[i] as number;
    return { socketId, at: Math.abs(at), isSkipped: at < 0 };
  });
}
