import { z } from 'zod';

/** A variable of the environment that cannot be used; the message names it, what was given and what is allowed. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** What a relay reads from its environment, once. */
export interface RelayConfig {
  /** Address of the server. */
  readonly backend: string;
  readonly token: string | undefined;
  readonly connectTimeoutMs: number;
}

const DEFAULT_BACKEND = 'http://127.0.0.1:3001';

const milliseconds = z
  .string()
  .regex(/^\d{1,6}$/, 'a whole number of milliseconds from 1 to 600000')
  .transform(Number)
  .refine((ms) => ms >= 1 && ms <= 600_000, 'a whole number of milliseconds from 1 to 600000');

const environment = z.object({
  RELAY_BACKENDS: z
    .string()
    .transform((list) => list.split(',').map((each) => each.trim().replace(/\/$/, '')))
    .refine((list) => list.length === 1, 'one address: sending to several is not part of this version')
    .refine(
      (list) => list.every((each) => /^https?:\/\/[^/]+/.test(each)),
      'an address that begins with http:// or https://',
    )
    .default([DEFAULT_BACKEND]),
  RELAY_TOKEN: z.string().optional(),
  RELAY_TARGET_TIMEOUT_MS: milliseconds.default(1_500),
});

/**
 * Reads the relay's configuration. Empty variables count as absent.
 * @throws ConfigError naming the first variable that cannot be used.
 */
export function readRelayConfig(env: Readonly<Record<string, string | undefined>>): RelayConfig {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const name = String(issue?.path[0]);
    throw new ConfigError(
      `${name} is ${JSON.stringify(given[name])}; it must be ${issue?.message}. Change it or leave it out.`,
    );
  }
  const read = parsed.data;
  return {
    backend: read.RELAY_BACKENDS[0] ?? DEFAULT_BACKEND,
    token: read.RELAY_TOKEN,
    connectTimeoutMs: read.RELAY_TARGET_TIMEOUT_MS,
  };
}
