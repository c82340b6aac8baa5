import { AllowedPictures } from './allowed-picture.js';

/** Time as the test measures it, which is what happened and when. It is never set. */
export function trueNow(): number {
  return performance.timeOrigin + performance.now();
}

/** What must never leave for anybody who reads this show without `session:live`: it stands in all that is private. */
export const SECRET = 'SECRET-OF-THE-STEWARDS';

/** A session as it really ran. */
interface TrueSession {
  readonly key: string;
  readonly beganAt: number;
  endedAt: number;
}

/** What really happened in a show, and when, by which whatever is received is judged. */
export class ShowTruth {
  readonly show: string;
  readonly allowed = new AllowedPictures(trueNow());
  readonly #letter: string;
  readonly #sessions = new Map<string, TrueSession>();
  /** When somebody first greeted, by the sim's session. */
  readonly #greeted = new Map<string, number>();
  /** The session that the sim has gone on to, and when; `null` before it has gone on. */
  #newest: { readonly key: string; readonly at: number } | null = null;
  /** Instants of the sim's session clock and when they were, in order, by the sim's session. */
  readonly #frames = new Map<string, { readonly sessionTimeMs: number; readonly at: number }[]>();

  /** `letter` tells the show's marks from those of others. */
  constructor(show: string, letter: string) {
    this.show = show;
    this.#letter = letter;
  }

  /** A text that says when it was written, wherever it turns up. */
  mark(at = trueNow()): string {
    return `m${this.#letter}${Math.ceil(at)}m`;
  }

  /** The newest mark in a text, as its instant. */
  newestMark(text: string): number {
    let newest = Number.NEGATIVE_INFINITY;
    for (const found of text.matchAll(new RegExp(`m${this.#letter}(\\d{13})m`, 'g'))) {
      newest = Math.max(newest, Number(found[1]));
    }
    return newest;
  }

  captured(key: string, sessionTimeMs: number, at: number): void {
    const frames = this.#frames.get(key) ?? [];
    this.#frames.set(key, frames);
    // Two relays sample the same sim; what the first has captured is known from then on.
    if (sessionTimeMs > (frames.at(-1)?.sessionTimeMs ?? -1)) frames.push({ sessionTimeMs, at });
  }

  /** A relay greets for a session of the sim: from then on the server may have one, whether the welcome comes or not. */
  greets(key: string, at: number): void {
    if (!this.#greeted.has(key)) this.#greeted.set(key, at);
  }

  began(sessionId: string, key: string): void {
    const at = this.#greeted.get(key) ?? Number.NEGATIVE_INFINITY;
    if (this.#sessions.has(sessionId)) return;
    // Where a crash has taken a session before it was on the disk, another takes its place.
    for (const session of this.#sessions.values()) session.endedAt = Math.min(session.endedAt, at);
    // The sim may have gone on while the server answered: then the session may end from that instant on, like the others.
    const isLeft = this.#newest !== null && this.#newest.key !== key;
    const endedAt = isLeft ? (this.#newest?.at ?? at) : Number.POSITIVE_INFINITY;
    this.#sessions.set(sessionId, { key, beganAt: at, endedAt });
  }

  /** The sim has gone on: all its sessions with another key may end from now on. */
  wentOn(key: string, at: number): void {
    this.#newest = { key, at };
    for (const session of this.#sessions.values()) {
      if (session.key !== key) session.endedAt = Math.min(session.endedAt, at);
    }
  }

  get sessionIds(): readonly string[] {
    return [...this.#sessions.keys()];
  }

  has(sessionId: string): boolean {
    return this.#sessions.has(sessionId);
  }

  beganAt(sessionId: string): number {
    return this.#sessions.get(sessionId)?.beganAt ?? Number.NEGATIVE_INFINITY;
  }

  endedAt(sessionId: string): number {
    return this.#sessions.get(sessionId)?.endedAt ?? Number.POSITIVE_INFINITY;
  }

  /** When an instant of a session's clock can first have been known. */
  knownAt(sessionId: string, sessionTimeMs: number): number {
    const frames = this.#frames.get(this.#sessions.get(sessionId)?.key ?? '') ?? [];
    let low = 0;
    let high = frames.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((frames[middle]?.sessionTimeMs ?? 0) >= sessionTimeMs - 1) high = middle;
      else low = middle + 1;
    }
    // What no frame has reached yet has not happened: to know it would be the worst of all.
    return frames[low]?.at ?? Number.POSITIVE_INFINITY;
  }
}
