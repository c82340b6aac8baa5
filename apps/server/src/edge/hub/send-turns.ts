import type { Outgoing } from '../../sockets/finished-bytes.js';

/** Members served in one turn of the event loop: a burst to a thousand would hold it 15 ms and more. */
export const A_TURN = 200;
/** Members served of one lane before the next one has its share of the turn. */
const A_SHARE = 50;
/**
 * Messages of one kind that may wait, 5 s of ticks. Where another one comes, this process is told more than it can send, and
 * what waits only gets older.
 */
export const MOST_WAITING = 50;

/** A message for those who were in its room when it was published. */
export interface Job<M> {
  /** Messages of one lane are sent in the order in which they were published. */
  readonly lane: string;
  /** Room, format and event: who misses some of a kind sees that in the next one, and asks for what they said. */
  readonly kind: string;
  readonly outgoing: Outgoing;
  readonly members: readonly M[];
}

interface Lane<M> {
  readonly name: string;
  jobs: Job<M>[];
  /** How many members of the first job have had it. */
  served: number;
}

export interface SendTurnsDeps<M> {
  readonly deliver: (member: M, outgoing: Outgoing) => void;
  /** Hears of messages that are left out, since too many of their kind waited. */
  readonly onLeftOut: (left: readonly Job<M>[]) => void;
}

/**
 * Sends messages to many members in turns of the event loop. Each turn serves a bounded number of them, however many
 * messages are published in it, and each lane in turn has a share of it: one with thousands of members does not hold up the
 * others.
 */
export class SendTurns<M> {
  readonly #deps: SendTurnsDeps<M>;
  readonly #lanes = new Map<string, Lane<M>>();
  /** Lanes that have something to send; the first is served next. */
  readonly #queue: Lane<M>[] = [];
  /** How many more this turn may serve. */
  #left = A_TURN;
  #isServing = false;
  #isNextTurnDue = false;

  constructor(deps: SendTurnsDeps<M>) {
    this.#deps = deps;
  }

  /** Sends a message, at once as far as this turn allows. */
  push(job: Job<M>): void {
    let lane = this.#lanes.get(job.lane);
    if (lane === undefined) {
      lane = { name: job.lane, jobs: [], served: 0 };
      this.#lanes.set(job.lane, lane);
      this.#queue.push(lane);
    }
    this.#leaveOut(lane, job.kind);
    lane.jobs.push(job);
    if (!this.#isServing) this.#serve();
  }

  /** Where too many of a kind wait, all of them go but one that is half sent: one hole is asked for once, and many are not. */
  #leaveOut(lane: Lane<M>, kind: string): void {
    const isOld = (job: Job<M>, index: number) => job.kind === kind && !(index === 0 && lane.served > 0);
    const old = lane.jobs.filter(isOld);
    if (old.length < MOST_WAITING) return;
    lane.jobs = lane.jobs.filter((job, index) => !isOld(job, index));
    this.#deps.onLeftOut(old);
  }

  #serve(): void {
    this.#isServing = true;
    for (let lane = this.#queue[0]; lane !== undefined && this.#left > 0; lane = this.#queue[0]) {
      this.#serveShare(lane);
      this.#queue.shift();
      if (lane.jobs.length > 0) this.#queue.push(lane);
      else this.#lanes.delete(lane.name);
    }
    this.#isServing = false;
    if (this.#isNextTurnDue) return;
    this.#isNextTurnDue = true;
    setImmediate(() => {
      this.#isNextTurnDue = false;
      this.#left = A_TURN;
      if (this.#queue.length > 0) this.#serve();
    });
  }

  #serveShare(lane: Lane<M>): void {
    for (let share = Math.min(A_SHARE, this.#left); share > 0; ) {
      const job = lane.jobs[0];
      if (job === undefined) return;
      const end = Math.min(job.members.length, lane.served + share);
      const count = end - lane.served;
      share -= count;
      this.#left -= count;
      while (lane.served < end) {
        const member = job.members[lane.served] as M;
        lane.served += 1;
        this.#deps.deliver(member, job.outgoing);
      }
      if (lane.served < job.members.length) continue;
      lane.jobs.shift();
      lane.served = 0;
    }
  }
}
