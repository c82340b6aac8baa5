import { createHash, randomBytes } from 'node:crypto';
import type { Role } from '@okboxbox/protocol';
import type { SignedToken, Tokens } from './tokens.js';

/** How long a token lasts that was got for a one-time code. */
const TOKEN_TTL_S = 12 * 60 * 60;
/** Codes that may be waiting at once; the oldest give way. */
const MAX_CODES = 32;

export type SignInAnswer = SignedToken & { readonly role: Role };

/**
 * One-time codes: each is good for one token, once. Only its hash is kept, in memory: a restart makes every
 * code that was not used worthless.
 */
export class SignIn {
  readonly #tokens: Tokens;
  readonly #roles = new Map<string, Role>();

  constructor(tokens: Tokens) {
    this.#tokens = tokens;
  }

  /** Makes a code for a role, or `null` where tokens come from an identity provider. */
  issue(role: Role): string | null {
    if (this.#tokens.sign === null) return null;
    const code = randomBytes(24).toString('base64url');
    this.#roles.set(hash(code), role);
    const oldest = this.#roles.keys().next();
    if (this.#roles.size > MAX_CODES && !oldest.done) this.#roles.delete(oldest.value);
    return code;
  }

  /** Whether something is a code that can still be used. */
  knows(code: string): boolean {
    return this.#roles.has(hash(code));
  }

  /** Takes a code for a token; `null` where the code is unknown or was used. */
  async redeem(code: string): Promise<SignInAnswer | null> {
    const role = this.#roles.get(hash(code));
    if (role === undefined || this.#tokens.sign === null) return null;
    this.#roles.delete(hash(code));
    return { role, ...(await this.#tokens.sign({ sub: `sign-in:${role}`, role }, TOKEN_TTL_S)) };
  }
}

function hash(code: string): string {
  return createHash('sha256').update(code).digest('hex');
}
