import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Logger } from '../log.js';
import { replaceFile } from '../replace-file.js';

const FILE = 'paused-relays.json';
const stored = z.array(z.object({ show: z.string(), relayId: z.string(), because: z.string() }));

/** A relay by its name, and the show that it feeds: one of the same name may feed another. */
export interface RelayOfShow {
  readonly show: string;
  readonly relayId: string;
}

/** A pause is in force, and the disk did not take it; the message says what that means. */
export class PauseStoreError extends Error {
  override readonly name = 'PauseStoreError';
}

/**
 * Relays that operations want no frames of, and why. Kept in a file of the data directory: a server that is started
 * again, in the middle of a show perhaps, lets none of them go on by that.
 */
export class PausedRelays {
  readonly #path: string | null;
  readonly #paused: Map<string, RelayOfShow & { readonly because: string }>;
  #writing: Promise<void> = Promise.resolve();

  /** Those of a file, or with `null` those of this process alone. */
  constructor(path: string | null = null, paused: z.infer<typeof stored> = []) {
    this.#path = path;
    this.#paused = new Map(paused.map((each) => [keyOf(each), each]));
  }

  /** Reads those there are; none where the file cannot be used, which is logged. */
  static async open(dataDir: string, log: Logger): Promise<PausedRelays> {
    const path = join(dataDir, FILE);
    try {
      return new PausedRelays(path, stored.parse(JSON.parse(await readFile(path, 'utf8'))));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        log.error({ err: error, path }, 'the relays that were paused cannot be read: all of them go on');
      }
      return new PausedRelays(path);
    }
  }

  /** Why a relay is paused; `null` where it is not. */
  because(relay: RelayOfShow): string | null {
    return this.#paused.get(keyOf(relay))?.because ?? null;
  }

  /** Shows in which relays of this name are paused. */
  showsOf(relayId: string): string[] {
    return [...this.#paused.values()].filter((paused) => paused.relayId === relayId).map(({ show }) => show);
  }

  /**
   * Pauses one, or with `null` lets it go on: at once in this process, on disk when the promise resolves.
   * @throws PauseStoreError where the disk does not take it
   */
  async set({ show, relayId }: RelayOfShow, because: string | null): Promise<void> {
    const key = keyOf({ show, relayId });
    if (because === null) this.#paused.delete(key);
    else this.#paused.set(key, { show, relayId, because });
    if (this.#path === null) return;
    const path = this.#path;
    const write = () => replaceFile(path, JSON.stringify([...this.#paused.values()]));
    this.#writing = this.#writing.then(write, write);
    try {
      await this.#writing;
    } catch (error) {
      throw new PauseStoreError(
        `This is in force, and could not be stored (${(error as Error).message}): a restart would not know it. ` +
          'Make room on the disk and say it again.',
      );
    }
  }
}

/** No show has a slash in its name. */
function keyOf({ show, relayId }: RelayOfShow): string {
  return `${show}/${relayId}`;
}
