import { arch, cpus, platform, release, totalmem } from 'node:os';
import type { ServerConfig } from '../../../config.js';
import { fields, flag, listOf, number, type Rule, text, word } from '../allow-list.js';
import { environment } from '../rules.js';
import { section } from '../section.js';

/** Variables of which a pack says whether they are set, and never to what. */
const SECRETS = ['JWT_SECRET', 'JWKS_URL', 'DATABASE_URL'] as const;

type Shown = Omit<ServerConfig, 'jwtSecret' | 'provider' | 'databaseUrl' | 'gitSha'>;

const system = fields<Readonly<Record<string, unknown>>>({
  node: text,
  platform: text,
  arch: text,
  release: text,
  cpus: number,
  memoryBytes: number,
});

const shown: Rule = fields<Shown>({
  host: text,
  port: number,
  publicUrl: text,
  trustedProxies: listOf(text),
  dataDir: text,
  production: flag,
  environment,
  logLevel: word('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
  databasePoolMax: number,
  edgeWorkers: number,
  severalNodesAsked: flag,
  diagnosticsEnabled: flag,
  opsUiEnabled: flag,
  metricsEnabled: flag,
  drillsEnabled: flag,
});

/** The configuration that is in force. Secrets are never in it: only whether there are any. */
export const config = section('config', (deps, { includeConfig }) => {
  if (!includeConfig) return { skipped: 'The configuration was not asked for ("includeConfig").' };
  const { jwtSecret, provider, databaseUrl, gitSha: _inSummary, ...effective } = deps.config;
  const given = { JWT_SECRET: jwtSecret, JWKS_URL: provider, DATABASE_URL: databaseUrl };
  return {
    head: {
      system: {
        node: process.version,
        platform: platform(),
        arch: arch(),
        release: release(),
        cpus: cpus().length,
        memoryBytes: totalmem(),
      },
      effective,
      database: databaseUrl === null ? 'embedded' : 'postgresql',
      secrets: SECRETS.map((name) => ({ name, isSet: given[name] !== null })),
    },
    rule: fields<Readonly<Record<string, unknown>>>({
      system,
      effective: shown,
      database: word('embedded', 'postgresql'),
      secrets: listOf(fields<{ name: string; isSet: boolean }>({ name: word(...SECRETS), isSet: flag })),
    }),
  };
});
