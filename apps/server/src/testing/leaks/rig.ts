import { encodeRecord, joinBatch, RELAY_PROTOCOL_VERSION } from '@okboxbox/protocol';
import type { Socket } from 'socket.io-client';
import type { Random } from './random.js';
import { type ShowTruth, trueNow } from './show-truth.js';
import type { Sim } from './sim.js';

/** What a rig's clock is, and what it says of it. */
export interface RigClock {
  /** What stamps and answers are ahead of the truth, in ms. */
  aheadMs: number;
  /** Stamps are this much older than its answers say, in ms: it lies. */
  stampsOlderMs: number;
  /** Answers are this much older than its stamps say, in ms. */
  answersOlderMs: number;
  /** Whether it answers at all. */
  answers: boolean;
}

/** A record that is not acknowledged yet. */
interface Kept {
  readonly seq: number;
  readonly bytes: Uint8Array;
}

export interface RigDeps {
  readonly truth: ShowTruth;
  readonly sim: Sim;
  readonly random: Random;
  /** Opens a connection of a relay of this show to the server as it is now; `null` while there is none. */
  readonly connect: () => Promise<Socket | null>;
}

/** Records of one batch. */
const BATCH = 60;
/** A rig with more than this behind it may send what it captures now first. */
const BEHIND = 25;
/** Between two tries to come to the server, in ms. */
const AGAIN_MS = 120;

/** A racing PC with its relay: captures at 10 to 20 Hz, keeps what is not acknowledged, and sends it when it can. */
export class Rig {
  readonly clock: RigClock = { aheadMs: 0, stampsOlderMs: 0, answersOlderMs: 0, answers: true };
  readonly #name: string;
  readonly #deps: RigDeps;
  readonly #timers = new Set<NodeJS.Timeout>();
  #kept: Kept[] = [];
  /** What it has left out, to be sent when nothing else waits. */
  #left: Kept[] = [];
  #seq = 0;
  #key = '';
  #socket: Socket | null = null;
  #isUp = true;
  #isGreeted = false;
  #isSending = false;
  #isOver = false;
  /** Sessions of the sim that it has fed. */
  #runs = 0;

  constructor(name: string, deps: RigDeps) {
    this.#name = name;
    this.#deps = deps;
  }

  start(): void {
    this.#capture();
    this.#keepConnected();
  }

  /** Loses its line, or has it back. What it captures meanwhile it keeps. */
  line(isUp: boolean): void {
    this.#isUp = isUp;
    if (!isUp) this.drop();
  }

  /** Its connection is gone, as with a server that is. */
  drop(): void {
    this.#socket?.disconnect();
    this.#socket = null;
    this.#isGreeted = false;
  }

  stop(): void {
    this.#isOver = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.drop();
  }

  #later(ms: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (!this.#isOver) run();
    }, ms);
    this.#timers.add(timer);
  }

  #capture(): void {
    const { sim, random } = this.#deps;
    if (sim.key !== this.#key) this.#change();
    const at = trueNow();
    const stamp = at + this.clock.aheadMs - this.clock.stampsOlderMs;
    if (this.#seq === 0) this.#keep(sim.session(at, stamp));
    else if (random.chance(0.08)) this.#keep(sim.line(at, stamp));
    this.#keep(sim.frame(at, stamp));
    void this.#send();
    this.#later(random.whole(50, 100), () => this.#capture());
  }

  /** The sim has gone on: the session that was fed is over. */
  #change(): void {
    const before = this.#key;
    this.#key = this.#deps.sim.key;
    this.#kept = [];
    this.#left = [];
    this.#seq = 0;
    this.#runs += 1;
    this.#isGreeted = false;
    const socket = this.#socket;
    if (socket === null || before === '') return;
    socket.timeout(2_000).emit('relay:bye', { reason: 'session-changed' }, () => void this.#greet(socket));
  }

  #keep(record: Parameters<typeof encodeRecord>[0]): void {
    this.#seq += 1;
    this.#kept.push({ seq: this.#seq, bytes: encodeRecord(record, this.#seq) });
  }

  #keepConnected(): void {
    this.#later(AGAIN_MS, () => this.#keepConnected());
    if (!this.#isUp || this.#socket !== null) return;
    void this.#deps.connect().then((socket) => {
      if (socket === null) return;
      if (this.#isOver || !this.#isUp || this.#socket !== null) {
        socket.disconnect();
        return;
      }
      this.#socket = socket;
      socket.on('clock:ping', (_ping: unknown, answer: (pong: object) => void) => this.#answer(answer));
      socket.on('disconnect', () => {
        if (this.#socket !== socket) return;
        this.#socket = null;
        this.#isGreeted = false;
      });
      void this.#greet(socket);
    });
  }

  #answer(answer: (pong: object) => void): void {
    if (!this.clock.answers) return;
    const said = trueNow() + this.clock.aheadMs - this.clock.answersOlderMs;
    answer({ receivedAt: said, sentAt: said, wallAt: said });
  }

  async #greet(socket: Socket): Promise<void> {
    const { sim, truth } = this.#deps;
    const { key } = sim;
    const saidAt = trueNow();
    truth.greets(key, saidAt);
    const hello = {
      relayId: this.#name,
      run: `${this.#name}-${this.#runs}`,
      version: '0',
      protocol: RELAY_PROTOCOL_VERSION,
      source: 'test',
      sim: 'iracing',
      show: truth.show,
      simSessionKey: key,
      playback: false,
      sessionTime: sim.sessionTimeAt(saidAt),
    };
    const welcome = await socket
      .timeout(5_000)
      .emitWithAck('relay:hello', hello)
      .catch(() => null);
    if (this.#socket !== socket || key !== this.#key) return;
    if (welcome?.ok !== true) {
      socket.disconnect();
      return;
    }
    truth.began(welcome.sessionId, key);
    // In order again, as a relay sends that is back.
    this.#kept = [...this.#left, ...this.#kept];
    this.#left = [];
    this.#forget(welcome.have);
    this.#isGreeted = true;
    void this.#send();
  }

  async #send(): Promise<void> {
    const socket = this.#socket;
    if (socket === null || !this.#isGreeted || this.#isSending) return;
    this.#isSending = true;
    const key = this.#key;
    if (this.#kept.length > BEHIND && this.#left.length === 0 && this.#deps.random.chance(0.5))
      await this.#goAhead(socket);
    const next = this.#kept.length > 0 ? this.#kept : this.#left;
    const receipt = next.length === 0 || this.#key !== key ? null : await this.#sendBatch(socket, next.slice(0, BATCH));
    this.#isSending = false;
    if (this.#key !== key || this.#socket !== socket) return;
    if (receipt === null) return;
    if (receipt.ok !== true) {
      socket.disconnect();
      return;
    }
    this.#forget(receipt.have);
    if (this.#kept.length > 1 || this.#left.length > 0) void this.#send();
  }

  /** Sends what it captures from now on first, and what waits behind it. */
  async #goAhead(socket: Socket): Promise<void> {
    const waiting = this.#kept;
    const [from, to] = [waiting[0]?.seq, waiting.at(-1)?.seq];
    const answer = await socket
      .timeout(5_000)
      .emitWithAck('relay:ahead', { from, to })
      .catch(() => null);
    if (answer?.ok !== true || this.#kept[0]?.seq !== from) return;
    this.#left = waiting;
    this.#kept = this.#kept.filter(({ seq }) => seq > (to ?? 0));
  }

  #sendBatch(socket: Socket, records: readonly Kept[]): Promise<{ ok: boolean; have: readonly [number, number][] }> {
    const batch = Buffer.from(joinBatch(records.map(({ bytes }) => bytes)));
    return socket
      .timeout(5_000)
      .emitWithAck('relay:frames', batch)
      .catch(() => ({ ok: false, have: [] }));
  }

  #forget(have: readonly (readonly [number, number])[]): void {
    const isThere = ({ seq }: Kept) => have.some(([from, to]) => from <= seq && seq <= to);
    this.#kept = this.#kept.filter((kept) => !isThere(kept));
    this.#left = this.#left.filter((kept) => !isThere(kept));
  }
}
