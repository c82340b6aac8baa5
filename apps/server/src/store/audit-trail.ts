import type { Logger } from '../log.js';
import type { Store } from './store.js';

/** Who did what, and when. */
export interface Act {
  readonly at: number;
  readonly who: string;
  readonly action: string;
  readonly detail: object;
}

/** Between two tries while the database is away or still starting, in ms. */
const RETRY_MS = 500;
/** Acts that wait for it at most; an act beyond that stands in the log alone. */
const MOST_WAITING = 1_000;
/** How long a server that ends goes on trying, in ms. */
const LAST_TRY_MS = 1_000;

export interface AuditTrailDeps {
  readonly store: Pick<Store, 'audit'>;
  readonly log: Logger;
  readonly setTimeout?: (run: () => void, ms: number) => NodeJS.Timeout;
}

/**
 * Notes who did what, in order, behind the act: nobody waits for the database to act, and what is done while it is
 * away is stored when it is there again.
 */
export class AuditTrail {
  readonly #deps: AuditTrailDeps;
  readonly #waiting: Act[] = [];
  #writing: Promise<void> | null = null;
  #isClosed = false;
  #wake: () => void = () => undefined;

  constructor(deps: AuditTrailDeps) {
    this.#deps = deps;
  }

  /** Acts that are not stored yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  note(act: Act): void {
    // A call may outlast the end of what it is noted in.
    if (this.#isClosed) {
      this.#deps.log.error({ ...act }, 'an audit entry could not be stored');
      return;
    }
    if (this.#waiting.length >= MOST_WAITING) {
      this.#deps.log.error({ ...act }, 'too many audit entries wait for the database: this one is only in the log');
      return;
    }
    this.#waiting.push(act);
    this.#writing ??= this.#write();
  }

  /** Tries once more to store what waits; what cannot be stored is logged. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#wake();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, LAST_TRY_MS);
    });
    await Promise.race([this.#writing, late]);
    clearTimeout(timer);
    for (const act of this.#waiting) this.#deps.log.error({ ...act }, 'an audit entry could not be stored');
  }

  async #write(): Promise<void> {
    const { store, log } = this.#deps;
    for (let act = this.#waiting[0]; act !== undefined; act = this.#waiting[0]) {
      const isLast = this.#isClosed;
      try {
        await store.audit(act);
        this.#waiting.shift();
      } catch (error) {
        log.debug({ err: error }, 'the audit entries are stored later');
        if (isLast) break;
        await this.#pause();
      }
    }
    this.#writing = null;
  }

  #pause(): Promise<void> {
    const later = this.#deps.setTimeout ?? setTimeout;
    return new Promise((resolve) => {
      const timer = later(resolve, RETRY_MS);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.#isClosed) this.#wake();
    });
  }
}
