import { readFileSync, statSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { ConfigError, type RelayConfig, readRelayConfig } from './config.js';

/** How often `relay.env` is looked at, in ms: a change is in force within a second. */
const LOOK_MS = 250;

export interface SettingsOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Path of the `relay.env`, which need not be there. */
  readonly file: string;
  readonly cwd: string;
  readonly say: (text: string) => void;
}

/**
 * The relay's configuration, as it stands now: the environment, and over it a `relay.env` that is looked at again and
 * again. A file that cannot be used changes nothing, and says why.
 */
export class Settings {
  readonly #options: SettingsOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #listeners: ((config: RelayConfig) => void)[] = [];
  #stamp: string;
  #current: RelayConfig;
  /** Why what stands in the file now is not in force; `null` where it is. */
  trouble: string | null = null;

  /** @throws ConfigError where the configuration cannot be used at the start. */
  constructor(options: SettingsOptions) {
    this.#options = options;
    this.#stamp = stampOf(options.file);
    this.#current = this.#read();
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
    this.#timer.unref();
  }

  get current(): RelayConfig {
    return this.#current;
  }

  onChange(listener: (config: RelayConfig) => void): void {
    this.#listeners.push(listener);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const stamp = stampOf(this.#options.file);
    if (stamp === this.#stamp) return;
    this.#stamp = stamp;
    try {
      const next = this.#read();
      this.trouble = null;
      if (JSON.stringify(next) === JSON.stringify(this.#current)) return;
      this.#current = next;
      this.#options.say(`${this.#options.file} has changed; it is in force now.`);
      for (const listener of this.#listeners) listener(next);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      this.trouble = error.message;
      this.#options.say(`${this.#options.file} cannot be used, and nothing changes: ${error.message}`);
    }
  }

  #read(): RelayConfig {
    const { environment, file, cwd } = this.#options;
    return readRelayConfig(environment, readEnvFile(file), cwd);
  }
}

/**
 * The variables of a file of `NAME=value` lines; none where there is no such file.
 * @throws ConfigError where it is there and cannot be read.
 */
export function readEnvFile(file: string): Readonly<Record<string, string | undefined>> {
  try {
    // Editors on Windows begin such files with a byte order mark.
    return parseEnv(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return {};
    throw new ConfigError(`${file} cannot be read (${message}). Repair or delete it.`);
  }
}

/** What tells one state of a file from another; editors may keep the time or the size, hardly both and the inode. */
function stampOf(file: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(file);
    return `${mtimeMs}:${size}:${ino}`;
  } catch {
    return 'none';
  }
}
