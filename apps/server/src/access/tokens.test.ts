import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Tokens, tokensOfProvider, tokensOfSecret } from './tokens.js';

const ISSUER = 'https://id.example/';
const AUDIENCE = 'okboxbox';
const keys = await generateKeyPair('ES256');
const others = await generateKeyPair('ES256');
const jwks = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: '1', alg: 'ES256' }] };
/** What the provider answers when it is asked for its keys. */
let answer: { status: number; body: string } = { status: 200, body: JSON.stringify(jwks) };
const provider = createServer((_request, response) => response.writeHead(answer.status).end(answer.body));
let jwksUrl: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
  jwksUrl = `http://127.0.0.1:${(provider.address() as AddressInfo).port}/keys`;
});
afterAll(() => new Promise((resolve) => provider.close(resolve)));

const seconds = () => Math.floor(Date.now() / 1000);
const good = () => ({ sub: 'ann', role: 'team', iss: ISSUER, aud: AUDIENCE, exp: seconds() + 600 });
const signed = (claims: object, key = keys.privateKey) =>
  new SignJWT(claims as JWTPayload).setProtectedHeader({ alg: 'ES256', kid: '1' }).sign(key);
const tokens = (): Tokens => tokensOfProvider({ jwksUrl, issuer: ISSUER, audience: AUDIENCE });
const faultOf = (text: string, by = tokens()) =>
  by.verify(text).then(
    () => 'accepted',
    (error: unknown) => error,
  );

it('an identity provider’s token is accepted where it is for this server, alone or among others', async () => {
  for (const aud of [AUDIENCE, ['another', AUDIENCE]])
    expect(await tokens().verify(await signed({ ...good(), aud }))).toMatchObject({ claims: { sub: 'ann' } });
});

it.each([
  ['another issuer', { iss: 'https://evil.example/' }, 'issuer', /another issuer/],
  ['no issuer', { iss: undefined }, 'issuer', /another issuer/],
  ['another audience', { aud: 'payroll' }, 'audience', /made for another program/],
  ['several audiences without this one', { aud: ['payroll', 'wiki'] }, 'audience', /made for another program/],
  ['no audience', { aud: undefined }, 'audience', /made for another program/],
  [
    'a time that has not come',
    { nbf: 4_000_000_000 },
    'not_yet_valid',
    /not valid yet: it begins at 2096-10-02T07:06:40Z/,
  ],
  ['an end that has passed', { exp: 1 }, 'expired', /expired at 1970-01-01T00:00:01Z/],
  ['an end that is no time', { exp: 'soon' }, 'claims', /"exp" cannot be used/],
  ['a beginning that is no time', { nbf: {} }, 'claims', /"nbf" cannot be used/],
])('%s is refused as such, in words of its own', async (_name, claims, fault, message) => {
  const error = await faultOf(await signed({ ...good(), ...claims }));
  expect(error).toMatchObject({ fault, message: expect.stringMatching(message) });
  expect(error).not.toMatchObject({ message: expect.stringMatching(/copied|Copy/) });
});

it('another’s signature, a cut copy and what is not a token are told apart', async () => {
  expect(await faultOf(await signed(good(), others.privateKey))).toMatchObject({ fault: 'signature' });
  const whole = await signed(good());
  expect(await faultOf(whole.slice(0, -20))).toMatchObject({
    fault: 'signature',
    message: expect.stringMatching(/copied/),
  });
  expect(await faultOf(whole.slice(0, whole.lastIndexOf('.')))).toMatchObject({ fault: 'malformed' });
  expect(await faultOf('nonsense')).toMatchObject({ fault: 'malformed' });
});

it.each([
  ['an error', { status: 500, body: '' }],
  ['a page', { status: 200, body: '<html>' }],
  ['something else', { status: 200, body: '{"keys":"none"}' }],
])('while the provider answers with %s instead of its keys, tokens are not called wrong', async (_name, instead) => {
  const before = answer;
  answer = instead;
  const error = await faultOf(await signed(good()));
  answer = before;
  expect(error).toMatchObject({ fault: 'unchecked', message: expect.stringMatching(/JWKS_URL.*Try again/) });
});

it('a provider that cannot be reached makes no token wrong', async () => {
  const away = tokensOfProvider({ jwksUrl: 'http://127.0.0.1:1/keys', issuer: ISSUER, audience: AUDIENCE });
  expect(await faultOf(await signed(good()), away)).toMatchObject({ fault: 'unchecked' });
});

it('a token of our own that begins later is not called a copying mistake, either', async () => {
  const secret = new Uint8Array(48).map((_, i) => i * 7);
  const later = await new SignJWT({ ...good(), nbf: 4_000_000_000 }).setProtectedHeader({ alg: 'HS256' }).sign(secret);
  expect(await faultOf(later, tokensOfSecret(secret))).toMatchObject({
    fault: 'not_yet_valid',
    claims: { sub: 'ann' },
  });
});
