import type { SendWindow, Sent } from '../send-window.js';

/** A line to a server, on a driven clock: batches leave it one after another, as fast as it is, and are answered. */
export class SimulatedLine {
  now = 0;
  /** Bytes that have arrived. */
  arrivedBytes = 0;
  /** Longest that a batch waited behind others, in ms, since this was set to 0. */
  longestWaitMs = 0;
  bytesPerS: number;
  roundTripMs: number;
  readonly #onTheWay: { readonly sent: Sent; readonly at: number }[] = [];
  #freeAt = 0;

  constructor(bytesPerS: number, roundTripMs: number) {
    this.bytesPerS = bytesPerS;
    this.roundTripMs = roundTripMs;
  }

  /** Nothing gets through for so long. */
  standStill(ms: number): void {
    this.#freeAt = Math.max(this.#freeAt, this.now) + ms;
  }

  /** Sends through a window for so long, whatever it has room for: a backlog without an end. */
  send(window: SendWindow, ms: number): void {
    const until = this.now + ms;
    for (;;) {
      for (let room = window.room(this.now); room > 0; room = window.room(this.now)) this.#put(window, room);
      const next = this.#onTheWay[0];
      if (next === undefined || next.at > until) break;
      this.#arrive(window);
    }
    this.now = until;
  }

  /** Sends one batch of so many bytes, and lets some time pass. */
  sendSome(window: SendWindow, bytes: number, ms: number): void {
    const until = this.now + ms;
    this.#put(window, bytes);
    window.ranDry();
    while ((this.#onTheWay[0]?.at ?? until + 1) <= until) this.#arrive(window);
    this.now = until;
  }

  /** Sends one batch of so many bytes, and hears of it. */
  sendOne(window: SendWindow, bytes: number): void {
    if (window.room(this.now) > 0) this.#put(window, bytes);
    window.ranDry();
    while (this.#onTheWay.length > 0) this.#arrive(window);
  }

  #put(window: SendWindow, bytes: number): void {
    const begins = Math.max(this.#freeAt, this.now);
    this.longestWaitMs = Math.max(this.longestWaitMs, begins - this.now);
    this.#freeAt = begins + (bytes * 1000) / this.bytesPerS;
    this.#onTheWay.push({ sent: window.sent(bytes, this.now), at: this.#freeAt + this.roundTripMs });
  }

  #arrive(window: SendWindow): void {
    const { sent, at } = this.#onTheWay.shift() as { sent: Sent; at: number };
    this.now = Math.max(this.now, at);
    this.arrivedBytes += sent.bytes;
    window.arrived(sent, this.now);
  }
}
