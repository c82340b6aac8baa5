/** How long answers are remembered, in ms, and how many at most. */
const KEPT_MS = 10 * 60_000;
const MOST_KEPT = 500;

interface Answered {
  readonly at: number;
  readonly answer: Promise<object>;
}

/**
 * Does what a call asks for once, however often it comes: a caller whose answer was lost repeats the call with the same
 * `requestId` and gets the answer of before. What failed is done again.
 */
export class AnsweredOnce {
  readonly #now: () => number;
  readonly #answered = new Map<string, Answered>();

  /** `now` in milliseconds, never stepping back. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** `key` names the caller, the call and its `requestId`; without a `requestId` each call is one of its own. */
  answer<T extends object>(
    key: readonly string[],
    requestId: string | undefined,
    run: () => Promise<T> | T,
  ): Promise<T> {
    if (requestId === undefined) return Promise.resolve().then(run);
    const name = JSON.stringify([...key, requestId]);
    const before = this.#answered.get(name);
    // Of the same call, and so of the same kind.
    if (before !== undefined && this.#now() - before.at < KEPT_MS) return before.answer as Promise<T>;
    const answer = Promise.resolve().then(run);
    this.#answered.delete(name);
    this.#answered.set(name, { at: this.#now(), answer });
    answer.catch(() => this.#answered.delete(name));
    const oldest = this.#answered.keys().next();
    if (this.#answered.size > MOST_KEPT && !oldest.done) this.#answered.delete(oldest.value);
    return answer;
  }
}
