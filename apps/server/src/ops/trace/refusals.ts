import type { Taps } from '../../taps.js';

/** Sockets of which it is remembered; the oldest go. */
const MOST = 2_000;
const LONGEST = 200;
const CODES: ReadonlySet<string> = new Set(['unauthenticated', 'forbidden']);

/** A join that a socket was refused, for want of a right. */
export interface Refused {
  readonly at: number;
  readonly capability: string | null;
  /** What it asked for: a session, or a show's. */
  readonly sessionId: string | null;
  readonly show: string | null;
}

/** Which sockets were refused a session of late: what they asked for is in no event. */
export class Refusals {
  readonly #bySocket = new Map<string, Refused>();

  /** Listens from now on; returns the way to stop. */
  listen(taps: Taps, now: () => number): () => void {
    return taps.refusal.listen((_from, socketId, where, code, _message, capability, input) => {
      if (socketId === null || where !== 'session:join' || !CODES.has(code)) return;
      this.#bySocket.delete(socketId);
      const refused = { at: now(), capability, sessionId: nameIn(input, 'sessionId'), show: nameIn(input, 'show') };
      this.#bySocket.set(socketId, refused);
      const [oldest] = this.#bySocket.keys();
      if (this.#bySocket.size > MOST && oldest !== undefined) this.#bySocket.delete(oldest);
    });
  }

  /** Sockets that were refused a session, by its id or as its show's. */
  of(sessionId: string, show: string): Map<string, Refused> {
    return new Map([...this.#bySocket].filter(([, asked]) => asked.sessionId === sessionId || asked.show === show));
  }
}

/** A name in what a client sent, which may be anything. It is compared, and never told. */
function nameIn(input: unknown, field: string): string | null {
  if (typeof input !== 'object' || input === null) return null;
  const value: unknown = Reflect.get(input, field);
  return typeof value === 'string' ? value.slice(0, LONGEST) : null;
}
