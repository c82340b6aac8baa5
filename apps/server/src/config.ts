import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import { isNetwork } from './access/client-address.js';
import { weaknessOfSecret } from './access/secret-strength.js';

/** A variable of the environment that cannot be used; the message names it, what was given and what is allowed. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Everything that the server reads from its environment, once (contract, section 3). */
export interface ServerConfig {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Address that people reach the server at, where a proxy stands before it. */
  readonly publicUrl: string | null;
  /** Addresses and networks of proxies whose `X-Forwarded-For` counts; none unless they are named. */
  readonly trustedProxies: readonly string[];
  /** Absolute path; everything the server keeps lies below it. */
  readonly dataDir: string;
  readonly production: boolean;
  /** What `NODE_ENV` says; `development` where it does not. */
  readonly environment: string;
  /** The commit that runs, where the deployment says it. */
  readonly gitSha: string | null;
  readonly jwtSecret: string | null;
  /** The identity provider whose tokens are accepted, in place of a secret; `null` where there is none. */
  readonly provider: IdentityProvider | null;
  readonly logLevel: LogLevel;
  /** PostgreSQL's address; `null` for the embedded database. */
  readonly databaseUrl: string | null;
  readonly databasePoolMax: number;
  /** Whether `REDIS_URL` asks for several nodes, which this version cannot be: it runs alone, and says so. */
  readonly severalNodesAsked: boolean;
  /** Processes that serve viewers on this machine; 0: this one does. */
  readonly edgeWorkers: number;
  /** Whether `/api/diagnostics` is there. */
  readonly diagnosticsEnabled: boolean;
  /** Whether `/api/ops` is there. */
  readonly opsUiEnabled: boolean;
  /** Whether `/metrics` is there. */
  readonly metricsEnabled: boolean;
  /** Whether `/api/drills` is there, which makes faults on purpose: never in production. */
  readonly drillsEnabled: boolean;
}

/** Whose tokens are accepted, and which of them. */
export interface IdentityProvider {
  /** Where it publishes its keys. */
  readonly jwksUrl: string;
  /** What `iss` of a token must be. */
  readonly issuer: string;
  /** What `aud` of a token must be, or contain. */
  readonly audience: string;
}

/** A misspelt `production` must not run without its rules. */
const ENVIRONMENTS = ['production', 'staging', 'development', 'test'] as const;

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const onOff = z
  .enum(['1', '0', 'true', 'false'], { error: '1, 0, true or false' })
  .transform((value) => value === '1' || value === 'true')
  .default(false);

/** Every variable that the server reads, with what it is for: `docs/settings.md` is made from it. */
export const serverEnvironment = z.object({
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, 'a port number from 0 to 65535')
    .transform(Number)
    .refine((port) => port <= 65_535, 'a port number from 0 to 65535')
    .default(3001)
    .describe('Port to listen on. 0 takes any free port.'),
  HOST: z.string().default('127.0.0.1').describe('Address to listen on. 0.0.0.0 listens on all.'),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'an address that begins with http:// or https://' })
    .optional()
    .describe('Address at which people reach the server, where a proxy stands before it. Links begin with it.'),
  TRUSTED_PROXIES: z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .refine((networks) => networks.every(isNetwork), {
      error: 'addresses or networks, separated by commas, such as 127.0.0.1,10.0.0.0/8',
    })
    .default([])
    .describe(
      'Proxies whose X-Forwarded-For counts: addresses or networks, with commas between them. Needed for limits by address behind a proxy.',
    ),
  DATA_DIR: z
    .string()
    .default('.okboxbox')
    .describe(
      'Folder for timelines, shows, tokens and the embedded database. A relative path counts from the working folder.',
    ),
  NODE_ENV: z
    .enum(ENVIRONMENTS, { error: `one of ${ENVIRONMENTS.join(', ')}` })
    .optional()
    .describe(
      'production, staging, development or test. production refuses to start without JWT_SECRET or JWKS_URL, and prints no sign-in link.',
    ),
  JWT_SECRET: z
    .string()
    .superRefine((secret, context) => {
      const weakness = weaknessOfSecret(secret);
      if (weakness !== null) context.addIssue(weakness);
    })
    .optional()
    .describe('Secret that tokens are signed with: at least 32 random characters. Absent: one is made in DATA_DIR.'),
  JWKS_URL: z
    .url({ protocol: /^https?$/, error: 'an address that begins with http:// or https://' })
    .optional()
    .describe(
      'Keys of an identity provider whose tokens are accepted, in place of JWT_SECRET. Needs JWT_ISSUER and JWT_AUDIENCE.',
    ),
  JWT_ISSUER: z.string().max(500).optional().describe("What iss of the identity provider's tokens must be."),
  JWT_AUDIENCE: z
    .string()
    .max(500)
    .optional()
    .describe("What aud of the identity provider's tokens must be or contain."),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'an address that begins with postgresql://' })
    .optional()
    .describe('PostgreSQL to use in place of the embedded database.'),
  DATABASE_POOL_MAX: z
    .string()
    .regex(/^\d{1,3}$/, 'a whole number from 1 to 200')
    .transform(Number)
    .refine((max) => max >= 1 && max <= 200, 'a whole number from 1 to 200')
    .default(10)
    .describe('Most connections to PostgreSQL, from 1 to 200.'),
  REDIS_URL: z.string().optional().describe('Not used yet: this version runs as one node, and says so in the log.'),
  EDGE_WORKERS: z
    .string()
    .regex(/^\d{1,2}$/, 'a whole number from 0 to 64')
    .transform(Number)
    .refine((workers) => workers <= 64, 'a whole number from 0 to 64')
    .default(0)
    .describe(
      'Processes that serve viewers on this machine, so that a crowd does not slow the timing down. 0: the server serves them itself.',
    ),
  DIAGNOSTICS_ENABLED: onOff.describe('Serves /api/diagnostics.'),
  OPS_UI_ENABLED: onOff.describe('Serves the console /admin/ops and /api/ops.'),
  METRICS_ENABLED: onOff.describe('Serves /metrics for Prometheus.'),
  DRILLS_ENABLED: onOff.describe('Serves /api/drills, which makes failures on purpose. Refused in production.'),
  GIT_SHA: z
    .string()
    .regex(/^[0-9a-f]{7,40}$/, 'a commit of 7 to 40 hexadecimal digits')
    .optional()
    .describe('Commit that runs, for operators. Absent: the one that was built.'),
  LOG_LEVEL: z
    .enum(LOG_LEVELS, { error: `one of ${LOG_LEVELS.join(', ')}` })
    .default('info')
    .describe('Least severe level that is logged.'),
});

/** Values that must not be repeated in a message or a log. */
const SECRET_VARIABLES: ReadonlySet<string> = new Set(['JWT_SECRET', 'DATABASE_URL', 'REDIS_URL']);

/**
 * Reads the server's configuration. Empty variables count as absent; a relative `DATA_DIR` counts from `cwd`.
 * @throws ConfigError naming the first variable that cannot be used.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>, cwd: string): ServerConfig {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = serverEnvironment.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const name = String(issue?.path[0]);
    const value = SECRET_VARIABLES.has(name) ? 'a value that is not shown' : JSON.stringify(given[name]);
    throw new ConfigError(`${name} is ${value}; it must be ${issue?.message}. Change it or leave it out.`);
  }
  const read = parsed.data;
  const production = read.NODE_ENV === 'production';
  if (read.JWT_SECRET !== undefined && read.JWKS_URL !== undefined) {
    throw new ConfigError('JWT_SECRET and JWKS_URL are both set; tokens are checked by one of them. Leave one out.');
  }
  const provider = providerOf(read);
  if (production && read.JWT_SECRET === undefined && read.JWKS_URL === undefined) {
    throw new ConfigError(
      'NODE_ENV is production, and neither JWT_SECRET nor JWKS_URL is set; one is needed to check tokens. ' +
        'Set JWT_SECRET to what "openssl rand -base64 48" prints, or JWKS_URL, JWT_ISSUER and JWT_AUDIENCE to your identity provider.',
    );
  }
  if (production && read.DRILLS_ENABLED) {
    throw new ConfigError(
      'NODE_ENV is production, and DRILLS_ENABLED is on; drills break a server on purpose. Leave DRILLS_ENABLED out.',
    );
  }
  return {
    host: read.HOST,
    port: read.PORT,
    publicUrl: read.PUBLIC_URL?.replace(/\/$/, '') ?? null,
    trustedProxies: read.TRUSTED_PROXIES,
    dataDir: resolve(cwd, read.DATA_DIR),
    production,
    environment: read.NODE_ENV ?? 'development',
    gitSha: read.GIT_SHA ?? null,
    jwtSecret: read.JWT_SECRET ?? null,
    provider,
    logLevel: read.LOG_LEVEL,
    databaseUrl: read.DATABASE_URL ?? null,
    databasePoolMax: read.DATABASE_POOL_MAX,
    severalNodesAsked: read.REDIS_URL !== undefined,
    edgeWorkers: read.EDGE_WORKERS,
    diagnosticsEnabled: read.DIAGNOSTICS_ENABLED,
    opsUiEnabled: read.OPS_UI_ENABLED,
    metricsEnabled: read.METRICS_ENABLED,
    drillsEnabled: read.DRILLS_ENABLED,
  };
}

/**
 * The identity provider of an environment, or `null` where there is none. Its keys alone say too little: a provider signs
 * tokens for other programs, too, and some share their keys between customers.
 * @throws ConfigError where one of the three variables is missing.
 */
function providerOf(read: z.infer<typeof serverEnvironment>): IdentityProvider | null {
  const { JWKS_URL: jwksUrl, JWT_ISSUER: issuer, JWT_AUDIENCE: audience } = read;
  if (jwksUrl === undefined) {
    const alone = issuer !== undefined ? 'JWT_ISSUER' : audience !== undefined ? 'JWT_AUDIENCE' : null;
    if (alone === null) return null;
    throw new ConfigError(
      `${alone} is set, and JWKS_URL is not; it is checked only in tokens of an identity provider. Set JWKS_URL, or leave ${alone} out.`,
    );
  }
  if (issuer !== undefined && audience !== undefined) return { jwksUrl, issuer, audience };
  const missing = issuer !== undefined ? 'JWT_AUDIENCE' : audience !== undefined ? 'JWT_ISSUER' : null;
  throw new ConfigError(
    `JWKS_URL is set, and ${missing === null ? 'JWT_ISSUER and JWT_AUDIENCE are' : `${missing} is`} not; without them, ` +
      "tokens that the identity provider made for other programs would be accepted. Set JWT_ISSUER to the provider's " +
      '"iss" and JWT_AUDIENCE to this server\'s "aud".',
  );
}

/** Written by the build, beside the built package. */
const GIT_SHA_FILE = new URL('../dist/git-sha.txt', import.meta.url);

/** The commit that was built, where the build knew one. */
export async function builtGitSha(): Promise<string | null> {
  const text = await readFile(GIT_SHA_FILE, 'utf8').catch(() => '');
  return /^[0-9a-f]{7,40}$/.exec(text.trim())?.[0] ?? null;
}
