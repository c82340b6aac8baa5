import { createHash, randomBytes } from 'node:crypto';
import type { Role } from '@okboxbox/protocol';
import type { Clock } from '../clock.js';
import type { SignedToken, Tokens } from './tokens.js';

/** How long a token lasts that was got for a one-time code. */
const TOKEN_TTL_S = 12 * 60 * 60;
/** How long a code can be used, in ms. */
export const CODE_TTL_MS = 10 * 60_000;
/** Codes that may be waiting at once; the oldest give way. */
const MAX_CODES = 32;
/** Codes that are over and still told from unknown ones; the oldest are forgotten. */
const MAX_OVER = 256;

/** A new one-time code, and until when it can be used, in ms since the epoch. */
export interface IssuedCode {
  readonly code: string;
  readonly expiresAt: number;
}

export type SignInAnswer = SignedToken & { readonly role: Role };

/** A code that signs nobody in; the message says why and what to do. */
export class SignInError extends Error {
  override readonly name = 'SignInError';
}

type Over = 'used' | 'expired' | 'replaced';

const BECAUSE: Readonly<Record<Over, string>> = {
  used: 'This sign-in link was used already; each one works once.',
  expired: `This sign-in link expired; each one works for ${CODE_TTL_MS / 60_000} minutes.`,
  replaced: 'This sign-in link was replaced by newer ones.',
};
const UNKNOWN =
  'This sign-in link is unknown: it is from before the server was last started, or not all of it was copied.';
const INSTEAD = 'Run "okboxbox sign-in" on the machine of the server; it prints a new one.';

/**
 * One-time codes: each is good for one token, once, for ten minutes. Only its hash is kept, in memory: a restart makes every
 * code that was not used worthless.
 */
export class SignIn {
  readonly #tokens: Tokens;
  readonly #clock: Clock;
  readonly #codes = new Map<string, { readonly role: Role; readonly expiresAt: number }>();
  readonly #over = new Map<string, Over>();

  constructor(tokens: Tokens, clock: Clock) {
    this.#tokens = tokens;
    this.#clock = clock;
  }

  /** Makes a code for a role, or `null` where tokens come from an identity provider. */
  issue(role: Role): IssuedCode | null {
    if (this.#tokens.sign === null) return null;
    this.#dropExpired();
    const code = randomBytes(24).toString('base64url');
    const expiresAt = Math.round(this.#clock.now()) + CODE_TTL_MS;
    this.#codes.set(hash(code), { role, expiresAt });
    const oldest = this.#codes.keys().next();
    if (this.#codes.size > MAX_CODES && !oldest.done) this.#end(oldest.value, 'replaced');
    return { code, expiresAt };
  }

  /** Whether something is a code that can still be used. */
  knows(code: string): boolean {
    this.#dropExpired();
    return this.#codes.has(hash(code));
  }

  /**
   * Takes a code for a token.
   * @throws SignInError where the code is unknown, expired or was used.
   */
  async redeem(code: string): Promise<SignInAnswer> {
    this.#dropExpired();
    const key = hash(code);
    const issued = this.#codes.get(key);
    if (issued === undefined || this.#tokens.sign === null) {
      const over = this.#over.get(key);
      throw new SignInError(`${over === undefined ? UNKNOWN : BECAUSE[over]} ${INSTEAD}`);
    }
    this.#end(key, 'used');
    const { role } = issued;
    return { role, ...(await this.#tokens.sign({ sub: `sign-in:${role}`, role }, TOKEN_TTL_S)) };
  }

  #dropExpired(): void {
    const now = this.#clock.now();
    for (const [key, { expiresAt }] of this.#codes) if (expiresAt <= now) this.#end(key, 'expired');
  }

  #end(key: string, how: Over): void {
    this.#codes.delete(key);
    this.#over.set(key, how);
    const oldest = this.#over.keys().next();
    if (this.#over.size > MAX_OVER && !oldest.done) this.#over.delete(oldest.value);
  }
}

function hash(code: string): string {
  return createHash('sha256').update(code).digest('hex');
}
