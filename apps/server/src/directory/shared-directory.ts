import type { SessionRecord } from './directory.js';
import { MemoryDirectory } from './memory-directory.js';
import type { ShowRecord } from './show-record.js';

/** A record that has been replaced. */
export type ReplacedRecord =
  | { readonly kind: 'show'; readonly record: ShowRecord }
  | { readonly kind: 'session'; readonly record: SessionRecord };

/** The directory of an owner whose edges are other processes as well: each is told every record. */
export class SharedDirectory extends MemoryDirectory {
  #listeners: readonly ((replaced: ReplacedRecord) => void)[] = [];

  override putShow(record: ShowRecord): void {
    super.putShow(record);
    for (const listener of this.#listeners) listener({ kind: 'show', record });
  }

  override putSession(record: SessionRecord): void {
    super.putSession(record);
    for (const listener of this.#listeners) listener({ kind: 'session', record });
  }

  /** Calls a listener with all records that there are, and then with each that replaces one; returns the way to stop. */
  share(listener: (replaced: ReplacedRecord) => void): () => void {
    for (const record of this.shows()) listener({ kind: 'show', record });
    for (const record of this.sessions()) listener({ kind: 'session', record });
    this.#listeners = [...this.#listeners, listener];
    return () => {
      this.#listeners = this.#listeners.filter((each) => each !== listener);
    };
  }
}
