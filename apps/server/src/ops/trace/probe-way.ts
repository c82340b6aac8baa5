import { broadcastRoom, liveRoom, pictureOf, type TraceProbe } from '@okboxbox/protocol';
import { behindMsOf, delaysOf, type PicturesOf } from '../../directory/show-record.js';

interface ProbeRoom {
  readonly room: string;
  tickAt: number | null;
  roomAt: number | null;
  members: number;
  written: number;
  writtenAt: number | null;
  skipped: number;
  skippedAt: number | null;
}

/** The way of one probe: when it passed each stage, and in each room. Instants are ms on the server's clock. */
export class ProbeWay {
  readonly probeId: string;
  readonly sentAt: number;
  readonly #sessionId: string;
  readonly #pictures: PicturesOf;
  readonly #stages: { stage: 'ingest' | 'timeline' | 'timing'; at: number }[] = [];
  readonly #rooms: Map<string, ProbeRoom>;
  /** Why it goes no further; `null` while it may. */
  #endedBecause: string | null = null;
  /**
   * What a picture was late against its delay, in ms: of the two the worse, above all one that was early. `null` where neither
   * has aired, or the delays have moved meanwhile.
   */
  broadcastLateMs: number | null = null;

  /** `rooms` are those that it is expected in, `pictures` is what is set. */
  constructor(probeId: string, sessionId: string, rooms: readonly string[], pictures: PicturesOf, sentAt: number) {
    this.#pictures = pictures;
    this.probeId = probeId;
    this.#sessionId = sessionId;
    this.sentAt = sentAt;
    this.#rooms = new Map(rooms.map((room) => [room, newRoom(room)]));
  }

  /** Whether there is nothing more to wait for. */
  get isOver(): boolean {
    return this.#endedBecause !== null || [...this.#rooms.values()].every(({ tickAt }) => tickAt !== null);
  }

  pass(stage: 'ingest' | 'timeline' | 'timing' | 'tick', room: string | null, pictures: PicturesOf, now: number): void {
    if (stage !== 'tick') this.#stages.push({ stage, at: now });
    else if (room !== null) {
      this.#room(room).tickAt ??= now;
      for (const extra of [0, 'public'] as const)
        if (room === broadcastRoom(this.#sessionId, extra)) this.#measure(extra, pictures, now);
    }
  }

  /** Late and early say something where the delay stood still all the while. */
  #measure(extra: 0 | 'public', pictures: PicturesOf, now: number): void {
    const both = [this.#pictures, pictures].map((each) => delaysOf(each)[pictureOf(extra)]);
    const stood = both.every(({ playhead, delayMs }) => playhead.moves === 'running' && delayMs === both[0]?.delayMs);
    if (!stood) return;
    const lateMs = tenth(now - this.sentAt - behindMsOf(pictures, extra));
    const before = this.broadcastLateMs ?? lateMs;
    this.broadcastLateMs = Math.min(lateMs, before) < 0 ? Math.min(lateMs, before) : Math.max(lateMs, before);
  }

  room(name: string, members: number, now: number): void {
    const room = this.#room(name);
    room.roomAt ??= now;
    room.members += members;
  }

  written(name: string, sockets: number, lastAt: number): void {
    const room = this.#room(name);
    room.written += sockets;
    room.writtenAt = lastAt;
  }

  skip(name: string, now: number): void {
    const room = this.#room(name);
    room.skipped += 1;
    room.skippedAt = now;
  }

  end(because: string): void {
    if (!this.isOver) this.#endedBecause = because;
  }

  view(): TraceProbe {
    const after = (at: number) => tenth(Math.max(0, at - this.sentAt));
    const stages: TraceProbe['stages'][number][] = this.#stages
      .map(({ stage, at }) => ({ stage, of: null, afterMs: after(at) }))
      .sort((a, b) => a.afterMs - b.afterMs);
    for (const { room: of, tickAt, roomAt, writtenAt, written, skippedAt, skipped } of this.#rooms.values()) {
      if (tickAt !== null) stages.push({ stage: 'tick', of, afterMs: after(tickAt) });
      if (roomAt !== null) stages.push({ stage: 'room', of, afterMs: after(roomAt) });
      if (writtenAt !== null) stages.push({ stage: 'write', of, afterMs: after(writtenAt), sockets: written });
      if (skippedAt !== null) stages.push({ stage: 'skip', of, afterMs: after(skippedAt), sockets: skipped });
    }
    const aired = this.#rooms.get(broadcastRoom(this.#sessionId, 0))?.tickAt ?? null;
    return {
      sentAt: tenth(this.sentAt),
      stages,
      broadcastDelayMs: aired === null ? null : after(aired),
      words: this.#words(),
    };
  }

  #words(): string {
    if (this.#stages.length === 0) return this.#endedBecause ?? 'It has not been sent yet.';
    const rooms = [...this.#rooms.values()].map((room) => {
      const name = room.room === liveRoom(this.#sessionId) ? 'the live room' : room.room;
      if (room.tickAt === null) {
        return this.#endedBecause === null
          ? `It has not aired in ${name} yet.`
          : `It has not aired in ${name}: ${this.#endedBecause}`;
      }
      if (room.members === 0) return `Nobody is in ${name}: there it ends at the tick.`;
      const skipped = room.skipped === 0 ? '' : `, ${room.skipped} were too slow for it`;
      return `In ${name} it was written to ${room.written} of ${room.members}${skipped}.`;
    });
    return rooms.join(' ');
  }

  #room(name: string): ProbeRoom {
    let room = this.#rooms.get(name);
    if (room === undefined) {
      room = newRoom(name);
      this.#rooms.set(name, room);
    }
    return room;
  }
}

function newRoom(room: string): ProbeRoom {
  return {
    room,
    tickAt: null,
    roomAt: null,
    members: 0,
    written: 0,
    writtenAt: null,
    skipped: 0,
    skippedAt: null,
  };
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
