/** How things stand with what a relay sends, as far as its rate is concerned. */
export type Condition =
  | { readonly state: 'trouble'; readonly because: string }
  | { readonly state: 'well' }
  /** Neither, or not known: what is asked stays as it is. */
  | { readonly state: 'unclear' };

/** What a relay is asked for: frames a second at most; `null` asks for nothing. */
export interface Asked {
  readonly maxHz: number | null;
  readonly because: string;
}

/** Fewer frames than this are never asked for, in Hz: lap times are made of what lies around a line. */
const FLOOR_HZ = 2;
/** Trouble that lasts this long halves the rate, in ms; again only after longer, since less takes a while to help. */
const DOWN_AFTER_MS = 8_000;
const DOWN_AGAIN_AFTER_MS = 16_000;
/** Being well for this long brings the rate one step up, in ms. */
const UP_AFTER_MS = 30_000;
/** Trouble this soon after a step up came of it, in ms: the next one waits twice as long. */
const RELAPSE_MS = 60_000;
const LONGEST_UP_AFTER_MS = 8 * 60_000;
/** Well without any request for this long: what was learnt of steps up is forgotten, in ms. */
const FORGET_MS = 10 * 60_000;

/**
 * Decides how many frames a second one relay is asked for: half as many each time that trouble lasts, twice as many each
 * time that all is well for longer, and in the end as many as it likes. A step up that brings the trouble back is tried
 * again later and later.
 */
export class AskedRate {
  #state: Condition['state'] = 'unclear';
  #since: number;
  /** What the relay sent when it was first asked, and how often that has been halved. */
  #wholeHz = 0;
  #halvings = 0;
  #because = '';
  #loweredAt = Number.NEGATIVE_INFINITY;
  #raisedAt = Number.NEGATIVE_INFINITY;
  #upAfterMs = UP_AFTER_MS;

  constructor(now: number) {
    this.#since = now;
  }

  /** What is asked for now. */
  get asked(): Asked {
    return { maxHz: this.#halvings === 0 ? null : this.#wholeHz / 2 ** this.#halvings, because: this.#because };
  }

  /** Takes how things stand, about once a second; `rateHz` is what the relay sends. Returns a request that is new. */
  judge(now: number, condition: Condition, rateHz: number): Asked | null {
    if (condition.state !== this.#state) {
      this.#state = condition.state;
      this.#since = now;
    }
    const lasts = now - this.#since;
    if (condition.state === 'trouble') {
      const isLong = lasts >= DOWN_AFTER_MS && now - this.#loweredAt >= DOWN_AGAIN_AFTER_MS;
      return isLong ? this.#lower(now, condition.because, rateHz) : null;
    }
    if (condition.state !== 'well') return null;
    if (this.#halvings > 0) return lasts >= this.#upAfterMs ? this.#raise(now) : null;
    if (lasts >= FORGET_MS) this.#upAfterMs = UP_AFTER_MS;
    return null;
  }

  /** The relay's connection is another: what was seen of the one before says nothing of it. */
  reconnected(now: number): void {
    this.#state = 'unclear';
    this.#since = now;
  }

  #lower(now: number, because: string, rateHz: number): Asked | null {
    this.#since = now;
    if (this.#halvings === 0) this.#wholeHz = Math.round(rateHz);
    if (this.#wholeHz / 2 ** (this.#halvings + 1) < FLOOR_HZ) return null;
    if (now - this.#raisedAt < RELAPSE_MS) this.#upAfterMs = Math.min(LONGEST_UP_AFTER_MS, this.#upAfterMs * 2);
    this.#loweredAt = now;
    this.#halvings += 1;
    this.#because = because;
    return this.asked;
  }

  #raise(now: number): Asked {
    this.#since = now;
    this.#raisedAt = now;
    this.#halvings -= 1;
    this.#because = this.#halvings === 0 ? 'all is well again' : 'all has been well for a while: one step up';
    return this.asked;
  }
}
