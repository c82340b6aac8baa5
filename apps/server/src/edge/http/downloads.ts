import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Limits } from '../../access/limits.js';
import type { Visitor } from '../../access/visitor.js';
import { HttpProblem } from './problem.js';
import { inSlices, Turns } from './slices.js';

/** Long answers that may be made at once: with one token, from one address, and in all. */
export const MOST_DOWNLOADS = { token: 4, address: 4, all: 8 } as const;
/** The same for recordings that are followed: they cost little, and stay for hours. */
export const MOST_FOLLOWED = { token: 20, address: 20, all: 100 } as const;
/** How long a refused caller should wait, in ms. */
const TRY_AGAIN_MS = 2_000;

/** Answers that take long: made in slices, at the pace of the reader, and a limited number at once. */
export class Downloads {
  readonly #limits: Limits;
  readonly #turns = new Turns();
  readonly #open = new Map<string, number>();

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /**
   * Takes a place for a download and gives the way to answer it with texts. The place is free again when the connection has
   * been answered or is gone, so it is to be taken right before what may fail.
   * @throws HttpProblem 429 where there are too many.
   */
  begin(
    request: FastifyRequest,
    reply: FastifyReply,
    visitor: Visitor,
    isFollowed = false,
  ): (texts: AsyncIterable<string> | Iterable<string>) => Readable {
    const most = isFollowed ? MOST_FOLLOWED : MOST_DOWNLOADS;
    const address = this.#limits.keyOf(request.raw);
    const kind = isFollowed ? 'followed' : 'download';
    const places: [string, number][] = [
      [`${kind} all`, most.all],
      [`${kind} address ${address}`, most.address],
    ];
    if (visitor.kind === 'token') {
      const { jti, sub } = visitor.claims;
      places.push([`${kind} token ${jti ?? sub}`, most.token]);
    }
    if (places.some(([place, at]) => (this.#open.get(place) ?? 0) >= at)) {
      this.#limits.refused('download', address);
      throw new HttpProblem(
        429,
        'Too many downloads at once from this address or with this token. Let one end, then try again.',
        undefined,
        TRY_AGAIN_MS,
      );
    }
    for (const [place] of places) this.#open.set(place, (this.#open.get(place) ?? 0) + 1);
    const free = () => {
      for (const [place] of places) {
        const left = (this.#open.get(place) ?? 1) - 1;
        if (left > 0) this.#open.set(place, left);
        else this.#open.delete(place);
      }
    };
    // A caller may have gone while the owner was asked.
    if (reply.raw.closed) free();
    else reply.raw.once('close', free);
    return (texts) => Readable.from(inSlices(texts, this.#turns), { objectMode: false });
  }
}
