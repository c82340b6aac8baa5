import type { Server } from 'socket.io';
import { expect, it } from 'vitest';
import type { Shows } from '../../owner/shows/shows.js';
import { Pace } from './pace.js';
import { secretsHeld } from './secrets-held.js';

const nobody = { of: () => ({ sockets: new Map() }) } as unknown as Server;
const none = { all: () => [] } as unknown as Shows;

const heldIn = (environment: Record<string, string>, io = nobody) =>
  secretsHeld(
    {
      io,
      shows: none,
      databaseUrl: null,
      environment,
      signingSecret: async () => null,
      isSignInCode: () => false,
    },
    null,
    new Pace(),
  );

it('the environment holds a secret where a name says so, and none in the folders of a shell', async () => {
  const folders = { PWD: '/srv/okboxbox/race-night', OLDPWD: '/home/somebody', TOKEN_FILE: '/run/secrets/token-file' };
  expect(await heldIn(folders)).toMatchObject({ searched: 0, tooPlain: 0 });
  const { searched, patterns } = await heldIn({ ...folders, DB_PWD: 'not-a-folder-at-all' });
  expect([searched, patterns.isIn(Buffer.from('{"x":"not-a-folder-at-all"}'))]).toEqual([1, true]);
  expect(patterns.isIn(Buffer.from('{"dataDir":"/srv/okboxbox/race-night/.okboxbox"}'))).toBe(false);
});

const secret = 'k3Yq9Zt7Lm2Xv8Bn4Rw6Pd';

it.each([
  ['STRIPE_KEY', secret],
  ['PASSPHRASE', 'ponies eat nothing'],
  ['SENTRY_DSN', `https://${secret}@sentry.io/1`],
  ['SLACK_TOKEN_URL', `https://hooks.example.com/services/T0/${secret}`],
  ['DATABASE_URL', `postgres://races.example.com/races?user=anna&password=${secret}`],
  ['DATABASE_URL', `postgres://races.example.com/races?sslmode=require&channel=${secret}`],
  ['GIT_TOKEN_URL', `https://${secret}:x-oauth-basic@example.com/races.git`],
])('the environment holds a secret in %s=%s', async (name, value) => {
  const { patterns } = await heldIn({ [name]: value });
  for (const text of ['ponies eat nothing', secret].filter((each) => value.includes(each)))
    expect(patterns.isIn(Buffer.from(`{"message":"said ${text}"}`))).toBe(true);
});

it.each([
  ['TLS_KEY', '/srv/okboxbox/race-night/private.pem'],
  ['SORT_KEY', 'joinedRooms'],
  ['CACHE_KEY', 'season2026'],
  ['STRIPE_KEY_FILE', '/run/secrets/stripe'],
  ['DATABASE_URL', 'postgres://okboxbox@races-of-2026.example.com/LeagueOfTheNight2026?sslmode=verify-full'],
  ['TOKEN_ENDPOINT', 'https://sign-in.example.com/oauth2/authorization/v2/tokens?audience=my-league-2026'],
])('an ordinary value is none, for packs may hold it: %s=%s', async (name, value) => {
  expect((await heldIn({ [name]: value })).searched).toBe(0);
});

it('an address that is none is all secret; a wrong percent sign ends nothing', async () => {
  const { patterns } = await heldIn({
    DATABASE_URL: `postgres://anna:${secret}@one:5432,two:5432/races`,
    REDIS_URL: 'redis://:ab%zzcdefg@h',
  });
  for (const text of [secret, 'ab%zzcdefg', ':ab%zzcdefg@']) expect(patterns.isIn(Buffer.from(text))).toBe(true);
});

it('the token of a connection is looked for whole in every form', async () => {
  const signature = 'c2lnbmF0dXJlLW9mLWEtdG9rZW4';
  const one = { handshake: { auth: { token: `a.b.${signature}` } }, data: { visitor: { kind: 'token' } } };
  const io = { of: () => ({ sockets: new Map([[1, one]]) }) } as unknown as Server;
  const { patterns } = await heldIn({}, io);
  const bytes = Buffer.from(signature);
  for (const text of [bytes.toString('hex'), bytes.toString('hex').toUpperCase(), bytes.toString('base64')])
    expect(patterns.isIn(Buffer.from(text))).toBe(true);
  for (const text of [signature.slice(0, 14), signature.slice(14)]) expect(patterns.isIn(Buffer.from(text))).toBe(true);
});

it('a connection holds what it was let in by, and not whatever it says beside that', async () => {
  const signature = 'c2lnbmF0dXJlLW9mLWEtdG9rZW4';
  const code = 'code-of-a-link-that-opens';
  const byToken = {
    handshake: { auth: { token: `a.b.${signature}`, link: '"joinedRooms":' } },
    data: { visitor: { kind: 'token' } },
  };
  const byLink = { handshake: { auth: { link: code } }, data: { visitor: { kind: 'link', code } } };
  const sockets = new Map([byToken, byLink].entries());
  const io = { of: (name: string) => ({ sockets: name === '/' ? sockets : new Map() }) } as unknown as Server;
  const { patterns } = await heldIn({}, io);
  expect(patterns.isIn(Buffer.from(`{"message":"${signature}"}`))).toBe(true);
  expect(patterns.isIn(Buffer.from(`{"message":"${code}"}`))).toBe(true);
  // Else anybody with a token could have parts of every pack held back.
  expect(patterns.isIn(Buffer.from('{"joinedRooms":[]}'))).toBe(false);
});

it('is looked for whatever characters it is made of, and wherever it is cut', async () => {
  const flagged = `${'a'.repeat(12)}\u{1f3c1}${'b'.repeat(12)}`;
  const { patterns } = await heldIn({ JWT_SECRET: flagged });
  for (const text of [flagged, flagged.slice(0, 14), flagged.slice(14), encodeURIComponent(flagged)])
    expect(patterns.isIn(Buffer.from(text))).toBe(true);
});

it('is looked for in hexadecimal of either case and in base64, whole and by halves', async () => {
  const long = 'k3Yq9Zt7Lm2Xv8Bn4Rw6Pdcj-4f_5g';
  const { patterns } = await heldIn({ JWT_SECRET: long, DB_PASSWORD: 'hunter2hunter2' });
  for (const part of ['hunter2hunter2', long, long.slice(0, 15), long.slice(15)]) {
    const hex = Buffer.from(part).toString('hex');
    for (const text of [hex, hex.toUpperCase()])
      expect([text, patterns.isIn(Buffer.from(`x${text}x`))]).toEqual([text, true]);
    for (const before of ['', 'a', 'ab']) {
      for (const alphabet of ['base64', 'base64url'] as const) {
        const text = Buffer.from(`${before}${part}`).toString(alphabet);
        expect([text, patterns.isIn(Buffer.from(text))]).toEqual([text, true]);
      }
    }
  }
});
