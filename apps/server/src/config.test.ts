import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from './config.js';

const SECRET = 'kJ8x2mQpL5vR9tWzYb3nC7dFg6Hs4Tq1';

describe('the configuration', () => {
  it('has a default for everything on a machine of one’s own', () => {
    expect(readConfig({}, '/home/ann')).toEqual({
      host: '127.0.0.1',
      port: 3001,
      publicUrl: null,
      trustedProxies: [],
      dataDir: '/home/ann/.okboxbox',
      databaseUrl: null,
      databasePoolMax: 10,
      severalNodesAsked: false,
      edgeWorkers: 0,
      diagnosticsEnabled: false,
      environment: 'development',
      gitSha: null,
      metricsEnabled: false,
      drillsEnabled: false,
      opsUiEnabled: false,
      production: false,
      jwtSecret: null,
      provider: null,
      logLevel: 'info',
    });
  });

  it('trusts no proxy unless it is named', () => {
    expect(readConfig({ PUBLIC_URL: 'https://race.example' }, '/').trustedProxies).toEqual([]);
    expect(readConfig({ TRUSTED_PROXIES: '127.0.0.1, 10.0.0.0/8' }, '/').trustedProxies).toEqual([
      '127.0.0.1',
      '10.0.0.0/8',
    ]);
  });

  it('counts a relative DATA_DIR from where the user is, and an empty variable as absent', () => {
    expect(readConfig({ DATA_DIR: 'race', PORT: '' }, '/home/ann')).toMatchObject({
      dataDir: '/home/ann/race',
      port: 3001,
    });
  });

  it.each([
    ['PORT', '70000', 'PORT is "70000"; it must be a port number from 0 to 65535'],
    ['PORT', 'three', 'PORT is "three"; it must be a port number'],
    ['PUBLIC_URL', 'race.example', 'PUBLIC_URL is "race.example"; it must be an address that begins with http'],
    [
      'TRUSTED_PROXIES',
      '10.0.0.0/8, proxy.example',
      'TRUSTED_PROXIES is "10.0.0.0/8, proxy.example"; it must be addresses or networks, separated by commas',
    ],
    ['TRUSTED_PROXIES', 'loopback', 'TRUSTED_PROXIES is "loopback"; it must be addresses or networks'],
    ['NODE_ENV', 'prod', 'NODE_ENV is "prod"; it must be one of production, staging, development, test. Change it'],
    ['NODE_ENV', 'Production', 'NODE_ENV is "Production"; it must be one of production,'],
    ['LOG_LEVEL', 'loud', 'LOG_LEVEL is "loud"; it must be one of fatal, error'],
    ['EDGE_WORKERS', '65', 'EDGE_WORKERS is "65"; it must be a whole number from 0 to 64'],
    ['EDGE_WORKERS', 'all', 'EDGE_WORKERS is "all"; it must be a whole number from 0 to 64'],
  ])('names the variable, what was given and what is allowed: %s=%s', (name, value, message) => {
    expect(() => readConfig({ [name]: value }, '/')).toThrow(ConfigError);
    expect(() => readConfig({ [name]: value }, '/')).toThrow(message);
  });

  it('never repeats a secret', () => {
    expect(() => readConfig({ JWT_SECRET: 'hunter2' }, '/')).toThrow(/JWT_SECRET is a value that is not shown; .*32/);
  });

  it('refuses to start in production without a way to check tokens', () => {
    expect(() => readConfig({ NODE_ENV: 'production' }, '/')).toThrow(/JWT_SECRET/);
    expect(readConfig({ NODE_ENV: 'production', JWT_SECRET: SECRET }, '/').production).toBe(true);
  });

  it.each(['staging', 'development', 'test'])('runs as %s without the rules of production', (NODE_ENV) => {
    expect(readConfig({ NODE_ENV }, '/')).toMatchObject({ production: false, environment: NODE_ENV });
  });

  it('refuses a secret that can be guessed, in production and elsewhere', () => {
    for (const env of [{}, { NODE_ENV: 'production' }]) {
      const read = () => readConfig({ ...env, JWT_SECRET: 'x'.repeat(40) }, '/');
      expect(read).toThrow(/^JWT_SECRET is a value that is not shown; it must be .*random.*easy to guess/);
      expect(read).not.toThrow(/xxx/);
    }
  });

  const JWKS_URL = 'https://id.example/keys';
  const JWT_ISSUER = 'https://id.example/';
  const JWT_AUDIENCE = 'okboxbox';

  it('takes an identity provider with the issuer and the audience of its tokens', () => {
    expect(readConfig({ NODE_ENV: 'production', JWKS_URL, JWT_ISSUER, JWT_AUDIENCE }, '/').provider).toEqual({
      jwksUrl: JWKS_URL,
      issuer: JWT_ISSUER,
      audience: JWT_AUDIENCE,
    });
  });

  it.each([
    [{ JWKS_URL }, /JWKS_URL is set, and JWT_ISSUER and JWT_AUDIENCE are not/],
    [{ JWKS_URL, JWT_ISSUER }, /JWKS_URL is set, and JWT_AUDIENCE is not/],
    [{ JWKS_URL, JWT_AUDIENCE, JWT_ISSUER: '' }, /JWKS_URL is set, and JWT_ISSUER is not/],
    [{ JWT_ISSUER }, /JWT_ISSUER is set, and JWKS_URL is not/],
    [{ JWT_AUDIENCE, JWT_SECRET: SECRET }, /JWT_AUDIENCE is set, and JWKS_URL is not/],
  ])('refuses an identity provider of which only a part is set: %o', (env, message) => {
    expect(() => readConfig(env, '/')).toThrow(ConfigError);
    expect(() => readConfig(env, '/')).toThrow(message);
  });

  it('refuses drills in production', () => {
    const production = { NODE_ENV: 'production', JWT_SECRET: SECRET };
    expect(readConfig({ DRILLS_ENABLED: '1' }, '/').drillsEnabled).toBe(true);
    expect(readConfig(production, '/').drillsEnabled).toBe(false);
    expect(() => readConfig({ ...production, DRILLS_ENABLED: '1' }, '/')).toThrow(/DRILLS_ENABLED is on/);
  });
});
