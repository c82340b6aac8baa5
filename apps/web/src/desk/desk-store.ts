import type { DeskState, Refusal } from '@okboxbox/protocol';
import type { Connection } from '../feed/feed-store.js';

/** What the desk's page holds: nothing yet, a refusal, or the desk as the server last told it. */
export type DeskHolding =
  | { readonly holding: 'nothing' }
  | { readonly holding: 'refusal'; readonly error: Refusal['error'] }
  | { readonly holding: 'desk'; readonly desk: DeskState; readonly at: number };

/** How far behind the picture was and was meant to be, at one time of the browser's clock. */
export interface DelaySample {
  readonly at: number;
  readonly setMs: number;
  readonly measuredMs: number | null;
}

/** What came of the director's last call. */
export interface Said {
  readonly tone: 'ok' | 'bad';
  readonly text: string;
  readonly at: number;
}

/** Measured delays are kept for so long, in ms. */
export const HISTORY_MS = 5 * 60_000;

/** The desk's state, outside React. Times are of the browser's clock, unless they are the server's by name. */
export class DeskStore {
  #holding: DeskHolding = { holding: 'nothing' };
  #connection: Connection = { state: 'connecting' };
  #history: readonly DelaySample[] = [];
  #said: Said | null = null;
  #serverAhead = 0;
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  get holding(): DeskHolding {
    return this.#holding;
  }

  get connection(): Connection {
    return this.#connection;
  }

  /** Measured delays of the last minutes, oldest first. */
  get history(): readonly DelaySample[] {
    return this.#history;
  }

  get said(): Said | null {
    return this.#said;
  }

  /** What the server's clock shows at a time of the browser's: by it, ages and presses are reckoned. */
  serverNow(now: number): number {
    return now + this.#serverAhead;
  }

  /** Takes the server's clock, as its answer gives it, where it is off by more than the answer may be wrong. */
  setServerClock(serverNow: number, now: number, uncertainMs: number): void {
    const ahead = serverNow - now;
    if (Math.abs(ahead - this.#serverAhead) > uncertainMs) this.#serverAhead = ahead;
  }

  hold(desk: DeskState, now: number): void {
    this.#holding = { holding: 'desk', desk, at: now };
    if (desk.delay !== null) {
      const { delayMs, measuredMs } = desk.delay;
      const kept = this.#history.filter(({ at }) => at > now - HISTORY_MS);
      this.#history = [...kept, { at: now, setMs: delayMs, measuredMs }];
    }
    this.#tell();
  }

  refuse(error: Refusal['error']): void {
    this.#holding = { holding: 'refusal', error };
    this.#tell();
  }

  connect(connection: Connection): void {
    this.#connection = connection;
    this.#tell();
  }

  say(tone: Said['tone'], text: string, now: number): void {
    this.#said = { tone, text, at: now };
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
