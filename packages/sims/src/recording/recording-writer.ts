import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { finished, pipeline } from 'node:stream/promises';
import { constants, createGzip, type Gzip } from 'node:zlib';
import type { RecordingHeader, SourceRecord } from '@okboxbox/protocol';
import { SourceError } from '../source.js';
import { encodeRecordingHeader, encodeRecordingLine, frameNumbering } from './recording-lines.js';

/** A recording that is being written. */
export interface RecordingWriter {
  /**
   * Writes a record as a whole line; resolves once there is room for the next.
   * @throws SourceError where the disk refuses it, or the recording is closed.
   */
  write(record: SourceRecord): Promise<void>;
  /** Finishes the file; what was written is then a whole recording. A second call does nothing. */
  close(): Promise<void>;
}

/** Lines after which compressed text is handed to the disk at the latest: a crash costs no more. */
const LINES_A_FLUSH = 50;

/**
 * Begins a recording; a path that ends in `.gz` is gzipped. A file that is there already is replaced.
 * @throws SourceError where the file cannot be made.
 */
export async function openRecordingWriter(path: string, header: RecordingHeader): Promise<RecordingWriter> {
  // A recording has own-car data in it.
  const file = createWriteStream(path, { mode: 0o600 });
  try {
    await once(file, 'open');
  } catch (error) {
    throw cannotWrite(path, error);
  }
  const writer = new FileWriter(path, file, path.endsWith('.gz') ? createGzip() : null);
  await writer.line(encodeRecordingHeader(header));
  return writer;
}

class FileWriter implements RecordingWriter {
  readonly #path: string;
  readonly #gzip: Gzip | null;
  readonly #input: WriteStream | Gzip;
  /** Settles when everything is on disk, with the error if there was one. */
  readonly #done: Promise<unknown>;
  readonly #numbered = frameNumbering();
  #lines = 0;
  #closed = false;

  constructor(path: string, file: WriteStream, gzip: Gzip | null) {
    this.#path = path;
    this.#gzip = gzip;
    this.#input = gzip ?? file;
    // Failures are kept as a value: nobody may be listening when they come.
    this.#done = (gzip ? pipeline(gzip, file) : finished(file)).then(
      () => null,
      (error: unknown) => error,
    );
  }

  async write(record: SourceRecord): Promise<void> {
    if (this.#closed) throw new SourceError(`The recording ${this.#path} is closed: open a new one to continue`);
    await this.line(encodeRecordingLine(this.#numbered(record)));
  }

  async line(text: string): Promise<void> {
    const input = this.#input;
    const hasRoom = !input.destroyed && input.write(text);
    this.#lines += 1;
    if (this.#gzip && this.#lines % LINES_A_FLUSH === 0) this.#gzip.flush(constants.Z_SYNC_FLUSH);
    if (!hasRoom && !input.destroyed) await drainedOrClosed(input);
    if (input.destroyed) throw cannotWrite(this.#path, await this.#done);
  }

  async close(): Promise<void> {
    if (!this.#closed) this.#input.end();
    this.#closed = true;
    const error = await this.#done;
    if (error) throw cannotWrite(this.#path, error);
  }
}

function drainedOrClosed(stream: WriteStream | Gzip): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      stream.off('drain', settle).off('close', settle);
      resolve();
    };
    stream.once('drain', settle).once('close', settle);
  });
}

function cannotWrite(path: string, error: unknown): SourceError {
  const why = error instanceof Error ? error.message : String(error);
  return new SourceError(`The recording ${path} cannot be written: ${why}. Choose a folder that exists and has room.`);
}
