import { type FeedState, MAX_BEHIND_MS, publicStates } from '@okboxbox/protocol';
import { newEpoch, TopicEpochs, TopicLogs } from '../../channel/topic-logs.js';
import type { SessionState } from '../session/session-state.js';
import { DelayLine } from './delay-line.js';
import { feedStateOf, holdDrift } from './feed-view.js';
import { publicRows } from './public-rows.js';

/** Least between two pictures, in ms of what was captured: relays send at 10 Hz, more or less evenly. */
const STEP_MS = 60;
/** A line is kept a little longer than any picture may be behind, in ms. */
const KEPT_MS = MAX_BEHIND_MS + 10_000;
/** Of what is older than any delay, so little is enough, in ms. */
const OLD_STEP_MS = 5_000;
/** When frames were on the sim's clock is kept for as long as somebody may match them, in ms. */
const INSTANTS_MS = MAX_BEHIND_MS + 30_000;

/** When an instant of the sim's session clock was, on the server's. */
interface Instant {
  readonly sessionTimeMs: number;
  readonly at: number;
}

/**
 * Makes a session's delay line of its states, one after another, live and from a timeline alike: what is put in is public
 * already. Called after each record; it makes a state of every little while that was captured, however fast they come.
 */
export class LineMaker {
  readonly line: DelayLine;
  readonly #publicOf = publicStates();
  #previous: FeedState;
  /** The picture before the instant of the newest one; `null` where there is none. */
  #earlier: FeedState | null = null;
  #ticks = 0;
  #isBehind = false;
  #madeAt: number;
  #instants: Instant[] = [];
  readonly #logs = new TopicEpochs();
  /** The newest epoch of the logs, and the state whose they are. */
  #epoch!: string;
  #logged!: { state: SessionState };

  constructor(state: SessionState) {
    this.beginEpoch(state);
    this.#previous = feedStateOf(state, null, this.#epoch);
    this.#madeAt = state.at;
    this.line = new DelayLine(this.#publicOf(this.#previous), state.at, this.#logs);
  }

  /** What comes is of another fold of the session: its logs may have other rows than those so far. */
  beginEpoch(state: SessionState): void {
    const logged = { state };
    this.#logged = logged;
    this.#epoch = newEpoch();
    const rows = publicRows((...asked) => logged.state.logs.rows(...asked));
    this.#logs.begin(new TopicLogs(state.facts.sessionId, this.#epoch, rows));
  }

  /** When what is not in the line yet is to be put there by `flush`; `null` where all is. */
  get flushAt(): number | null {
    return this.#isBehind ? this.#madeAt + STEP_MS : null;
  }

  /**
   * Puts what is not in the line yet there where that is due before the record of an instant: a timer that fires late
   * makes the picture that one in time would have made, and a timeline makes the same. `now` on the server's clock. True where something was put there.
   */
  flushBefore(state: SessionState, at: number, now: number): boolean {
    const { flushAt } = this;
    // Of what came when it was older than any delay, little is kept.
    const isOld = state.receivedAt !== null && state.receivedAt - state.at > KEPT_MS;
    const isDue = flushAt !== null && at >= flushAt && !isOld;
    if (isDue) this.flush(state, now);
    return isDue;
  }

  /** Takes the state as it is after a record; `now` on the server's clock. */
  observe(state: SessionState, now: number): void {
    this.#isBehind = true;
    // The same fold, done again from the timeline, goes on in the state of the running session.
    this.#logged.state = state;
    this.#remember(state);
    const stepMs = state.at < now - KEPT_MS ? OLD_STEP_MS : STEP_MS;
    const isCut = (state.camera?.car ?? null) !== (this.#previous.camera ?? null);
    const isNews =
      isCut || state.onAir !== this.#previous.onAir || state.status.status !== this.#previous.session.status;
    if (isNews || state.at - this.#madeAt >= stepMs) this.flush(state, now);
  }

  /** Puts what is not in the line yet there. */
  flush(state: SessionState, now: number): void {
    if (!this.#isBehind) return;
    this.#isBehind = false;
    const fresh = feedStateOf(state, this.#previous, this.#epoch);
    // A timer may make two pictures of one instant where a timeline makes one: the second is held by what the first was.
    if (state.at !== this.#madeAt) {
      this.#earlier = this.#previous;
      this.#ticks += 1;
    }
    this.#madeAt = state.at;
    const hasEnded = state.status.status === 'ended';
    this.#previous = hasEnded || this.#earlier === null ? fresh : holdDrift(this.#earlier, fresh, this.#ticks);
    this.line.push(this.#publicOf(this.#previous), state.at);
    if (hasEnded) this.line.end();
    this.line.forget(Math.min(now, state.at) - KEPT_MS);
  }

  /** Puts slots into the picture of an instant that has passed, as they are in the session's state already. */
  cueAt(state: SessionState, set: Partial<FeedState['onAir']>, at: number): void {
    this.#previous = { ...this.#previous, onAir: state.onAir };
    this.line.insert({ onAir: set }, at);
  }

  /** When an instant of the sim's session clock was, on the server's clock; `null` where that is not known any more. */
  instantOf(sessionTimeMs: number): number | null {
    const after = this.#instants.findIndex((instant) => instant.sessionTimeMs >= sessionTimeMs);
    const next = this.#instants[after];
    if (next === undefined) return null;
    const before = this.#instants[after - 1];
    if (before === undefined) return next.sessionTimeMs === sessionTimeMs ? next.at : null;
    const share = (sessionTimeMs - before.sessionTimeMs) / (next.sessionTimeMs - before.sessionTimeMs);
    return before.at + share * (next.at - before.at);
  }

  /** Moves all that has been made, where the server's clock turned out to have been set. */
  shift(ms: number): void {
    this.line.shift(ms);
    this.#madeAt += ms;
    this.#instants = this.#instants.map(({ sessionTimeMs, at }) => ({ sessionTimeMs, at: at + ms }));
  }

  #remember({ timing, at }: SessionState): void {
    if (timing.sessionTime === null) return;
    const sessionTimeMs = timing.sessionTime * 1000;
    const newest = this.#instants.at(-1);
    if (newest !== undefined && sessionTimeMs <= newest.sessionTimeMs) return;
    this.#instants.push({ sessionTimeMs, at });
    const first = this.#instants[0] as Instant;
    // Half a minute at once, so that it is seldom.
    if (first.at < at - INSTANTS_MS - 30_000)
      this.#instants = this.#instants.filter((each) => each.at >= at - INSTANTS_MS);
  }
}
