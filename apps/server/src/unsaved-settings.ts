import type { UnsavedSetting } from '@okboxbox/protocol';
import { diskReason } from './data-files.js';
import type { Logger } from './log.js';

/** How long after a failed write all settings that are not stored are tried again, in ms. */
const RETRY_MS = 1_000;

/** Whether a setting that is in force is on the disk, and if not, why; it is tried again until it is. */
export type Stored = { readonly stored: true } | { readonly stored: false; readonly storeError: string };

/** The answer where a setting is on the disk. */
export const STORED: Stored = { stored: true };

/** Which setting it is: all revoked tokens, all paused relays, or one show's settings. */
export type SettingName = Pick<UnsavedSetting, 'what' | 'show'>;

interface Entry extends UnsavedSetting {
  readonly retry: () => Promise<void>;
}

/** What the settings that are not stored need of the server. */
export interface UnsavedDeps {
  readonly now: () => number;
  readonly log: Logger;
}

/**
 * Settings that are in force and that the disk did not take: a restart would forget them. Each is tried again until it is
 * stored; operations see them meanwhile.
 */
export class UnsavedSettings {
  readonly #deps: UnsavedDeps;
  readonly #entries = new Map<string, Entry>();
  #timer: NodeJS.Timeout | null = null;
  #retrying: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(deps: UnsavedDeps) {
    this.#deps = deps;
  }

  /** All that is not stored now, oldest first. */
  list(): UnsavedSetting[] {
    return [...this.#entries.values()].map(({ retry: _, ...setting }) => setting);
  }

  /**
   * Notes that a setting is in force and was not stored. `retry` writes it as it is then, and must call `failed` or
   * `stored` again.
   */
  failed(name: SettingName, error: unknown, retry: () => Promise<void>): Stored {
    const before = this.#entries.get(keyOf(name));
    const because = diskReason(error);
    const code = (error as NodeJS.ErrnoException).code ?? null;
    if (before === undefined) {
      this.#deps.log.error({ ...name, because }, 'a setting is in force and could not be stored; it is tried again');
    }
    this.#entries.set(keyOf(name), {
      ...name,
      since: before?.since ?? Math.round(this.#deps.now()),
      tries: (before?.tries ?? 0) + 1,
      code,
      because,
      retry,
    });
    this.#wait();
    return {
      stored: false,
      storeError:
        `This is in force and could not be stored: ${because}. The server tries again every second until it is stored; ` +
        'a restart before then would not know it. Make room on the disk, or give the server the right to write.',
    };
  }

  /** Notes that a setting is on the disk as it is in force. */
  stored(name: SettingName): void {
    const before = this.#entries.get(keyOf(name));
    if (before === undefined) return;
    this.#entries.delete(keyOf(name));
    this.#deps.log.info({ ...name, tries: before.tries + 1 }, 'a setting that could not be stored is stored now');
  }

  /** Tries once more, and logs what a restart will not know. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#timer) clearTimeout(this.#timer);
    await this.#retryAll();
    for (const { what, show, because } of this.#entries.values()) {
      this.#deps.log.error(
        { what, show, because },
        'the server stops before this setting could be stored: the next start will not know it; set it again then',
      );
    }
  }

  #wait(): void {
    if (this.#isClosed || this.#timer !== null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.#retryAll();
    }, RETRY_MS);
    this.#timer.unref();
  }

  #retryAll(): Promise<void> {
    this.#retrying = this.#retrying.then(async () => {
      for (const { retry } of [...this.#entries.values()]) await retry();
    });
    return this.#retrying;
  }
}

function keyOf({ what, show }: SettingName): string {
  return `${what} ${show ?? ''}`;
}
