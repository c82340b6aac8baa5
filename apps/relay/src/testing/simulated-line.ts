import type { SendWindow, Sent } from '../send-window.js';

/** A line to a server, on a driven clock: batches leave it one after another, as fast as it is, and are answered. */
export class SimulatedLine {
  now = 0;
  /** Bytes that have arrived. */
  arrivedBytes = 0;
  /** Longest that a batch waited behind others, in ms, since this was set to 0. */
  longestWaitMs = 0;
  /** Most frames of a live race that were not sent yet at once, since this was set to 0. */
  mostUnsent = 0;
  #unsent = 0;
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
      const paceMs = window.paceMs(this.now);
      if (paceMs > 0 && this.now + paceMs < Math.min(next?.at ?? until, until)) {
        this.now += paceMs;
        continue;
      }
      if (next === undefined || next.at > until) break;
      this.#arrive(window);
    }
    this.now = until;
  }

  /** Sends a race that is captured at a pace, whatever the window has room for of it. */
  live(window: SendWindow, race: { readonly frameBytes: number; readonly everyMs: number }, ms: number): void {
    const until = this.now + ms;
    let captured = this.now;
    const pump = () => {
      while (this.#unsent > 0) {
        const room = window.room(this.now);
        if (room === 0) return;
        const frames = Math.min(this.#unsent, Math.max(1, Math.floor(room / race.frameBytes)));
        this.#unsent -= frames;
        this.#put(window, frames * race.frameBytes);
      }
      window.ranDry();
    };
    while (captured < until) {
      this.#unsent += 1;
      this.mostUnsent = Math.max(this.mostUnsent, this.#unsent);
      pump();
      captured += race.everyMs;
      for (let next = this.#onTheWay[0]; next !== undefined && next.at <= captured; next = this.#onTheWay[0]) {
        this.#arrive(window);
        pump();
      }
      this.now = captured;
    }
  }

  /** Sends one batch of `bytes`, and lets some time pass. */
  sendSome(window: SendWindow, bytes: number, ms: number): void {
    const until = this.now + ms;
    this.#put(window, bytes);
    window.ranDry();
    while ((this.#onTheWay[0]?.at ?? until + 1) <= until) this.#arrive(window);
    this.now = until;
  }

  /** Sends one batch of `bytes`, and waits until it has arrived. */
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
