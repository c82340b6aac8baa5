import { beforeOf, DETECTORS, Detectors, findingKey } from '@okboxbox/findings';
import type { FindingsAnswer, OpsSnapshot } from '@okboxbox/protocol';

/** How often the server looks for what is wrong with it, in ms. */
const LOOK_MS = 2_000;
/** Findings that have cleared and are remembered. */
const MOST_CLEARED = 50;

/** What triage needs of the server. */
export interface TriageDeps {
  snapshot(before: OpsSnapshot['before']): Promise<OpsSnapshot>;
  /** Runs something of operations' own, whose time is counted. */
  counted<T>(work: () => T): T;
  onFailed(error: unknown): void;
}

/** Looks for what is wrong again and again, and remembers since when it is so and what has cleared. */
export class Triage {
  readonly #deps: TriageDeps;
  readonly #detectors: Detectors;
  #answer: FindingsAnswer = { at: 0, findings: [], clear: [], skipped: [], cleared: [] };
  #timer: NodeJS.Timeout | null = null;
  #looking: Promise<FindingsAnswer> | null = null;

  constructor(deps: TriageDeps, detectors = new Detectors(DETECTORS)) {
    this.#deps = deps;
    this.#detectors = detectors;
  }

  /** Looks every two seconds from now on; a look that is still under way is not doubled. */
  start(): void {
    this.#timer = setInterval(() => {
      this.look().catch((error) => this.#deps.onFailed(error));
    }, LOOK_MS);
    this.#timer.unref();
  }

  close(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** What the newest look has found. */
  get answer(): FindingsAnswer {
    return this.#answer;
  }

  /** What the next look is to know of the newest one. */
  get before(): OpsSnapshot['before'] {
    return beforeOf(this.#answer.findings);
  }

  /** Looks now, unless a look is under way: then that one counts. */
  look(): Promise<FindingsAnswer> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  async #look(): Promise<FindingsAnswer> {
    const snapshot = await this.#deps.snapshot(this.before);
    const look = this.#deps.counted(() => this.#detectors.look(snapshot));
    const still = new Set(look.findings.map(findingKey));
    const gone = this.#answer.findings
      .filter((finding) => !still.has(findingKey(finding)))
      .map(({ code, cause, since }) => ({ code, cause, since, clearedAt: snapshot.at }));
    const cleared = [...gone, ...this.#answer.cleared].slice(0, MOST_CLEARED);
    this.#answer = { at: snapshot.at, ...look, cleared };
    return this.#answer;
  }
}
