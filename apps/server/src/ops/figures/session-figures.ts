import { Carried } from './carried.js';
import { Lately, Rate, Samples } from './counters.js';

/** Percentiles of frames: window in ms, and most samples. */
const WINDOW_MS = 60_000;
const MOST_SAMPLES = 1_200;
/** What arrives of a relay is counted over this long, in ms: a line that was late for a moment brings it all the same. */
const ARRIVING_MS = 10_000;
/** Jumps of the sim's clock are told of for this long, in ms, as steps of the relay's are. */
const JUMPS_MS = 90_000;
/** Ended sessions whose figures are kept. */
const MOST_ENDED = 20;

/** What the taps say of one relay in one session, in one run of its program. */
export class RelayFigures {
  /** `null` before it has greeted. */
  readonly run: string | null;
  /** |received − captured|, raw: the runbook's drift. */
  readonly drift = new Samples(WINDOW_MS, MOST_SAMPLES);
  /** Sent − captured, by the relay's clock. */
  readonly queueAge = new Samples(WINDOW_MS, MOST_SAMPLES);
  /** Received − sent, by two clocks: what the relay's is ahead is missing in it. */
  readonly apart = new Samples(WINDOW_MS, MOST_SAMPLES);
  /** When the batch whose records come now was sent. */
  sentAt: number | null = null;
  readonly carried = new Carried();
  /** Frames that come of it; and received − captured of the newest, by two clocks. */
  readonly arriving = new Rate(Number.NEGATIVE_INFINITY, ARRIVING_MS);
  newestApart: number | null = null;
  waiting: number | null = null;
  oldestWaitingMs: number | null = null;
  unsent: number | null = null;
  oldestUnsentMs: number | null = null;
  /** Frames whose sim's clock had jumped. */
  readonly jumps = new Lately(JUMPS_MS);
  /** When drift was looked at last. */
  lookedAt = Number.NEGATIVE_INFINITY;

  constructor(run: string | null = null) {
    this.run = run;
  }
}

/** What the taps say of one session. */
export class SessionFigures {
  readonly sessionId: string;
  readonly relays = new Map<string, RelayFigures>();
  readonly frames: Rate;
  readonly ingest: Rate;
  readonly timeline: Rate;
  readonly timing: Rate;
  readonly liveTicks: Rate;
  readonly unchanged: Rate;
  readonly broadcastTicks: Rate;
  readonly fanOut: Rate;
  readonly written: Rate;
  readonly skipped: Rate;
  duplicates = 0;
  outOfOrder = 0;
  dropped = 0;
  errors = 0;
  phase: string | null = null;

  constructor(sessionId: string, now: number) {
    this.sessionId = sessionId;
    const rate = () => new Rate(now);
    this.frames = rate();
    this.ingest = rate();
    this.timeline = rate();
    this.timing = rate();
    this.liveTicks = rate();
    this.unchanged = rate();
    this.broadcastTicks = rate();
    this.fanOut = rate();
    this.written = rate();
    this.skipped = rate();
  }

  relay(relayId: string): RelayFigures {
    let figures = this.relays.get(relayId);
    if (figures === undefined) {
      figures = new RelayFigures();
      this.relays.set(relayId, figures);
    }
    return figures;
  }

  /** A relay has greeted: a clock is taken over once a run, and what an earlier one stamped says nothing of this one's. */
  beginRun(relayId: string, run: string): void {
    if (this.relays.get(relayId)?.run !== run) this.relays.set(relayId, new RelayFigures(run));
  }

  /** Counts records that were not taken, by the rule that turned them away. */
  drop(reason: string, records: number): void {
    if (reason === 'duplicate') this.duplicates += records;
    else if (reason === 'gap') this.outOfOrder += records;
    else this.dropped += records;
    if (reason === 'invalid' || reason === 'bad_batch' || reason === 'no_room') this.errors += records;
  }
}

/** The figures of all sessions that run, and of a few that have ended. */
export class AllSessionFigures {
  readonly #now: () => number;
  readonly #sessions = new Map<string, SessionFigures>();
  readonly #ended: string[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A session's figures, begun where there are none yet. */
  of(sessionId: string): SessionFigures {
    let figures = this.#sessions.get(sessionId);
    if (figures === undefined) {
      figures = new SessionFigures(sessionId, this.#now());
      this.#sessions.set(sessionId, figures);
    }
    return figures;
  }

  find(sessionId: string): SessionFigures | undefined {
    return this.#sessions.get(sessionId);
  }

  /** Ids of sessions that have ended and whose figures are here, newest first. */
  get ended(): readonly string[] {
    return [...this.#ended].reverse();
  }

  end(sessionId: string): void {
    this.#ended.push(sessionId);
    if (this.#ended.length > MOST_ENDED) this.#sessions.delete(this.#ended.shift() ?? '');
  }
}
