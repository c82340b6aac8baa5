import { type Ack, BEAT_EVERY_MS, type FeedBeat, type FeedBeatAnswer } from '@okboxbox/protocol';

/** How often it is looked whether a beat is due and whether the connection is silent, in ms. */
const LOOK_MS = 250;
/** A connection on which nothing comes for this long is dead, in ms; with the look that finds it, 3 s. */
const DEAD_AFTER_MS = 3_000 - LOOK_MS;
/** An answer with a whole state may take as many times longer: nothing is heard of it until all of it is there. */
const WHOLE_STATE = 4;
/** How long a page that is seen again waits for an answer where nothing came while it was hidden, in ms. */
const GRACE_MS = 1_000;

/** What a heartbeat is for. */
export interface HeartbeatDeps {
  /** Sends a beat; calls back with its answer, or never. */
  readonly send: (beat: FeedBeat, answered: (answer: Ack<FeedBeatAnswer>) => void) => void;
  /** The newest instant shown, on the server's clock. */
  readonly shown: () => number | null;
  readonly isHidden: () => boolean;
  readonly onAnswer: (answer: FeedBeatAnswer, rttMs: number) => void;
  /** Nothing has come for too long. */
  readonly onDead: () => void;
}

/**
 * The beat of one connection: says every two seconds what is shown, and notices where neither feed nor answers come any more.
 * A server that answers no beats is not judged by its silence.
 */
export class Heartbeat {
  readonly #deps: HeartbeatDeps;
  readonly #patience: number;
  readonly #timer: ReturnType<typeof setInterval>;
  #lookedAt = performance.now();
  #beatAt = Number.NEGATIVE_INFINITY;
  #heardAt = performance.now();
  #silentMs = 0;
  #rttMs: number | null = null;
  #isAnswered = false;
  #wholeStates = 0;

  /** `patience`: how many times longer than usual it may be silent. */
  constructor(deps: HeartbeatDeps, patience: number) {
    this.#deps = deps;
    this.#patience = patience;
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
    this.beat();
  }

  /** How long the last answer took; `null` before the first. */
  get rttMs(): number | null {
    return this.#rttMs;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Something has come, whatever it is. */
  heard(): void {
    this.#heardAt = performance.now();
    this.#silentMs = 0;
  }

  /** Waits for an answer with a whole state. */
  async expecting<T>(answer: Promise<T>): Promise<T> {
    this.#wholeStates += 1;
    try {
      return await answer;
    } finally {
      this.#wholeStates -= 1;
    }
  }

  beat(): void {
    const sentAt = performance.now();
    this.#beatAt = sentAt;
    const beat = { at: this.#deps.shown(), rttMs: this.#rttMs, ...(this.#deps.isHidden() && { hidden: true }) };
    this.#deps.send(beat, (answer) => {
      this.#isAnswered = true;
      if (!answer.ok) return;
      this.#rttMs = Math.round(performance.now() - sentAt);
      this.#deps.onAnswer(answer, this.#rttMs);
    });
  }

  /** Asks at once whether the connection still stands: what came while nobody looked says whether it is likely. */
  probe(): void {
    this.beat();
    const silentMs = performance.now() - this.#heardAt;
    this.#silentMs = Math.min(silentMs, this.#deadAfterMs() - Math.max(GRACE_MS, 2 * (this.#rttMs ?? 0)));
  }

  #look(): void {
    const now = performance.now();
    // A timer that comes late says that the page was busy or asleep, not that nothing came meanwhile: it is not read yet.
    this.#silentMs += Math.min(now - this.#lookedAt, 2 * LOOK_MS);
    this.#lookedAt = now;
    if (now - this.#beatAt >= BEAT_EVERY_MS) this.beat();
    if (this.#deps.isHidden() || (!this.#isAnswered && this.#wholeStates === 0)) return;
    if (this.#silentMs >= this.#deadAfterMs()) this.#deps.onDead();
  }

  #deadAfterMs(): number {
    const usual = Math.max(DEAD_AFTER_MS, 2 * (this.#rttMs ?? 0) + 1_000);
    return usual * this.#patience * (this.#wholeStates > 0 ? WHOLE_STATE : 1);
  }
}
