import { join } from 'node:path';
import { diskReason } from '../../data-files.js';
import { OwnerRefusal } from '../../directory/owner-refusal.js';
import type { Logger } from '../../log.js';
import { STORED, type Stored, UnsavedSettings } from '../../unsaved-settings.js';
import { newShow, readShows, type ShowSettings, writeShow } from './show-settings.js';

/** A change of a show is not in force; the message says why. */
export class ShowStoreError extends OwnerRefusal {
  override readonly name = 'ShowStoreError';

  constructor(message: string, code: 'conflict' | 'internal' = 'internal') {
    super(code, message);
  }
}

/** Whether a change lets less out than before: then it is in force before it is stored, else after. */
export type Change = { readonly next: Partial<ShowSettings>; readonly closes: boolean };

/**
 * The shows and what directors have set for them. Whatever lets more out is on the disk before it takes effect, so that
 * no restart can open earlier than was said; whatever lets less out takes effect at once.
 */
export class Shows {
  readonly #dir: string;
  readonly #log: Logger;
  readonly #unsaved: UnsavedSettings;
  readonly #shows = new Map<string, ShowSettings>();
  readonly #listeners = new Set<(settings: ShowSettings, before: ShowSettings) => void>();
  readonly #writing = new Map<string, Promise<unknown>>();
  /** How often a show was closed a little: what was asked for before must not open it again. */
  readonly #closings = new Map<string, number>();

  readonly #publish: string | undefined;

  private constructor(dir: string, log: Logger, unsaved: UnsavedSettings, publish: string | undefined) {
    this.#dir = dir;
    this.#log = log;
    this.#unsaved = unsaved;
    this.#publish = publish;
  }

  /**
   * Reads what shows there are; the one named by `publish` is public until somebody says otherwise.
   * @throws DataDirError where their folder cannot be used
   */
  static async open(
    dataDir: string,
    log: Logger,
    publish?: string,
    unsaved = new UnsavedSettings({ now: Date.now, log }),
  ): Promise<Shows> {
    const shows = new Shows(join(dataDir, 'shows'), log, unsaved, publish);
    const found = await readShows(shows.#dir, (show, because) =>
      log.error(
        { show, because },
        'the settings of a show cannot be read: it is unpublished, its graphics are 120 s behind and its public picture 240 s',
      ),
    );
    for (const settings of found) shows.#shows.set(settings.show, settings);
    return shows;
  }

  /** A show's settings; those of a new one where nobody has set anything. */
  get(show: string): ShowSettings {
    return this.#shows.get(show) ?? { ...newShow(show), published: show === this.#publish };
  }

  /** All shows that somebody has set something for. */
  all(): readonly ShowSettings[] {
    return [...this.#shows.values()];
  }

  /**
   * Puts what is stored by the clock of an earlier run into the terms of this one, on the disk and here; false where the
   * disk did not take all of it.
   */
  async rebase(make: (settings: ShowSettings) => ShowSettings): Promise<boolean> {
    let areStored = true;
    for (const [show, settings] of this.#shows) {
      const next = make(settings);
      this.#shows.set(show, next);
      try {
        if (JSON.stringify(next) !== JSON.stringify(settings)) await writeShow(this.#dir, next);
      } catch (error) {
        areStored = false;
        this.#notStored(show, error);
      }
    }
    return areStored;
  }

  /** Hears of every change, when it takes effect. */
  onChange(listener: (settings: ShowSettings, before: ShowSettings) => void): void {
    this.#listeners.add(listener);
  }

  /**
   * Changes a show; resolves when it is in force and stored. What closes it is in force when this returns its promise,
   * whatever the disk is doing: where the disk does not take it, it is tried again until it does, and the answer says so.
   * @throws ShowStoreError where it opens the show and the disk does not take it: it is not in force
   */
  change(show: string, make: (settings: ShowSettings) => Change): Promise<Stored> {
    const change = make(this.get(show));
    const closing = (this.#closings.get(show) ?? 0) + (change.closes ? 1 : 0);
    this.#closings.set(show, closing);
    if (change.closes) this.#apply(show, change.next);
    const before = this.#writing.get(show) ?? Promise.resolve();
    const stored = before.then(() => (change.closes ? this.#store(show) : this.#open(show, make, closing)));
    this.#writing.set(
      show,
      stored.catch(() => undefined),
    );
    return stored;
  }

  /**
   * Changes what a show does by itself, which neither opens nor closes more than its director has set: in force when this
   * returns its promise, which resolves when it is stored, or is to be stored as soon as the disk takes it.
   */
  adopt(show: string, next: Partial<Pick<ShowSettings, 'following' | 'auto'>>): Promise<Stored> {
    this.#apply(show, next);
    const before = this.#writing.get(show) ?? Promise.resolve();
    const stored = before.then(() => this.#store(show));
    this.#writing.set(
      show,
      stored.catch(() => undefined),
    );
    return stored;
  }

  /** Why settings of a show that are in force are not on the disk, or `null` where they are. */
  notStoredBecause(show: string): string | null {
    return this.#unsaved.list().find((each) => each.what === 'show' && each.show === show)?.because ?? null;
  }

  /** Resolves when nothing is being written. */
  async idle(): Promise<void> {
    await Promise.all(this.#writing.values());
  }

  /** Changes what does not close a show, when its turn comes: it is made of what is in force then. */
  async #open(show: string, make: (settings: ShowSettings) => Change, closing: number): Promise<Stored> {
    const isOvertaken = () => this.#closings.get(show) !== closing;
    const overtaken = new ShowStoreError(
      'Somebody has closed the show further meanwhile. Look, and say it again.',
      'conflict',
    );
    if (isOvertaken()) throw overtaken;
    const change = make(this.get(show));
    if (change.closes) {
      // What it waited for had opened more than this does.
      this.#closings.set(show, closing + 1);
      this.#apply(show, change.next);
      return this.#store(show);
    }
    try {
      await writeShow(this.#dir, { ...this.get(show), ...change.next });
    } catch (error) {
      const because = diskReason(error);
      this.#log.error({ because, show }, 'a change of a show could not be stored, so it is not in force');
      throw new ShowStoreError(
        `This could not be stored (${because}), so it is not in force. Make room on the disk and ask again.`,
      );
    }
    // What has closed it meanwhile is written when its turn comes, which is after this one.
    if (isOvertaken()) throw overtaken;
    this.#apply(show, change.next);
    this.#unsaved.stored({ what: 'show', show });
    return STORED;
  }

  /** Writes what is in force. */
  async #store(show: string): Promise<Stored> {
    try {
      await writeShow(this.#dir, this.get(show));
    } catch (error) {
      return this.#notStored(show, error);
    }
    this.#unsaved.stored({ what: 'show', show });
    return STORED;
  }

  #notStored(show: string, error: unknown): Stored {
    return this.#unsaved.failed({ what: 'show', show }, error, async () => {
      const before = this.#writing.get(show) ?? Promise.resolve();
      const stored = before.then(() => this.#store(show));
      this.#writing.set(show, stored);
      await stored;
    });
  }

  #apply(show: string, next: Partial<ShowSettings>): void {
    const before = this.get(show);
    const settings = { ...before, ...next };
    this.#shows.set(show, settings);
    for (const listener of this.#listeners) listener(settings, before);
  }
}
