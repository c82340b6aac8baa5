/** Beats come every two seconds: after this, in ms, a connection counts as dead. */
const SILENT_MS = 5_000;
/** In the background, browsers let a page's timers run once a minute. */
const SILENT_HIDDEN_MS = 90_000;
/** A connection whose answers take longer than this is slow, in ms. */
const SLOW_RTT_MS = 2_000;
/** A page that shows what is older than what it was sent by more than this is behind, in ms. */
const BEHIND_MS = 5_000;

/** What the beats of a connection tell of it. */
export type BeatVerdict = 'ok' | 'dead' | 'slow' | 'behind';

/** The newest beat of a connection, or its answer to a ping where it sends none, and of the one before what decides: one late answer is no slow connection. */
export class Beats {
  /** When the newest came, on the server's clock, in ms. */
  at = 0;
  shownAt: number | null = null;
  rttMs: number | null = null;
  isHidden = false;
  /** Whether it says itself what it shows. */
  isOwn = false;
  /** By how much what it showed was older than what had been sent to it; `null` where nothing had. */
  behindMs: number | null = null;
  #steadyRttMs = 0;
  #steadyBehindMs = 0;

  /** It sends no beats, and has answered a ping: what it shows is not known. */
  answered(at: number, rttMs: number): void {
    if (this.isOwn) return;
    this.#take({ at, shownAt: null, rttMs, isHidden: false, sentAt: null, joinedAt: at });
  }

  /** Takes a beat; `sentAt` is the instant that the client had been sent last, and `joinedAt` when it entered its room. */
  take(beat: BeatTaken): void {
    this.isOwn = true;
    this.#take(beat);
  }

  #take(beat: BeatTaken): void {
    const { at, shownAt, rttMs, isHidden, sentAt, joinedAt } = beat;
    const behindMs = sentAt === null ? null : Math.max(0, shownAt === null ? at - joinedAt : sentAt - shownAt);
    // What was hidden a moment ago has not painted yet.
    const isNew = this.at === 0 || this.isHidden || isHidden;
    this.#steadyRttMs = isNew ? 0 : Math.min(this.rttMs ?? 0, rttMs ?? 0);
    this.#steadyBehindMs = isNew ? 0 : Math.min(this.behindMs ?? 0, behindMs ?? 0);
    this.at = at;
    this.shownAt = shownAt;
    this.rttMs = rttMs;
    this.isHidden = isHidden;
    this.behindMs = behindMs;
  }

  /** For how long nothing has come, in ms: no longer than the server has listened (`attentiveSince`). */
  silentMs(now: number, attentiveSince: number): number {
    return Math.max(0, now - Math.max(this.at, attentiveSince));
  }

  /** What they tell of the connection now. */
  judge(now: number, attentiveSince: number): BeatVerdict {
    if (this.silentMs(now, attentiveSince) > (this.isHidden ? SILENT_HIDDEN_MS : SILENT_MS)) return 'dead';
    if (this.#steadyRttMs > SLOW_RTT_MS) return 'slow';
    return this.#steadyBehindMs > BEHIND_MS ? 'behind' : 'ok';
  }
}

/** A beat as it came, in ms. */
export interface BeatTaken {
  readonly at: number;
  readonly shownAt: number | null;
  readonly rttMs: number | null;
  readonly isHidden: boolean;
  readonly sentAt: number | null;
  readonly joinedAt: number;
}
