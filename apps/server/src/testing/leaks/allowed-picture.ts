/** A time in which the same was in force, as far as an outsider can know. */
interface Span {
  readonly from: number;
  readonly delayMs: number;
  readonly stands: boolean;
  readonly published: boolean;
}

/** What is out of view for those who have no right of their own is so within this, in ms (SPEC.md, PUB-6). */
const GONE_MS = 1_000;

/**
 * The newest instant that one picture of a show may have let out, told from its director's calls alone: what was asked for and what was
 * answered, and when. Nothing of the server's own reckoning is in it. Where a call is on its way, whichever lets more out
 * counts; a pause or a longer delay counts from its answer, a shorter one from its call.
 */
export class AllowedPicture {
  readonly #spans: Span[];
  /** Delays of which any may be in force. */
  #delays: number[] = [0];

  constructor(from: number) {
    this.#spans = [{ from, delayMs: 0, stands: false, published: false }];
  }

  /** A delay of this picture, all of it, is asked for; call what is returned with the answer: whether it was taken, or `null` where nobody said. */
  delay(delayMs: number, now: number): (taken: boolean | null, at: number) => void {
    const before = this.#delays;
    this.#delays = [...before, delayMs];
    this.#change({ delayMs: Math.min(...this.#delays) }, now);
    return (taken, at) => {
      if (taken !== null) this.#delays = taken ? [delayMs] : before;
      this.#change({ delayMs: Math.min(...this.#delays) }, at);
    };
  }

  paused(at: number): void {
    this.#change({ stands: true }, at);
  }

  resumes(at: number): void {
    this.#change({ stands: false }, at);
  }

  /** All is where the delay says, at this instant. */
  startedAnew(at: number): void {
    const { stands } = this.#spans.at(-1) as Span;
    this.#change({ stands: false }, at);
    this.#change({ stands }, at);
  }

  published(isPublished: boolean, at: number): void {
    this.#change({ published: isPublished }, at);
  }

  /** The newest instant that may have been let out by `now`. */
  positionAt(now: number): number {
    let newest = Number.NEGATIVE_INFINITY;
    for (const [i, span] of this.#spans.entries()) {
      if (span.from > now) break;
      const end = Math.min(now, this.#spans[i + 1]?.from ?? now);
      if (!span.stands) newest = Math.max(newest, end - span.delayMs);
    }
    return newest;
  }

  /** Whether a stranger may have been shown anything of it just before `now`. */
  maySee(now: number): boolean {
    return this.#spans.some(
      ({ from, published }, i) =>
        published && from <= now && (this.#spans[i + 1]?.from ?? Number.POSITIVE_INFINITY) >= now - GONE_MS,
    );
  }

  #change(change: Partial<Span>, from: number): void {
    this.#spans.push({ ...(this.#spans.at(-1) as Span), ...change, from });
  }
}

/** The answer to a call, or that nobody knows it: see `AllowedPicture.delay`. */
type Answered = ReturnType<AllowedPicture['delay']>;

/** What both pictures of a show may have let out: whatever is done to the one is done to the other. */
export class AllowedPictures {
  readonly graphics: AllowedPicture;
  readonly public: AllowedPicture;

  constructor(from: number) {
    this.graphics = new AllowedPicture(from);
    this.public = new AllowedPicture(from);
  }

  /** Delays are asked for, as `AllowedPicture.delay` is told them. */
  delay(delayMs: number, publicExtraMs: number, now: number): Answered {
    const answers = [this.graphics.delay(delayMs, now), this.public.delay(delayMs + publicExtraMs, now)];
    return (taken, at) => {
      for (const answered of answers) answered(taken, at);
    };
  }

  paused(at: number): void {
    for (const each of [this.graphics, this.public]) each.paused(at);
  }

  resumes(at: number): void {
    for (const each of [this.graphics, this.public]) each.resumes(at);
  }

  startedAnew(at: number): void {
    for (const each of [this.graphics, this.public]) each.startedAnew(at);
  }

  published(isPublished: boolean, at: number): void {
    for (const each of [this.graphics, this.public]) each.published(isPublished, at);
  }
}
