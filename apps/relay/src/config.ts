import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { shownUrl } from './shown-url.js';

/** A variable of the environment that cannot be used; the message names it, what was given and what is allowed. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** All that a relay reads from its environment and its `relay.env`. */
export interface RelayConfig {
  /** Addresses of servers, in the order of their indexes. */
  readonly backends: readonly string[];
  /** `single` feeds the primary alone, `parallel` every server that is enabled. */
  readonly mode: 'single' | 'parallel';
  readonly primaryIndex: number;
  /** By index; servers beyond the list are enabled. */
  readonly targetsEnabled: readonly boolean[];
  readonly connectTimeoutMs: number;
  readonly sendTimeoutMs: number;
  readonly killSwitch: boolean;
  /** What is captured while the kill switch is on is thrown away, and not sent later. */
  readonly killDiscard: boolean;
  /** Share of batches whose round trip is measured. */
  readonly paritySampleRate: number;
  readonly debugPort: number;
  readonly token: string | undefined;
  /** Frames a second. */
  readonly sampleHz: number;
  /** Which of the own car's data leave this PC; all of them where absent. */
  readonly ownFields: readonly string[] | 'all';
  /** Whether servers may ask the sim's camera on this PC for something else. */
  readonly cameraControl: boolean;
  readonly spoolDir: string;
  readonly spoolMaxBytes: number;
}

/** What is given, as it may be read in a log: an address may hold a password. */
function shown(name: string, value: string): string {
  return name === 'RELAY_BACKENDS' ? value.split(',').map(shownUrl).join(',') : value;
}

type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_BACKEND = 'http://127.0.0.1:3001';
const MEGABYTE = 1024 * 1024;

function whole(min: number, max: number, unit: string) {
  const allowed = `a whole number${unit} from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, allowed)
    .transform(Number)
    .refine((value) => value >= min && value <= max, allowed);
}

const milliseconds = whole(1, 600_000, ' of milliseconds');
const list = z.string().transform((text) => text.split(',').map((each) => each.trim()));
const ON: Readonly<Record<string, boolean>> = { '1': true, true: true, '0': false, false: false };
const flag = z
  .string()
  .refine((text) => text.toLowerCase() in ON, '1, 0, true or false')
  .transform((text) => ON[text.toLowerCase()] === true);

/** Every variable that a relay reads, with what it is for: `docs/settings.md` is made from it. */
export const relayEnvironment = z.object({
  RELAY_BACKENDS: list
    .transform((urls) => urls.map((url) => url.replace(/\/+$/, '')))
    .refine(
      (urls) => urls.every((url) => /^https?:\/\/[^/\s]+$/.test(url)),
      'addresses that begin with http:// or https://, with commas between them',
    )
    .refine((urls) => urls.length <= 16, 'at most 16 addresses')
    .refine((urls) => new Set(urls).size === urls.length, 'addresses that are all different')
    .default([DEFAULT_BACKEND])
    .describe('Servers to send to, with commas between them; their order gives their index.'),
  RELAY_BACKEND_MODE: z
    .enum(['single', 'parallel'], { error: 'single or parallel' })
    .default('single')
    .describe('single sends to the primary server, parallel to every enabled server.'),
  RELAY_PRIMARY_INDEX: whole(0, 15, '').default(0).describe('Index of the primary server in RELAY_BACKENDS, from 0.'),
  RELAY_TARGETS_ENABLED: list
    .refine((flags) => flags.every((each) => each.toLowerCase() in ON), '1 or 0 for each server, with commas between')
    .transform((flags) => flags.map((each) => ON[each.toLowerCase()] === true))
    .default([])
    .describe(
      'Which servers are enabled, in order, such as 1,0. Servers beyond the list are enabled; a list longer than RELAY_BACKENDS is refused.',
    ),
  RELAY_TARGET_TIMEOUT_MS: milliseconds
    .default(1_500)
    .describe('Time to connect to a server, in ms. It doubles with each failed try, up to 20 s.'),
  RELAY_SEND_TIMEOUT_MS: milliseconds
    .default(250)
    .describe('Time after which a batch is left to the spool, in ms. It closes no connection.'),
  RELAY_KILL_SWITCH: flag
    .default(false)
    .describe('Closes every connection at once. What is captured meanwhile is kept and sent later.'),
  RELAY_KILL_DISCARD: flag.default(false).describe('Discards what is captured while the kill switch is on.'),
  RELAY_PARITY_SAMPLE_RATE: z
    .string()
    .transform(Number)
    .refine((rate) => rate >= 0 && rate <= 1, 'a number from 0 to 1')
    .default(0.05)
    .describe('Share of batches whose round trip is measured, from 0 to 1.'),
  RELAY_DEBUG_PORT: whole(0, 65_535, '')
    .default(8_765)
    .describe("Port of the relay's own page, on this PC only. 0 takes any free port."),
  RELAY_TOKEN: z.string().optional().describe('Token with the role relay.'),
  RELAY_SAMPLE_HZ: z
    .string()
    .transform(Number)
    .refine((hz) => hz >= 0.1 && hz <= 60, 'a number from 0.1 to 60')
    .default(10)
    .describe('Frames per second, from 0.1 to 60.'),
  RELAY_OWN_FIELDS: list
    .transform((names) => (names.includes('all') ? ('all' as const) : names.filter((name) => name !== 'none')))
    .default('all')
    .describe('Own-car data that may leave this PC: names with commas between them, all or none.'),
  RELAY_CAMERA_CONTROL: flag
    .default(false)
    .describe(
      "Whether directors may ask the sim's camera on this PC for the next camera or another car. It needs a token with broadcast:camera.",
    ),
  RELAY_SPOOL_DIR: z
    .string()
    .default(() => join(homedir(), '.okboxbox', 'spool'))
    .meta({ description: 'Folder for records that are not acknowledged yet.', shownDefault: '~/.okboxbox/spool' }),
  RELAY_SPOOL_MAX_MB: z
    .string()
    .transform(Number)
    .refine((mb) => mb >= 1 && mb <= 1_000_000, 'a number of megabytes from 1 to 1000000')
    .default(2_048)
    .describe('Most megabytes in the spool. Beyond it the oldest records are lost, counted and reported.'),
});

/**
 * Reads the relay's configuration; what stands in `file`, a `relay.env`, beats the environment. Empty variables count as
 * absent. Relative folders count from `cwd`.
 * @throws ConfigError naming the first variable that cannot be used.
 */
export function readRelayConfig(environment: Environment, file: Environment = {}, cwd = process.cwd()): RelayConfig {
  const isGiven = ([name, value]: [string, string | undefined]) =>
    name.startsWith('RELAY_') && value !== undefined && value.trim() !== '';
  const given: Record<string, string | undefined> = {
    ...Object.fromEntries(Object.entries(environment).filter(isGiven)),
    ...Object.fromEntries(Object.entries(file).filter(isGiven)),
  };
  const parsed = relayEnvironment.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const name = String(issue?.path[0]);
    throw new ConfigError(
      `${name} is ${JSON.stringify(shown(name, given[name] ?? ''))}; it must be ${issue?.message}. Change it or leave it out.`,
    );
  }
  const read = parsed.data;
  if (read.RELAY_PRIMARY_INDEX >= read.RELAY_BACKENDS.length) {
    throw new ConfigError(
      `RELAY_PRIMARY_INDEX is ${read.RELAY_PRIMARY_INDEX}; RELAY_BACKENDS has ${read.RELAY_BACKENDS.length}, ` +
        `so it must be from 0 to ${read.RELAY_BACKENDS.length - 1}.`,
    );
  }
  const switches = read.RELAY_TARGETS_ENABLED.length;
  if (switches > read.RELAY_BACKENDS.length) {
    throw new ConfigError(
      `RELAY_TARGETS_ENABLED is ${JSON.stringify(given.RELAY_TARGETS_ENABLED)}; RELAY_BACKENDS has ${read.RELAY_BACKENDS.length}, ` +
        `so it must be at most ${read.RELAY_BACKENDS.length} of 1 and 0, one for each server. Change it or leave it out.`,
    );
  }
  return {
    backends: read.RELAY_BACKENDS,
    mode: read.RELAY_BACKEND_MODE,
    primaryIndex: read.RELAY_PRIMARY_INDEX,
    targetsEnabled: read.RELAY_TARGETS_ENABLED,
    connectTimeoutMs: read.RELAY_TARGET_TIMEOUT_MS,
    sendTimeoutMs: read.RELAY_SEND_TIMEOUT_MS,
    killSwitch: read.RELAY_KILL_SWITCH,
    killDiscard: read.RELAY_KILL_DISCARD,
    paritySampleRate: read.RELAY_PARITY_SAMPLE_RATE,
    debugPort: read.RELAY_DEBUG_PORT,
    token: read.RELAY_TOKEN,
    sampleHz: read.RELAY_SAMPLE_HZ,
    ownFields: read.RELAY_OWN_FIELDS,
    cameraControl: read.RELAY_CAMERA_CONTROL,
    spoolDir: resolve(cwd, read.RELAY_SPOOL_DIR),
    spoolMaxBytes: Math.round(read.RELAY_SPOOL_MAX_MB * MEGABYTE),
  };
}
