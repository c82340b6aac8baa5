import { stepped } from './delay-labels.js';

/**
 * Steps of a delay that come faster than the server answers: one call at a time, the next one with all the steps that
 * came meanwhile.
 */
export class DelaySteps {
  readonly #send: (delayMs: number) => Promise<boolean>;
  /** What the steps lead to, until the desk has been told of it. */
  #wanted: number | null = null;
  #isSending = false;

  /** `send` sets a delay, and says whether that was done. */
  constructor(send: (delayMs: number) => Promise<boolean>) {
    this.#send = send;
  }

  /** Where one step more leads; `told` is the delay that the desk was told last. All in ms. */
  next(byMs: number, told: number): number {
    return stepped(this.#wanted ?? told, byMs);
  }

  /** Goes to a delay; what was on its way is replaced by it. */
  go(delayMs: number): void {
    this.#wanted = delayMs;
    if (!this.#isSending) void this.#sendAll();
  }

  /** The desk was told of a delay: the next step starts from there. */
  told(): void {
    if (!this.#isSending) this.#wanted = null;
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true;
    for (let sent: number | null = null; this.#wanted !== null && this.#wanted !== sent; ) {
      sent = this.#wanted;
      if (!(await this.#send(sent))) this.#wanted = null;
    }
    this.#isSending = false;
  }
}
