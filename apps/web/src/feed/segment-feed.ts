import {
  type CrowdAnswer,
  type PublicKeyframe,
  type PublicPointer,
  type PublicSegment,
  WATCHING_MS,
  type WatchingAnswer,
} from '@okboxbox/protocol';
import type { FeedStore } from './feed-store.js';
import type { PageSignals } from './page-signals.js';
import { afterLimit, retryWait } from './retry-waits.js';
import { hasJustStarted } from './server-health.js';

/** How often the pointer is asked for, in ms: a little longer than caches keep it. */
const POLL_MS = 1_050;
/** The same of a page that nobody sees, in ms. */
const HIDDEN_POLL_MS = 10_000;
/** The same while nothing is on air, in ms, and up to half as long again. */
const ASK_AGAIN_MS = 3_000;
/** How long an answer may take, in ms. */
const ANSWER_WITHIN_MS = 8_000;
/** Within how long pages ask again when a server is back, in ms. */
const SPREAD_MS = 1_000;
/** After this number of refusals or unreadable answers in a row segments do not work here: a proxy may be in the way. */
const MOST_FAILURES = 3;
/** A pointer from a cache may be this old, and the server's clock as it says it as well, in ms. */
const POINTER_AGE_MS = 2_500;

/** Why a file did not come. */
export class SegmentError extends Error {
  override readonly name = 'SegmentError';
  /**
   * `gone`: there is nothing on air. `late`: the pointer is older than the server's files. `refused`: the server or a proxy
   * does not give it. `lost`: nobody answers.
   */
  readonly why: 'gone' | 'late' | 'refused' | 'lost';
  /** How long to wait, where the answer says it, in ms. */
  readonly retryAfterMs: number | undefined;

  constructor(why: SegmentError['why'], message: string, retryAfterMs?: number) {
    super(message);
    this.why = why;
    this.retryAfterMs = retryAfterMs;
  }
}

/** A show that is read as segments. */
export interface SegmentSource {
  readonly show: string;
  /** The server's address, `/` for the page's own. */
  readonly server: string;
}

/** Asks whether a crowd watches a show, so that its segments are to be read. @throws SegmentError */
export async function askCrowd(source: SegmentSource): Promise<boolean> {
  return (await load<CrowdAnswer>(`${pathOf(source)}/crowd.json`)).isCrowd;
}

/**
 * Follows a show's public picture over HTTP into a store: begins with a keyframe, then takes each segment that the pointer
 * names, and begins again where it has missed too many or the pointer is of another epoch. `onUseless` is called once where
 * that does not work here; nothing more comes then.
 */
export class SegmentFeed {
  readonly #source: SegmentSource;
  readonly #store: FeedStore;
  readonly #page: PageSignals;
  readonly #onUseless: () => void;
  readonly #unlisten: () => void;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #watching: ReturnType<typeof setTimeout> | null = null;
  #isAsking = false;
  #isOver = false;
  /** Answers that failed since the last one that did not. */
  #failures = 0;
  /** The same of refusals and unreadable answers alone. */
  #refusals = 0;
  /** Whether nobody answered at some time since the last answer that was of use. */
  #wasAway = false;

  constructor(source: SegmentSource, store: FeedStore, page: PageSignals, onUseless: () => void) {
    this.#source = source;
    this.#store = store;
    this.#page = page;
    this.#onUseless = onUseless;
    this.#unlisten = page.listen(
      () => this.#askIn(0),
      () => this.#askIn(page.isHidden() ? HIDDEN_POLL_MS : 0),
    );
    void this.#ask();
    void this.#sayWatching();
  }

  stop(): void {
    this.#isOver = true;
    this.#unlisten();
    if (this.#timer) clearTimeout(this.#timer);
    if (this.#watching) clearTimeout(this.#watching);
  }

  async #ask(): Promise<void> {
    if (this.#isAsking || this.#isOver) return;
    this.#isAsking = true;
    try {
      const pointer = await load<PublicPointer>(`${pathOf(this.#source)}/now.json`);
      if (this.#isOver) return;
      const now = Date.now();
      this.#store.setServerClock(pointer.now, now, POINTER_AGE_MS);
      this.#store.setDelay(pointer.delay, now);
      this.#store.setLook({ show: pointer.show, look: pointer.look });
      await this.#readOn(pointer);
      if (this.#isOver) return;
      this.#store.connect({ state: 'live' });
      this.#failures = 0;
      this.#refusals = 0;
      this.#wasAway = false;
      this.#askIn(this.#page.isHidden() ? HIDDEN_POLL_MS : POLL_MS);
    } catch (error) {
      if (!this.#isOver) await this.#failed(error);
    } finally {
      this.#isAsking = false;
    }
  }

  /** Takes what is new; the files of several seconds are loaded at once and taken in order. */
  async #readOn({ epoch, seq, keyframe, segments }: PublicPointer): Promise<void> {
    const store = this.#store;
    const firstSeq = seq - segments.length + 1;
    const holdsRace = store.holding.holding === 'race';
    if (!holdsRace || store.position.epoch !== epoch || store.position.seq < firstSeq - 1) {
      const begun = await this.#file<PublicKeyframe>(keyframe.name);
      if (this.#isOver) return;
      store.begin(begun.epoch, begun.seq, begun.at, begun.state, Date.now());
    }
    const names = segments.slice(Math.max(0, store.position.seq + 1 - firstSeq));
    const changes = await Promise.all(names.map((name) => this.#file<PublicSegment>(name)));
    if (this.#isOver) return;
    for (const change of changes) store.apply(change, Date.now());
  }

  async #failed(error: unknown): Promise<void> {
    const { why, message, retryAfterMs } = asSegmentError(error);
    const holdsRace = this.#store.holding.holding === 'race';
    this.#failures += 1;
    if (why === 'gone') {
      // A server that was away and has started only now may not have come as far as what is shown: that stays, marked as old.
      const isPassing = holdsRace && this.#wasAway && (await hasJustStarted(this.#source.server));
      if (this.#isOver) return;
      if (isPassing) this.#lost('The server has just started.');
      else {
        this.#store.connect({ state: 'live' });
        this.#store.refuse({ code: 'not_found', message: 'The show is not on air.' });
      }
      this.#askIn(ASK_AGAIN_MS * (1 + Math.random() / 2));
      return;
    }
    // The next pointer names other files, and what is shown stays until then.
    if (why !== 'late') this.#lost(message);
    if (why === 'refused' || why === 'late') {
      this.#refusals += 1;
      if (this.#refusals >= MOST_FAILURES) {
        this.stop();
        this.#onUseless();
      } else this.#askIn(afterLimit(retryAfterMs));
    } else {
      this.#wasAway = true;
      this.#askIn(retryWait(false, this.#failures, SPREAD_MS));
    }
  }

  #lost(because: string): void {
    if (this.#store.connection.state !== 'lost') this.#store.connect({ state: 'lost', since: Date.now(), because });
  }

  #askIn(ms: number): void {
    if (this.#isOver) return;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(), ms);
  }

  #file<T>(name: string): Promise<T> {
    return load<T>(`${pathOf(this.#source)}/s/${name}.json`).catch((error: SegmentError) => {
      throw error.why === 'gone' ? new SegmentError('late', error.message) : error;
    });
  }

  /** Caches hide how many watch, so each page says that it is there. Where that does not arrive, only the count is wrong. */
  async #sayWatching(): Promise<void> {
    let againMs = WATCHING_MS;
    try {
      const answer = await load<WatchingAnswer>(`${pathOf(this.#source)}/watching`, 'POST');
      againMs = Math.max(1_000, answer.againMs);
    } catch (error) {
      if (!(error instanceof SegmentError)) throw error;
    }
    if (!this.#isOver) this.#watching = setTimeout(() => void this.#sayWatching(), againMs);
  }
}

function pathOf({ show, server }: SegmentSource): string {
  return `${server.replace(/\/$/, '')}/api/public/shows/${encodeURIComponent(show)}`;
}

/** @throws SegmentError */
async function load<T>(url: string, method = 'GET'): Promise<T> {
  let response: Response;
  try {
    // Without cookies it is the same question from everyone.
    response = await fetch(url, { method, credentials: 'omit', signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
  } catch {
    throw new SegmentError('lost', 'The server does not answer.');
  }
  if (response.ok) {
    try {
      return (await response.json()) as T;
    } catch {
      throw new SegmentError('refused', 'The answer cannot be read.');
    }
  }
  if (response.status === 404) throw new SegmentError('gone', 'It is not there.');
  if (response.status >= 500) throw new SegmentError('lost', 'The server does not answer.');
  const saidS = Number(response.headers.get('retry-after') ?? Number.NaN);
  const retryAfterMs = Number.isFinite(saidS) ? saidS * 1_000 : undefined;
  throw new SegmentError('refused', `The server answered ${response.status}.`, retryAfterMs);
}

function asSegmentError(error: unknown): SegmentError {
  return error instanceof SegmentError ? error : new SegmentError('refused', 'What came cannot be read.');
}
