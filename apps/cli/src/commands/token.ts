import { asTyped, CAPABILITIES, type Capability, ROLES, type Role, showSlug } from '@okboxbox/protocol';
import { LONGEST_TTL_S } from '@okboxbox/server';
import { askServer } from '../ask-server.js';
import { UsageError } from '../failures.js';
import { nextSteps, type TokenAsked } from './next-steps.js';

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

/** Prints a token that the running server accepts: that server makes it, with the secret that only it needs to know. */
export async function token(options: TokenCommandOptions): Promise<void> {
  const asked = askedOf(options);
  const { token, url, expiresAt, jti } = await askServer(options.data, asked, commandOf(options));
  process.stdout.write(`${token}\n`);
  process.stderr.write(asTyped(nextSteps(asked, url, expiresAt, jti)));
}

function askedOf(options: TokenCommandOptions): TokenAsked {
  const role = oneOf<Role>(ROLES, options.role, '--role');
  const caps = (options.cap ?? []).map((cap) => oneOf<Capability>(CAPABILITIES, cap, '--cap'));
  for (const show of options.show ?? []) {
    const slug = showSlug.safeParse(show);
    if (!slug.success) throw new UsageError(`--show ${show}: ${slug.error.issues[0]?.message}`);
  }
  return {
    ask: 'token',
    sub: `cli:${role}`,
    role,
    ttlSeconds: secondsOf(options.ttl),
    ...(caps.length > 0 && { caps }),
    ...(options.show && { shows: [...options.show] }),
    ...(options.session && { sessions: [...options.session] }),
    ...(options.car && { cars: [...options.car] }),
  };
}

/** The command as it can be typed elsewhere, without its folder. */
function commandOf({ role, cap = [], show = [], session = [], car = [], ttl }: TokenCommandOptions): string {
  const given = Object.entries({ cap, show, session, car }).flatMap(([name, values]) =>
    values.length === 0 ? [] : [`--${name} ${values.join(' ')}`],
  );
  return ['okboxbox token', `--role ${role}`, ...given, `--ttl ${ttl}`].join(' ');
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
