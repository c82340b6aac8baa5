import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CAPABILITIES, ROLES } from '@okboxbox/protocol';
import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { localSecret } from './secret.js';
import { SignIn } from './sign-in.js';
import { tokensOfSecret } from './tokens.js';
import { ANONYMOUS, deny, denyWholeServer } from './visitor.js';

const secret = new TextEncoder().encode('a secret that is long enough to be one');
const tokens = tokensOfSecret(secret);
const place = { sessionId: 'sess_1', show: 'local' };

async function visitor(claims: object, ttl = 60) {
  const signed = await tokens.sign?.({ sub: 'x', ...claims } as never, ttl);
  return tokens.verify(signed?.token ?? '');
}

describe('rights', () => {
  it('without a token, everything that needs a capability is refused with its name', () => {
    for (const capability of CAPABILITIES) {
      expect(deny(ANONYMOUS, capability, place)).toMatchObject({ code: 'unauthenticated', capability });
    }
  });

  it('a role has its own capabilities and no others; caps add to them', async () => {
    expect(deny(await visitor({ role: 'team' }), 'session:live', place)).toBeNull();
    expect(deny(await visitor({ role: 'team' }), 'relay:publish', place)).toMatchObject({ code: 'forbidden' });
    expect(deny(await visitor({ role: 'team', caps: ['relay:publish'] }), 'relay:publish')).toBeNull();
    for (const role of ROLES) expect(deny(await visitor({ role }), 'ops:act') === null).toBe(role === 'admin');
  });

  it('a token that is limited to shows or sessions covers no others', async () => {
    expect(deny(await visitor({ role: 'team', shows: ['other'] }), 'session:live', place)).toMatchObject({
      code: 'forbidden',
    });
    expect(deny(await visitor({ role: 'team', shows: ['local'] }), 'session:live', place)).toBeNull();
    expect(deny(await visitor({ role: 'team', sessions: ['sess_2'] }), 'session:live', place)).not.toBeNull();
    expect(deny(await visitor({ role: 'team', sessions: [] }), 'session:live', place)).not.toBeNull();
  });

  it('a token with limits is told that it has them, without the names, which would be in every pack', async () => {
    for (const [what, limits] of [
      ['shows', { shows: ['alice-smith-league', 'bobs-cup'], sessions: ['sess_2'] }],
      ['sessions', { sessions: ['sess_2'] }],
    ] as const) {
      const { message } = denyWholeServer(await visitor({ role: 'ops', ...limits }), 'ops:read') ?? {};
      expect(message).toContain(`is limited to some ${what}; this is of the whole server`);
      expect(message).not.toMatch(/alice|bobs|sess_/);
    }
    expect(denyWholeServer(await visitor({ role: 'ops' }), 'ops:read')).toBeNull();
  });
});

describe('tokens', () => {
  it.each([
    ['nonsense', 'nonsense', /is not a token/],
    [
      'signed by another',
      new SignJWT({ sub: 'x', role: 'admin' })
        .setProtectedHeader({ alg: 'HS256' })
        .setExpirationTime('1h')
        .sign(new Uint8Array(32)),
      /not made by this server, or not all of it was copied/,
    ],
    [
      'expired',
      new SignJWT({ sub: 'x', role: 'admin' }).setProtectedHeader({ alg: 'HS256' }).setExpirationTime(1).sign(secret),
      /expired at 1970-01-01T00:00:01Z/,
    ],
    [
      'without an end',
      new SignJWT({ sub: 'x', role: 'admin' }).setProtectedHeader({ alg: 'HS256' }).sign(secret),
      /"exp" cannot be used/,
    ],
    [
      'of no role',
      new SignJWT({ sub: 'x', role: 'king' }).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('1h').sign(secret),
      /"role" cannot be used/,
    ],
  ])('%s are refused with the reason and a way out', async (_name, token, message) => {
    await expect(Promise.resolve(token).then((text) => tokens.verify(text))).rejects.toThrow(message);
  });

  it('that have expired say whose they were, and those that were not made here do not', async () => {
    const claims = { sub: 'rig', role: 'relay', shows: ['b'] };
    const made = (key: Uint8Array) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).setExpirationTime(1).sign(key);
    const refusal = async (key: Uint8Array) => tokens.verify(await made(key)).catch((error: unknown) => error);
    expect(await refusal(secret)).toMatchObject({ claims: { sub: 'rig', shows: ['b'] } });
    expect(await refusal(new Uint8Array(32))).toMatchObject({ claims: undefined });
  });

  it('unsigned ones are refused', async () => {
    const parts = ['{"alg":"none"}', '{"sub":"x","role":"admin","exp":9999999999}'].map((part) =>
      Buffer.from(part).toString('base64url'),
    );
    await expect(tokens.verify(`${parts.join('.')}.`)).rejects.toThrow();
  });
});

describe('the secret of a data directory', () => {
  it('is made once, readable by its owner alone, the same for all who ask at once', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'secret-'));
    const secrets = await Promise.all([localSecret(dir), localSecret(dir), localSecret(dir)]);
    expect(secrets[0]).toEqual(await localSecret(dir));
    expect(secrets[1]).toEqual(secrets[0]);
    expect(secrets[2]).toEqual(secrets[0]);
    expect(statSync(join(dir, 'jwt-secret')).mode & 0o777).toBe(0o600);
    rmSync(dir, { recursive: true });
  });
});

describe('a sign-in code', () => {
  it('is good for one token, once', async () => {
    const signIn = new SignIn(tokens, { now: () => 0 });
    const { code = '' } = signIn.issue('admin') ?? {};
    const answer = await signIn.redeem(code);
    expect(answer).toMatchObject({ role: 'admin', expiresAt: expect.any(Number) });
    expect(await tokens.verify(answer?.token ?? '')).toMatchObject({ claims: { role: 'admin' } });
    await expect(signIn.redeem(code)).rejects.toThrow(/used already.*"okboxbox sign-in"/);
    await expect(signIn.redeem('guess')).rejects.toThrow(/unknown.*"okboxbox sign-in"/);
  });

  it('expires after ten minutes, and says so', async () => {
    let now = 1_000;
    const signIn = new SignIn(tokens, { now: () => now });
    const issued = signIn.issue('admin');
    expect(issued?.expiresAt).toBe(601_000);
    now = 600_999;
    expect(signIn.knows(issued?.code ?? '')).toBe(true);
    now = 601_000;
    expect(signIn.knows(issued?.code ?? '')).toBe(false);
    await expect(signIn.redeem(issued?.code ?? '')).rejects.toThrow(/expired.*10 minutes.*"okboxbox sign-in"/);
  });

  it('is replaced by newer ones, and of two who use one at once only one is let in', async () => {
    const signIn = new SignIn(tokens, { now: () => 0 });
    const codes = Array.from({ length: 33 }, () => signIn.issue('admin')?.code ?? '');
    await expect(signIn.redeem(codes[0] ?? '')).rejects.toThrow(/replaced by newer/);
    const both = await Promise.allSettled([signIn.redeem(codes[1] ?? ''), signIn.redeem(codes[1] ?? '')]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});
