import type { RecordingHeader, SourceRecord } from '@okboxbox/protocol';
import { FileCutShort, FileTooLarge, fileBytes } from '../files/file-bytes.js';
import { GzipDamage } from '../files/gunzip.js';
import { type ReadOptions, type Source, SourceError, type SourceInfo } from '../source.js';
import { damaged, parseHeader, parseRecord } from './parse-line.js';
import { LineTooLong, type TextLine, textLines } from './text-lines.js';

/** A longer line is damage: a frame of 1,000 cars has a few hundred kilobytes. */
const MAX_LINE_BYTES = 8 * 1024 * 1024;

/** No recording comes near: one of 24 hours has 1 GB. What unpacks to more was made to harm. */
const MAX_BYTES = 16 * 1024 * 1024 * 1024;
/** So much without anything on it in one place is damage, or was made to harm. */
const MAX_BLANK_BYTES = 8 * 1024 * 1024;

/**
 * Opens a recording and reads its header.
 * @throws SourceError where the file cannot be read or is no recording.
 */
export async function openRecording(path: string, spec: string): Promise<Source> {
  const lines = recordingText(path);
  try {
    const header = parseHeader((await lines.next()).value ?? undefined, path);
    return new RecordingSource(path, spec, header);
  } catch (error) {
    throw readable(error, path, 1);
  } finally {
    await lines.return(undefined);
  }
}

class RecordingSource implements Source {
  readonly info: SourceInfo;
  readonly #path: string;

  constructor(path: string, spec: string, header: RecordingHeader) {
    this.#path = path;
    this.info = { kind: 'recording', spec, sim: header.sim, playback: true, rateHz: null };
  }

  async *read({ signal }: ReadOptions = {}): AsyncGenerator<SourceRecord> {
    let reached = 0;
    try {
      for await (const line of recordingText(this.#path)) {
        if (signal?.aborted) return;
        if (reached === 0) parseHeader(line, this.#path);
        else yield parseRecord(line, this.#path);
        reached = line.number;
      }
    } catch (error) {
      throw readable(error, this.#path, reached + 1);
    }
  }
}

/** The lines of a recording that have something on them. */
async function* recordingText(path: string): AsyncGenerator<TextLine> {
  let blank = 0;
  for await (const line of textLines(fileBytes(path, MAX_BYTES), MAX_LINE_BYTES)) {
    const isBlank = line.text.trim() === '';
    blank = isBlank ? blank + line.text.length + 1 : 0;
    if (blank > MAX_BLANK_BYTES) throw damaged(path, line.number, 'is blank, and so are the 8 MB before it');
    if (!isBlank) yield line;
  }
}

/** Puts a failure below the records into words; others pass. */
function readable(error: unknown, path: string, line: number): unknown {
  if (error instanceof SourceError) return error;
  if (error instanceof LineTooLong) {
    return damaged(path, line, `is longer than ${MAX_LINE_BYTES / 1024 / 1024} MB, the limit for a record`);
  }
  if (error instanceof GzipDamage) {
    return damaged(path, line, `could not be unpacked, the gzip data are cut off or damaged (${error.message})`);
  }
  if (error instanceof FileTooLarge)
    return damaged(path, line, `is beyond the size limit of a recording: ${error.message}`);
  if (error instanceof FileCutShort) {
    return damaged(path, line, `is missing: the file has become shorter while it was read (${error.message})`);
  }
  if (error instanceof Error && 'code' in error) {
    return new SourceError(
      `${path} cannot be read (${String(error.code)}): check the disk and the permissions of the file`,
    );
  }
  return error;
}
