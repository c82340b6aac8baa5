import { join } from 'node:path';
import { z } from 'zod';
import { diskReason, readStored } from '../../data-files.js';
import type { Logger } from '../../log.js';
import { replaceFile } from '../../replace-file.js';
import { STORED, type Stored, type UnsavedSettings } from '../../unsaved-settings.js';

const FILE = 'paused-relays.json';
const NAME = { what: 'paused_relays', show: null } as const;
const ofShow = z.object({ show: z.string(), relayId: z.string() });
const pause = ofShow.extend({ because: z.string() });
/** A list of pauses; or, after one was damaged, the reason why all are paused but those that were let go on since. */
const stored = z.union([
  z.array(pause),
  z.object({ allBecause: z.string(), goOn: z.array(ofShow), paused: z.array(pause) }),
]);

/** A relay by its name, and the show that it feeds: one of the same name may feed another. */
export type RelayOfShow = z.infer<typeof ofShow>;

/** A pause was to be lifted, and the disk did not take that: it is still in force. The message says what to do. */
export class PauseStoreError extends Error {
  override readonly name = 'PauseStoreError';
}

/** What is paused: relays by name, and after the file was damaged all but some. */
interface Pauses {
  readonly paused: ReadonlyMap<string, z.infer<typeof pause>>;
  readonly allBecause: string | null;
  readonly goOn: ReadonlyMap<string, RelayOfShow>;
}

const NO_PAUSES: Pauses = { paused: new Map(), allBecause: null, goOn: new Map() };

/**
 * Relays that operations want no frames of, and why. Kept in a file of the data directory: a server that is started
 * again, in the middle of a show perhaps, lets none of them go on by that.
 */
export class PausedRelays {
  readonly #path: string | null;
  readonly #unsaved: UnsavedSettings | null;
  #pauses: Pauses;
  #writing: Promise<unknown> = Promise.resolve();

  /** Those of a file, or without one those of this process alone. */
  constructor(kept: { readonly path: string; readonly unsaved: UnsavedSettings } | null = null, pauses = NO_PAUSES) {
    this.#path = kept?.path ?? null;
    this.#unsaved = kept?.unsaved ?? null;
    this.#pauses = pauses;
  }

  /** Reads those there are. Where the file cannot be used every relay is paused, which is logged. */
  static async open(dataDir: string, log: Logger, unsaved: UnsavedSettings): Promise<PausedRelays> {
    const path = join(dataDir, FILE);
    const found = await readStored(path, stored);
    if (found.state === 'damaged') {
      const allBecause = `the server could not read which relays were paused (${found.because}); let each go on that may`;
      log.error({ path, because: found.because }, 'the list of paused relays cannot be read: every relay is paused');
      return new PausedRelays({ path, unsaved }, { ...NO_PAUSES, allBecause });
    }
    return new PausedRelays({ path, unsaved }, found.state === 'read' ? pausesOf(found.value) : NO_PAUSES);
  }

  /** Why a relay is paused; `null` where it is not. */
  because(relay: RelayOfShow): string | null {
    const { paused, allBecause, goOn } = this.#pauses;
    return paused.get(keyOf(relay))?.because ?? (goOn.has(keyOf(relay)) ? null : allBecause);
  }

  /** Shows in which relays of this name are paused. */
  showsOf(relayId: string): string[] {
    return [...this.#pauses.paused.values()].filter((each) => each.relayId === relayId).map(({ show }) => show);
  }

  /**
   * Pauses a relay: at once in this process. Resolves when it is on disk, or the disk did not take it: then it is tried
   * again until it does.
   */
  pause(relay: RelayOfShow, because: string): Promise<Stored> {
    this.#pauses = withPause(this.#pauses, relay, because);
    return this.#inTurn(() => this.#store());
  }

  /**
   * Lets a relay go on: in force once it is on disk.
   * @throws PauseStoreError where the disk does not take it, or the relay was paused again meanwhile
   */
  resume(relay: RelayOfShow): Promise<void> {
    return this.#inTurn(async () => {
      const pauseOf = () => this.#pauses.paused.get(keyOf(relay));
      const before = pauseOf();
      try {
        await this.#write(withoutPause(this.#pauses, relay));
      } catch (error) {
        throw new PauseStoreError(
          `This could not be stored (${diskReason(error)}), so the relay is still paused. Make room on the disk and ask again.`,
        );
      }
      // The new pause writes the list again when its turn comes.
      if (pauseOf() !== before) throw new PauseStoreError('The relay was paused again meanwhile. Look, and ask again.');
      this.#pauses = withoutPause(this.#pauses, relay);
      this.#unsaved?.stored(NAME);
    });
  }

  async #store(): Promise<Stored> {
    try {
      await this.#write(this.#pauses);
    } catch (error) {
      const retry = async () => void (await this.#inTurn(() => this.#store()));
      if (this.#unsaved !== null) return this.#unsaved.failed(NAME, error, retry);
    }
    this.#unsaved?.stored(NAME);
    return STORED;
  }

  async #write({ paused, allBecause, goOn }: Pauses): Promise<void> {
    if (this.#path === null) return;
    const list = [...paused.values()];
    const content = allBecause === null ? list : { allBecause, goOn: [...goOn.values()], paused: list };
    await replaceFile(this.#path, JSON.stringify(content));
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const ran = this.#writing.then(run);
    this.#writing = ran.catch(() => undefined);
    return ran;
  }
}

function pausesOf(found: z.infer<typeof stored>): Pauses {
  const { paused, allBecause, goOn } = Array.isArray(found) ? { paused: found, allBecause: null, goOn: [] } : found;
  const byKey = <T extends RelayOfShow>(list: readonly T[]) => new Map(list.map((each) => [keyOf(each), each]));
  return { paused: byKey(paused), allBecause, goOn: byKey(goOn) };
}

function withPause({ paused, allBecause, goOn }: Pauses, { show, relayId }: RelayOfShow, because: string): Pauses {
  const key = keyOf({ show, relayId });
  return { paused: new Map(paused).set(key, { show, relayId, because }), allBecause, goOn: without(goOn, key) };
}

function withoutPause({ paused, allBecause, goOn }: Pauses, { show, relayId }: RelayOfShow): Pauses {
  const key = keyOf({ show, relayId });
  const gone = allBecause === null ? goOn : new Map(goOn).set(key, { show, relayId });
  return { paused: without(paused, key), allBecause, goOn: gone };
}

function without<T>(map: ReadonlyMap<string, T>, key: string): ReadonlyMap<string, T> {
  const next = new Map(map);
  next.delete(key);
  return next;
}

/** No show has a slash in its name. */
function keyOf({ show, relayId }: RelayOfShow): string {
  return `${show}/${relayId}`;
}
