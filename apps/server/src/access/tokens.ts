import { randomUUID } from 'node:crypto';
import { capabilitiesOf, type TokenClaims, tokenClaims } from '@okboxbox/protocol';
import { createRemoteJWKSet, errors, jwtVerify, SignJWT } from 'jose';
import type { Visitor } from './visitor.js';

/** A token that is not accepted; the message says why and what to do. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
  /** What it says, where it was signed with the right key: whose it was can be believed. Opens nothing. */
  readonly claims: TokenClaims | undefined;

  constructor(message: string, claims?: TokenClaims) {
    super(message);
    this.claims = claims;
  }
}

/** Checks tokens, and signs them where the key is a secret of our own. */
export interface Tokens {
  /** @throws TokenError */
  verify(token: string): Promise<Visitor>;
  /** Signs a token that runs out after `ttlSeconds`. `null` where keys belong to an identity provider. */
  readonly sign: ((claims: Omit<TokenClaims, 'exp' | 'jti'>, ttlSeconds: number) => Promise<SignedToken>) | null;
}

export interface SignedToken {
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

const ALGORITHM = 'HS256';

/** Tokens signed and checked with a shared secret. */
export function tokensOfSecret(secret: Uint8Array): Tokens {
  return {
    verify: async (token) => visitorOf(() => jwtVerify(token, secret, { algorithms: [ALGORITHM] })),
    sign: async (claims, ttlSeconds) => {
      const exp = Math.floor(Date.now() / 1000) + ttlSeconds;
      const token = await new SignJWT({ ...claims })
        .setProtectedHeader({ alg: ALGORITHM })
        .setJti(randomUUID())
        .setIssuedAt()
        .setExpirationTime(exp)
        .sign(secret);
      return { token, expiresAt: exp * 1000 };
    },
  };
}

/** Tokens of an identity provider, checked with its published keys. */
export function tokensOfProvider(jwksUrl: string): Tokens {
  const keys = createRemoteJWKSet(new URL(jwksUrl));
  return {
    verify: async (token) =>
      visitorOf(() => jwtVerify(token, keys, { algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'] })),
    sign: null,
  };
}

async function visitorOf(check: () => Promise<{ payload: unknown }>): Promise<Visitor> {
  let payload: unknown;
  try {
    payload = (await check()).payload;
  } catch (error) {
    // Times are looked at after the signature.
    const ran = error instanceof errors.JWTExpired ? tokenClaims.safeParse(error.payload).data : undefined;
    throw new TokenError(reasonOf(error), ran);
  }
  const claims = tokenClaims.safeParse(payload);
  if (!claims.success) {
    const issue = claims.error.issues[0];
    throw new TokenError(
      `The token's "${issue?.path.join('.')}" cannot be used: ${issue?.message}. Ask for a new token.`,
    );
  }
  return { kind: 'token', claims: claims.data, capabilities: capabilitiesOf(claims.data) };
}

function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'The token has run out. Sign in again or ask for a new one.';
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return 'The token was not made by this server. Make one here with "okboxbox token".';
  }
  if (error instanceof errors.JOSEError) return 'The token is not a valid one. Copy it again, whole.';
  return 'The token could not be checked now. Try again in a moment.';
}
