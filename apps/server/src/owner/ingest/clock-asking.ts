import { type ClockPing, clockPong } from '@okboxbox/protocol';
import type { Socket } from 'socket.io';
import type { Clock } from '../../clock.js';
import type { ProvenClock } from './proven-clock.js';
import { type ClockEstimate, RelayClock } from './relay-clock.js';

/** The relay's clock is asked for this often, and a few times at once in the beginning, in ms. */
const CLOCK_MS = 2_000;
/** An answer may take this long over a long connection, in ms. */
const ANSWER_MS = 30_000;
const FIRST_CLOCKS_MS = 300;
const FIRST_CLOCKS = 4;
/** A relay that is back is waited for so long to tell its clock, in ms; else what it brings counts from when it comes. */
const PROOF_MS = 1_500;

/** Asks the relay at the other end of a connection for its clock, as long as it is connected. */
export class ClockAsking {
  readonly #socket: Socket;
  readonly #now: Clock;
  readonly #clock = new RelayClock();
  #proven: ProvenClock | null = null;
  #asked = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(socket: Socket, clock: Clock) {
    this.#socket = socket;
    this.#now = clock;
    this.#askLater();
  }

  /** What is known of the relay's clock; `null` before it has answered. */
  get estimate(): ClockEstimate | null {
    return this.#clock.estimate;
  }

  /** What is proven of the clock that the relay stamps its stream with; `null` before it feeds one. */
  get proven(): ProvenClock | null {
    return this.#proven;
  }

  /** A relay that is back brings what it has kept: how old that is, its clock must say before. */
  async prove(known: ProvenClock): Promise<void> {
    this.#proven = known;
    if (known.isKnown) await this.#ask(PROOF_MS);
  }

  stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #askLater(): void {
    this.#timer = setTimeout(
      () => {
        // The next time as well where this has not been answered yet: each answer says how long the connection is now.
        void this.#ask();
        if (this.#socket.connected) this.#askLater();
      },
      this.#asked < FIRST_CLOCKS ? FIRST_CLOCKS_MS : CLOCK_MS,
    );
    this.#timer.unref();
  }

  async #ask(withinMs = ANSWER_MS): Promise<void> {
    const clock = this.#now;
    const known = this.#clock.estimate;
    const serverSentAt = clock.now();
    const ping: ClockPing = {
      serverSentAt,
      ...(known && { offsetMs: known.offsetMs, boundMs: known.boundMs }),
    };
    this.#asked += 1;
    const said = await this.#socket
      .timeout(withinMs)
      .emitWithAck('clock:ping', ping)
      .catch(() => null);
    const serverReceivedAt = clock.now();
    // A relay that does not answer, or nonsense, has an unknown clock; that is what is shown.
    const pong = clockPong.safeParse(said);
    if (!pong.success) return;
    const { receivedAt, sentAt, wallAt } = pong.data;
    const exchange = { serverSentAt, relayReceivedAt: receivedAt, relaySentAt: sentAt, serverReceivedAt, wallAt };
    this.#clock.add(exchange);
    this.#proven?.add(exchange);
  }
}
