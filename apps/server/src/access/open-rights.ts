import type { RightEnd } from '@okboxbox/protocol';
import type { Clock } from '../clock.js';
import type { RevokedTokens } from './revoked-tokens.js';
import type { ShareLinks } from './share-links.js';
import type { Visitor } from './visitor.js';

/** How often expired rights are looked for, in ms: what they opened ends within a second. */
const LOOK_MS = 250;
/** How many are ended in one turn of the event loop: a link can have thousands of viewers. */
const SLICE = 100;

export interface OpenRightsDeps {
  readonly revoked: Pick<RevokedTokens, 'has' | 'onRevoked'>;
  readonly links: Pick<ShareLinks, 'isOpen' | 'onRevoked'>;
  /** What links are dated by. */
  readonly clock: Clock;
  /** The wall clock, which tokens are dated by, in ms since the epoch. */
  readonly wallNow: () => number;
}

/** Ends one thing that a right has opened. */
type End = (reason: RightEnd) => void;

/** All that rests on one token or one link. */
interface Right {
  readonly visitor: Visitor;
  readonly ends: Set<End>;
}

/**
 * The one place that knows what is open by which right: connections, streams, downloads, calls that are being answered.
 * Each is ended when its right ends: at once where that is revoked, else within a second.
 */
export class OpenRights {
  readonly #deps: OpenRightsDeps;
  readonly #rights = new Map<string, Right>();
  readonly #timer: NodeJS.Timeout;

  constructor(deps: OpenRightsDeps) {
    this.#deps = deps;
    deps.revoked.onRevoked(() => this.#look());
    deps.links.onRevoked(() => this.#look());
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
    this.#timer.unref();
  }

  /**
   * Ties something to the right of its visitor: `end` is called once, when that right ends, and at once where it has ended
   * since it was checked. Nothing is tied to a visitor without a token or a link. Returns the way to untie what is over.
   */
  hold(visitor: Visitor, end: End): () => void {
    const key = keyOf(visitor);
    if (key === null) return () => undefined;
    const reason = this.#endOf(visitor);
    if (reason !== null) {
      end(reason);
      return () => undefined;
    }
    const right = this.#rights.get(key) ?? { visitor, ends: new Set() };
    this.#rights.set(key, right);
    right.ends.add(end);
    return () => {
      right.ends.delete(end);
      if (right.ends.size === 0 && this.#rights.get(key) === right) this.#rights.delete(key);
    };
  }

  /** Looks no more. */
  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    for (const [key, right] of this.#rights) {
      const reason = this.#endOf(right.visitor);
      if (reason === null) continue;
      this.#rights.delete(key);
      endAll(right.ends, reason);
    }
  }

  #endOf(visitor: Visitor): RightEnd | null {
    const { revoked, links, clock, wallNow } = this.#deps;
    switch (visitor.kind) {
      case 'anonymous':
        return null;
      case 'token':
        if (revoked.has(visitor.claims.jti)) return 'token_revoked';
        return visitor.claims.exp * 1000 <= wallNow() ? 'token_expired' : null;
      case 'link':
        if (visitor.expiresAt <= clock.now()) return 'link_expired';
        return links.isOpen(visitor.code) ? null : 'link_revoked';
      default:
        return visitor satisfies never;
    }
  }
}

/** Ends a slice now and the others in the turns that follow; one that is untied meanwhile is left alone. */
function endAll(ends: Set<End>, reason: RightEnd): void {
  let left = SLICE;
  for (const end of ends) {
    if (left === 0) {
      setImmediate(() => endAll(ends, reason));
      return;
    }
    left -= 1;
    ends.delete(end);
    end(reason);
  }
}

/** What tells one right from another: tokens with the same `jti` may expire at different times. */
function keyOf(visitor: Visitor): string | null {
  if (visitor.kind === 'anonymous') return null;
  return visitor.kind === 'link' ? `link ${visitor.code}` : `token ${visitor.claims.exp} ${visitor.claims.jti ?? ''}`;
}
