import {
  HISTORY,
  HISTORY_FIGURES,
  type HistoryFigure,
  type OpsHistory,
  SESSION_HISTORY_FIGURES,
  type SessionHistoryFigure,
} from '@okboxbox/protocol';
import type { SelfCost } from '../figures/self-cost.js';

/** Sessions whose history is kept beside the server's own; the table has rows for them from the start. */
const MOST_SESSIONS = 32;

/** Figures of one step: what is not known is `null`. */
export type HistoryPoint = Readonly<Record<HistoryFigure, number | null>>;
export type SessionHistoryPoint = Readonly<Record<SessionHistoryFigure, number | null>>;

/** Reads what is to be kept of a step that has just ended. */
export interface HistorySource {
  server(): HistoryPoint;
  /** Sessions that run, by id, newest last. */
  sessions(): ReadonlyMap<string, SessionHistoryPoint>;
}

/** A session's rows in the table, and how many steps it has not run for. */
interface Slot {
  sessionId: string | null;
  stepsGone: number;
}

/**
 * The last 15 minutes of the figures that a page shows as lines, there before anybody opens one. A step that nobody was
 * there to look at (a server that was held up, a machine asleep) is not known.
 */
export class History {
  readonly #source: HistorySource;
  readonly #now: () => number;
  readonly #cost: Pick<SelfCost, 'counted'>;
  readonly #table = new HistoryTable(
    HISTORY_FIGURES.length + MOST_SESSIONS * SESSION_HISTORY_FIGURES.length,
    HISTORY.points,
  );
  readonly #slots: readonly Slot[] = Array.from({ length: MOST_SESSIONS }, () => ({ sessionId: null, stepsGone: 0 }));
  #takenAt: number;
  #sessionsLeftOut = 0;
  /** Put together once a step, however many ask. */
  #read: OpsHistory | null = null;
  #json: string | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(source: HistorySource, now: () => number, cost: Pick<SelfCost, 'counted'>) {
    this.#source = source;
    this.#cost = cost;
    this.#now = now;
    this.#takenAt = now();
  }

  /** What it takes, in bytes: always the same, but for the newest answer where one was asked for. */
  get bytes(): number {
    return this.#table.bytes + (this.#json?.length ?? 0);
  }

  /** Takes a point at every step from now on; `onFailed` hears where that failed. */
  start(onFailed: (error: unknown) => void): void {
    this.#timer = setInterval(() => {
      // Looking must not end what is looked at.
      try {
        this.#cost.counted(() => this.take());
      } catch (error) {
        onFailed(error);
      }
    }, HISTORY.stepMs);
    this.#timer.unref();
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  /** Takes the point of the step that ends now. */
  take(): void {
    const now = this.#now();
    const steps = Math.max(1, Math.round((now - this.#takenAt) / HISTORY.stepMs));
    this.#takenAt = now;
    this.#read = null;
    this.#json = null;
    this.#table.advance(steps);
    const server = this.#source.server();
    HISTORY_FIGURES.forEach((figure, row) => {
      this.#table.set(row, rounded(server[figure]));
    });
    const running = this.#source.sessions();
    for (const slot of this.#slots) this.#age(slot, running, steps);
    this.#sessionsLeftOut = 0;
    for (const [sessionId, point] of running) this.#keep(sessionId, point);
  }

  /** The answer of `GET /api/ops/history`, as JSON. */
  json(): string {
    this.#json ??= JSON.stringify(this.read());
    return this.#json;
  }

  read(): OpsHistory {
    this.#read ??= this.#put();
    return this.#read;
  }

  #put(): OpsHistory {
    const rows = <F extends string>(figures: readonly F[], first: number) =>
      Object.fromEntries(figures.map((figure, i) => [figure, this.#table.read(first + i)])) as Record<
        F,
        (number | null)[]
      >;
    return {
      stepMs: HISTORY.stepMs,
      at: Math.round(this.#takenAt),
      figures: rows(HISTORY_FIGURES, 0),
      sessions: this.#slots.flatMap(({ sessionId }, i) =>
        sessionId === null ? [] : [{ sessionId, figures: rows(SESSION_HISTORY_FIGURES, rowOf(i)) }],
      ),
      sessionsLeftOut: this.#sessionsLeftOut,
    };
  }

  /** A session that has ended stays until nothing of it is in the window. */
  #age(slot: Slot, running: ReadonlyMap<string, unknown>, steps: number): void {
    if (slot.sessionId === null) return;
    slot.stepsGone = running.has(slot.sessionId) ? 0 : slot.stepsGone + steps;
    if (slot.stepsGone >= HISTORY.points) slot.sessionId = null;
  }

  #keep(sessionId: string, point: SessionHistoryPoint): void {
    let i = this.#slots.findIndex((slot) => slot.sessionId === sessionId);
    if (i < 0) {
      i = this.#freeSlot();
      const slot = this.#slots[i];
      if (slot === undefined) {
        this.#sessionsLeftOut += 1;
        return;
      }
      slot.sessionId = sessionId;
      slot.stepsGone = 0;
      SESSION_HISTORY_FIGURES.forEach((_, row) => {
        this.#table.clear(rowOf(i) + row);
      });
    }
    SESSION_HISTORY_FIGURES.forEach((figure, row) => {
      this.#table.set(rowOf(i) + row, rounded(point[figure]));
    });
  }

  /** One that nobody has, or that of the session which ended longest ago; −1 where all sessions still run. */
  #freeSlot(): number {
    const free = this.#slots.findIndex(({ sessionId }) => sessionId === null);
    if (free >= 0) return free;
    const longest = Math.max(...this.#slots.map(({ stepsGone }) => stepsGone));
    return longest === 0 ? -1 : this.#slots.findIndex(({ stepsGone }) => stepsGone === longest);
  }
}

function rowOf(slot: number): number {
  return HISTORY_FIGURES.length + slot * SESSION_HISTORY_FIGURES.length;
}

/** Three digits are more than a line shows. */
function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 1_000) / 1_000;
}

/**
 * The last points of several rows of figures, in memory that is taken once. All rows go on together: what is not
 * said of a row at a point is not known there.
 */
export class HistoryTable {
  readonly #values: Float64Array;
  readonly #points: number;
  /** Where the newest point of every row is. */
  #newest = 0;

  constructor(rows: number, points: number) {
    this.#points = points;
    this.#values = new Float64Array(rows * points).fill(Number.NaN);
  }

  /** What it takes, in bytes, whatever is in it. */
  get bytes(): number {
    return this.#values.byteLength;
  }

  /** Goes on by `steps` points, at which nothing is known yet. */
  advance(steps: number): void {
    for (let step = Math.min(steps, this.#points); step > 0; step--) {
      this.#newest = (this.#newest + 1) % this.#points;
      for (let at = this.#newest; at < this.#values.length; at += this.#points) this.#values[at] = Number.NaN;
    }
  }

  /** Sets the newest point of a row. */
  set(row: number, value: number | null): void {
    this.#values[row * this.#points + this.#newest] = value ?? Number.NaN;
  }

  /** Forgets a row's points. */
  clear(row: number): void {
    this.#values.fill(Number.NaN, row * this.#points, (row + 1) * this.#points);
  }

  /** A row's points, oldest first. */
  read(row: number): (number | null)[] {
    return Array.from({ length: this.#points }, (_, i) => {
      const value = this.#values[row * this.#points + ((this.#newest + 1 + i) % this.#points)] as number;
      return Number.isNaN(value) ? null : value;
    });
  }
}
