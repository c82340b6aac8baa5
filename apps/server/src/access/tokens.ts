import { randomUUID } from 'node:crypto';
import { capabilitiesOf, type TokenClaims, tokenClaims } from '@okboxbox/protocol';
import { createRemoteJWKSet, errors, jwtVerify, SignJWT } from 'jose';
import type { IdentityProvider } from '../config.js';
import type { Visitor } from './visitor.js';

/** Why a token is not accepted. `unchecked`: nothing is known of it, because the identity provider's keys cannot be had. */
export type TokenFault =
  | 'malformed'
  | 'signature'
  | 'issuer'
  | 'audience'
  | 'not_yet_valid'
  | 'expired'
  | 'revoked'
  | 'claims'
  | 'unchecked';

/** A token that is not accepted; the message says why and what to do. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
  readonly fault: TokenFault;
  /** What it says, where it was signed with the right key: whose it was can be believed. Opens nothing. */
  readonly claims: TokenClaims | undefined;

  constructor(fault: TokenFault, message: string, claims?: TokenClaims) {
    super(message);
    this.fault = fault;
    this.claims = claims;
  }
}

/** Checks tokens, and signs them where the key is a secret of our own. */
export interface Tokens {
  /** @throws TokenError */
  verify(token: string): Promise<Visitor>;
  /** Signs a token that expires after `ttlSeconds`. `null` where keys belong to an identity provider. */
  readonly sign: ((claims: Omit<TokenClaims, 'exp' | 'jti'>, ttlSeconds: number) => Promise<SignedToken>) | null;
}

export interface SignedToken {
  readonly token: string;
  /** What it is revoked by. */
  readonly jti: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

const ALGORITHM = 'HS256';

/** How tokens of one maker are checked, and what is said of one that is not theirs, or that cannot be checked now. */
interface Maker {
  readonly check: (token: string) => Promise<{ payload: unknown }>;
  readonly notTheirs: string;
  readonly cannotCheck: string;
}

/** Tokens signed and checked with a shared secret; `wallNow` is the wall clock, in ms since the epoch. */
export function tokensOfSecret(secret: Uint8Array, wallNow: () => number = Date.now): Tokens {
  const maker: Maker = {
    check: (token) => jwtVerify(token, secret, { algorithms: [ALGORITHM], currentDate: new Date(wallNow()) }),
    notTheirs:
      'The token was not made by this server, or not all of it was copied. Make one here with "okboxbox token".',
    cannotCheck: 'The token could not be checked now. Try again in a moment.',
  };
  return {
    verify: (token) => visitorOf(token, maker),
    sign: async (claims, ttlSeconds) => {
      const jti = randomUUID();
      const exp = Math.floor(wallNow() / 1000) + ttlSeconds;
      const token = await new SignJWT({ ...claims })
        .setProtectedHeader({ alg: ALGORITHM })
        .setJti(jti)
        .setIssuedAt(new Date(wallNow()))
        .setExpirationTime(exp)
        .sign(secret);
      return { token, jti, expiresAt: exp * 1000 };
    },
  };
}

/** Tokens that an identity provider made for this server, checked with the keys that it publishes; `wallNow` as above. */
export function tokensOfProvider(
  { jwksUrl, issuer, audience }: IdentityProvider,
  wallNow: () => number = Date.now,
): Tokens {
  const keys = createRemoteJWKSet(new URL(jwksUrl));
  const options = { algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'], issuer, audience };
  const maker: Maker = {
    check: (token) => jwtVerify(token, keys, { ...options, currentDate: new Date(wallNow()) }),
    notTheirs:
      'The token was not signed by the identity provider of this server, or not all of it was copied. Sign in there again.',
    cannotCheck:
      'The token cannot be checked now: the keys of the identity provider (JWKS_URL) cannot be read. Try again in a moment.',
  };
  return { verify: (token) => visitorOf(token, maker), sign: null };
}

async function visitorOf(token: string, maker: Maker): Promise<Visitor> {
  let payload: unknown;
  try {
    payload = (await maker.check(token)).payload;
  } catch (error) {
    throw refusalOf(error, maker);
  }
  const claims = tokenClaims.safeParse(payload);
  if (!claims.success) {
    const issue = claims.error.issues[0];
    throw claimRefused(issue?.path.join('.') ?? '', issue?.message ?? '');
  }
  return { kind: 'token', claims: claims.data, capabilities: capabilitiesOf(claims.data) };
}

/** Claims are checked after the signature: what is said of them can be believed. */
function refusalOf(error: unknown, { notTheirs, cannotCheck }: Maker): TokenError {
  if (error instanceof errors.JWTExpired) {
    const message = `The token expired${atTime(error.payload.exp)}. Sign in again, or ask for a new one.`;
    return new TokenError('expired', message, tokenClaims.safeParse(error.payload).data);
  }
  if (error instanceof errors.JWTClaimValidationFailed) return claimRefusalOf(error);
  const isSignature =
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JOSEAlgNotAllowed ||
    error instanceof errors.JWKSNoMatchingKey;
  if (isSignature) return new TokenError('signature', notTheirs);
  if (isOfKeys(error)) return new TokenError('unchecked', cannotCheck);
  return new TokenError(
    'malformed',
    'This is not a token: a token is three parts with dots between them. Copy all of it.',
  );
}

/** Whether it is the keys that failed, and not the token: they could not be read, or are no keys. */
function isOfKeys(error: unknown): boolean {
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return true;
  return !(error instanceof errors.JOSEError) || error.code === errors.JOSEError.code;
}

function claimRefusalOf({ claim, reason, payload }: errors.JWTClaimValidationFailed): TokenError {
  const claims = tokenClaims.safeParse(payload).data;
  if (claim === 'nbf' && reason === 'check_failed') {
    const message = `The token is not valid yet: it begins${atTime(payload.nbf)}. Wait until then, ask for another one, or correct the clock of the machine that is wrong.`;
    return new TokenError('not_yet_valid', message, claims);
  }
  if (claim === 'iss') {
    const message =
      'The token comes from another issuer ("iss") than this server accepts (JWT_ISSUER). Ask for a token for this server.';
    return new TokenError('issuer', message);
  }
  if (claim === 'aud') {
    const message =
      'The token was made for another program: its audience ("aud") is not the one of this server (JWT_AUDIENCE). Ask for a token for this server.';
    return new TokenError('audience', message);
  }
  return claimRefused(claim, 'it must be a number of seconds');
}

function claimRefused(claim: string, why: string): TokenError {
  return new TokenError('claims', `The token's "${claim}" cannot be used: ${why}. Ask for a new token.`);
}

/** A claim's time for a message, where it is one that can be written. */
function atTime(seconds: number | undefined): string {
  const at = new Date((seconds ?? Number.NaN) * 1000);
  return Number.isNaN(at.getTime()) ? '' : ` at ${at.toISOString().slice(0, 19)}Z`;
}
