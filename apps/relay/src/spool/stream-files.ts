import { claimFolder, type FolderClaim } from './claim.js';
import type { Spooled } from './segment-format.js';
import {
  deleteFolder,
  type Extent,
  makeFolder,
  type StoredStream,
  storeExtent,
  storeSession,
  storeStream,
} from './stream-folder.js';

/** How far the stream goes is noted this much after it got there. */
const NOTE_MS = 200;

/** What the files say, asked for when they are written. */
export interface StreamFacts {
  readonly stream: () => StoredStream;
  readonly extent: () => Extent;
  /** A file could not be written. */
  readonly onTrouble: (error: unknown) => void;
}

/**
 * A stream's folder but for its segments: the claim by which it is this relay's, and the files that say what the stream
 * is. They are written one after another, and never while another relay could take the folder for an orphan's.
 */
export class StreamFiles {
  readonly #dir: string;
  readonly #facts: StreamFacts;
  #claim: FolderClaim | null = null;
  #isOpen = false;
  #writing: Promise<void> = Promise.resolve();
  #note: NodeJS.Timeout | null = null;

  constructor(dir: string, facts: StreamFacts) {
    this.#dir = dir;
    this.#facts = facts;
  }

  /** Goes on with a folder that was taken already. */
  adopt(claim: FolderClaim): void {
    this.#claim = claim;
    this.#isOpen = true;
  }

  /**
   * Makes the folder, takes it, and then says what it is; does nothing where all that was done.
   * @throws the system's error where the disk does not take it; what was done counts at the next try.
   */
  async open(session: Spooled | null): Promise<void> {
    if (this.#isOpen) return;
    await makeFolder(this.#dir);
    if (this.#claim === null) {
      const claim = await claimFolder(this.#dir);
      if ('refused' in claim) throw new Error(claim.because);
      this.#claim = claim;
    }
    await storeStream(this.#dir, this.#facts.stream());
    this.#isOpen = true;
    if (session !== null) this.keepSession(session);
  }

  /** Writes anew what the stream is. */
  keepStream(): void {
    this.#write(() => storeStream(this.#dir, this.#facts.stream()));
  }

  /** Keeps the newest session line. */
  keepSession(record: Spooled): void {
    this.#write(() => storeSession(this.#dir, record));
  }

  /** Notes a little later how far the stream goes. */
  noteSoon(): void {
    this.#note ??= setTimeout(() => {
      this.#note = null;
      this.#write(() => storeExtent(this.#dir, this.#facts.extent()));
    }, NOTE_MS).unref();
  }

  /** Notes how far the stream goes, so that what is deleted then is not missed. A disk that takes no note may need the room. */
  noteThen(deleting: () => Promise<void>): void {
    this.#writing = this.#writing
      .then(() => storeExtent(this.#dir, this.#facts.extent()))
      .catch(() => undefined)
      .then(deleting);
  }

  /** Writes all there is to say, and resolves when it is written. */
  async close(): Promise<void> {
    this.keepStream();
    this.#write(() => storeExtent(this.#dir, this.#facts.extent()));
    await this.idle();
  }

  /** Resolves when nothing is under way; no note comes later. */
  async idle(): Promise<void> {
    if (this.#note) clearTimeout(this.#note);
    this.#note = null;
    await this.#writing;
  }

  /** Lets go of the folder: another relay may take it. */
  async release(): Promise<void> {
    await this.#claim?.release();
  }

  /** Deletes the folder. */
  async remove(): Promise<void> {
    if (this.#claim !== null) await deleteFolder(this.#dir);
    await this.release();
  }

  #write(write: () => Promise<void>): void {
    if (this.#isOpen) this.#writing = this.#writing.then(write).catch((error) => this.#facts.onTrouble(error));
  }
}
