import type { FeedState } from '@okboxbox/protocol';
import { type Knowledge, newestKnown, newestOfRows } from './knowledge.js';
import { type PublicKind, strangeFields } from './public-shape.js';
import { SECRET, type ShowTruth, trueNow } from './show-truth.js';

/** Something that should not have been received. */
export interface Leak {
  readonly at: number;
  readonly what: 'early' | 'private' | 'unpublished' | 'order' | 'differs';
  readonly who: string;
  readonly kind: string;
  readonly detail: string;
}

/** Something that came to a client without `session:live`, and what is known of it. */
export interface Received {
  readonly who: string;
  readonly kind: PublicKind | 'unknown';
  readonly body: unknown;
  readonly text: string;
  /** When it was there, by the truth. */
  readonly at: number;
  /** Extra delay of the output that it came to, in ms. */
  readonly extraMs?: number;
  /** Shows whose graphics the client may see; of all others it may have the public picture alone. */
  readonly mayGraphics: (show: string) => boolean;
  /** That it is of the public picture, no matter who gets it. */
  readonly isOfPublic?: boolean;
  /** Shows that the client may see before they are published. */
  readonly mayAlwaysSee: (show: string) => boolean;
  /** What it had said itself. */
  readonly own?: string;
  readonly state?: FeedState | null;
}

/** Looks at everything that is received, and remembers what should not have been. */
export class Witness {
  readonly leaks: Leak[] = [];
  /** How much was looked at, by kind. */
  readonly seen = new Map<string, number>();
  /** How much newer the newest thing might have been, at the closest, by show: how sharp the test was. */
  readonly closest = new Map<string, number>();
  readonly #truths: readonly ShowTruth[];
  readonly #aheadMs: readonly number[];

  constructor(truths: readonly ShowTruth[], aheadMs: readonly number[]) {
    this.#truths = truths;
    this.#aheadMs = aheadMs;
  }

  looksAt(received: Received): void {
    const { who, kind, body, text, at, mayAlwaysSee, mayGraphics, isOfPublic = false } = received;
    this.seen.set(kind, (this.seen.get(kind) ?? 0) + 1);
    const excerpt = text.slice(0, 300);
    if (text.includes(SECRET)) this.tell({ what: 'private', who, kind, detail: excerpt });
    const strange = kind === 'unknown' ? ['all of it'] : strangeFields(body, kind);
    if (strange.length > 0) this.tell({ what: 'private', who, kind, detail: `${strange.join(', ')} in ${excerpt}` });
    if (/"name":"message"/.test(text)) this.tell({ what: 'private', who, kind, detail: `a message in ${excerpt}` });
    for (const truth of this.#truths) {
      const known = this.#newest(truth, received);
      if (known.at === Number.NEGATIVE_INFINITY) continue;
      const picture = mayGraphics(truth.show) && !isOfPublic ? truth.allowed.graphics : truth.allowed.public;
      const margin = picture.positionAt(at) - (received.extraMs ?? 0) - known.at;
      this.closest.set(truth.show, Math.min(this.closest.get(truth.show) ?? Number.POSITIVE_INFINITY, margin));
      if (margin < 0) {
        const detail = `${(-margin).toFixed(1)} ms too early for ${truth.show}, by ${known.from}: ${excerpt}`;
        this.tell({ what: 'early', who, kind, detail });
      }
      if (!mayAlwaysSee(truth.show) && !truth.allowed.public.maySee(at)) {
        this.tell({ what: 'unpublished', who, kind, detail: `by ${known.from}: ${excerpt}` });
      }
    }
  }

  tell(leak: Omit<Leak, 'at'>): void {
    this.leaks.push({ at: Math.round(trueNow()), ...leak });
  }

  #newest(truth: ShowTruth, { text, body, own, state }: Received): Knowledge {
    const said = newestKnown(truth, { text, body, aheadMs: this.#aheadMs, ...(own !== undefined && { own }) });
    const byRows = state == null ? null : newestOfRows(truth, state);
    return byRows !== null && byRows.at > said.at ? byRows : said;
  }
}
