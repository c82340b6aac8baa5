import { CAPABILITIES, type Capability, ROLES, type Role, showSlug } from '@okboxbox/protocol';
import { tokensOfSecret } from '@okboxbox/server';
import { UsageError } from '../failures.js';
import { signingSecret } from '../signing-secret.js';

export interface TokenCommandOptions {
  readonly role: string;
  readonly cap?: readonly string[];
  readonly show?: readonly string[];
  readonly session?: readonly string[];
  readonly car?: readonly string[];
  readonly ttl: string;
  readonly data?: string;
}

const SECONDS_OF = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;
const LONGEST_TTL_S = 366 * 86_400;

/** Prints a token signed with the server's secret. */
export async function token(options: TokenCommandOptions): Promise<void> {
  const role = oneOf<Role>(ROLES, options.role, '--role');
  const caps = (options.cap ?? []).map((cap) => oneOf<Capability>(CAPABILITIES, cap, '--cap'));
  for (const show of options.show ?? []) {
    const slug = showSlug.safeParse(show);
    if (!slug.success) throw new UsageError(`--show ${show}: ${slug.error.issues[0]?.message}`);
  }
  const tokens = tokensOfSecret(await signingSecret(options.data));
  const signed = await tokens.sign?.(
    {
      sub: `cli:${role}`,
      role,
      ...(caps.length > 0 && { caps }),
      ...(options.show && { shows: [...options.show] }),
      ...(options.session && { sessions: [...options.session] }),
      ...(options.car && { cars: [...options.car] }),
    },
    secondsOf(options.ttl),
  );
  process.stdout.write(`${signed?.token}\n`);
}

function secondsOf(ttl: string): number {
  const parts = /^(\d{1,6})(s|m|h|d)$/.exec(ttl);
  const seconds = parts ? Number(parts[1]) * SECONDS_OF[parts[2] as keyof typeof SECONDS_OF] : 0;
  if (seconds < 1 || seconds > LONGEST_TTL_S) {
    throw new UsageError(`--ttl is "${ttl}"; it must be a number and s, m, h or d, such as 30m or 8h, up to 366d`);
  }
  return seconds;
}

function oneOf<T extends string>(allowed: readonly T[], given: string, option: string): T {
  if ((allowed as readonly string[]).includes(given)) return given as T;
  throw new UsageError(`${option} is "${given}"; it must be one of ${allowed.join(', ')}`);
}
