import { type FileHandle, open } from 'node:fs/promises';
import { SourceError } from '../source.js';
import { decodeSimText } from './session-text.js';
import {
  HEADER_BYTES,
  LayoutError,
  readHeader,
  readVariables,
  type TelemetryVariable,
  VARIABLE_BYTES,
} from './telemetry-header.js';
import { PackedRow, type TelemetryRow } from './telemetry-row.js';

/** The sub-header of a file, behind the header that live memory has, too. */
const DISK_HEADER_BYTES = 32;
/** Rows read at once. */
const BLOCK_ROWS = 64;

/** A telemetry file that has been opened; its rows are read as a stream. */
export interface TelemetryFile {
  /** Rows a second. */
  readonly tickRate: number;
  readonly variables: ReadonlyMap<string, TelemetryVariable>;
  readonly sessionText: string;
  /** When the recording began, milliseconds since the epoch. */
  readonly startedAt: number;
  /** Whole rows that the file holds, and how many it says it holds. */
  readonly rowCount: number;
  readonly rowsSaid: number;
  /** Bytes behind the last whole row. */
  readonly restBytes: number;
  /**
   * The rows in order. Each is a view of a buffer that is used again: take what you need before the next.
   * @throws SourceError where the file gets shorter while it is read.
   */
  rows(signal?: AbortSignal): AsyncGenerator<TelemetryRow>;
}

/**
 * Opens an iRacing telemetry file: reads its header, its table of variables and its session text.
 * @throws SourceError naming the file, what is wrong with it, and the way out.
 */
export async function openTelemetryFile(path: string): Promise<TelemetryFile> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw unreadable(path, error);
  });
  try {
    const { size } = await file.stat();
    const header = readHeader(await read(file, 0, Math.min(size, HEADER_BYTES + DISK_HEADER_BYTES)), size);
    if (header.buffers !== 1) {
      throw new LayoutError(`it has ${header.buffers} buffers: it is a dump of live memory (use memory:FILE for one)`);
    }
    const table = await read(file, header.variables.offset, header.variables.count * VARIABLE_BYTES);
    const variables = readVariables(table, header);
    const text = await read(file, header.sessionText.offset, header.sessionText.length);
    const disk = await read(file, HEADER_BYTES, Math.min(DISK_HEADER_BYTES, Math.max(0, size - HEADER_BYTES)));
    if (disk.length < DISK_HEADER_BYTES) throw new LayoutError('its end is missing');
    const view = new DataView(disk.buffer, disk.byteOffset, disk.byteLength);
    const startedAt = Number(view.getBigInt64(0, true)) * 1000;
    const rowCount = Math.max(0, Math.floor((size - header.rowsOffset) / header.rowBytes));
    return {
      tickRate: header.tickRate,
      variables,
      sessionText: decodeSimText(text),
      startedAt: startedAt > 0 && startedAt < 8.64e15 ? startedAt : 0,
      rowCount,
      restBytes: Math.max(0, size - header.rowsOffset - rowCount * header.rowBytes),
      rowsSaid: view.getInt32(28, true),
      rows: (signal) => rowsOf(path, header, rowCount, variables, signal),
    };
  } catch (error) {
    if (!(error instanceof LayoutError)) throw unreadable(path, error);
    throw new SourceError(
      `${path} is not a readable telemetry file: ${error.message}. Copy it again from the sim's PC.`,
    );
  } finally {
    await file.close();
  }
}

async function* rowsOf(
  path: string,
  { rowsOffset, rowBytes }: { readonly rowsOffset: number; readonly rowBytes: number },
  rowCount: number,
  variables: ReadonlyMap<string, TelemetryVariable>,
  signal?: AbortSignal,
): AsyncGenerator<TelemetryRow> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw unreadable(path, error);
  });
  try {
    const block = new Uint8Array(rowBytes * BLOCK_ROWS);
    for (let given = 0; !signal?.aborted; ) {
      const { bytesRead } = await file.read(block, 0, block.length, rowsOffset + given * rowBytes);
      const rows = Math.floor(bytesRead / rowBytes);
      for (let row = 0; row < rows && !signal?.aborted; row++) {
        yield new PackedRow(new DataView(block.buffer, row * rowBytes, rowBytes), variables);
      }
      given += rows;
      if (rows > 0) continue;
      if (given < rowCount) {
        throw new SourceError(
          `${path} has become shorter while it was read: it had ${rowCount} rows when it was opened, and ends after ${given} now. Copy it again.`,
        );
      }
      return;
    }
  } catch (error) {
    throw error instanceof SourceError ? error : unreadable(path, error);
  } finally {
    await file.close();
  }
}

function unreadable(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  return new SourceError(`${path} cannot be read (${code}): check the disk and the permissions of the file`);
}

async function read(file: FileHandle, at: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  const { bytesRead } = await file.read(bytes, 0, length, at);
  return bytes.subarray(0, bytesRead);
}
