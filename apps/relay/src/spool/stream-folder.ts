import { readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BYE_REASONS, type ByeReason, relayHello } from '@okboxbox/protocol';
import { z } from 'zod';
import { frameSpooled, type Spooled, spooledAt } from './segment.js';

/**
 * What stands in a stream's folder beside its segments: what the stream is, its newest session line, and which process
 * has it.
 */
const STREAM_FILE = 'stream.json';
const SESSION_FILE = 'session.record';
const OWNER_FILE = 'owner';
/** An owner that has not been heard of for so long has died, whoever has its process number now. */
const OWNER_SILENT_MS = 30_000;

const greeting = relayHello.omit({ sessionTime: true });
const storedStream = z.object({
  greeting,
  backends: z.array(z.string()),
  ended: z.object({ reason: z.enum(BYE_REASONS), message: z.string().exactOptional() }).nullable(),
  sessionTime: z.number().nullable(),
});

/** What a relay greets a server with, but for where the stream is by then. */
export type Greeting = z.infer<typeof greeting>;

/** How a stream ended: nothing more comes. */
export interface StreamEnd {
  readonly reason: ByeReason;
  readonly message?: string;
}

/** What a stream is. */
export interface StoredStream {
  readonly greeting: Greeting;
  /** Servers that it was captured for. */
  readonly backends: readonly string[];
  readonly ended: StreamEnd | null;
  /** Newest session time captured when it was stored, in seconds. */
  readonly sessionTime: number | null;
}

/** @throws the system's error where the disk does not take it. */
export function storeStream(dir: string, stored: StoredStream): void {
  writeFileSync(join(dir, STREAM_FILE), JSON.stringify(stored));
}

/** `null` where a folder holds no stream that can be read. */
export function readStream(dir: string): StoredStream | null {
  try {
    return storedStream.parse(JSON.parse(readFileSync(join(dir, STREAM_FILE), 'utf8')));
  } catch {
    return null;
  }
}

/** Keeps a stream's newest session line: a number and a record framed as in a segment. Put in place at once. */
export async function storeSession(dir: string, record: Spooled): Promise<void> {
  const path = join(dir, SESSION_FILE);
  const seq = Buffer.alloc(4);
  seq.writeUInt32LE(record.seq);
  await writeFile(`${path}.new`, Buffer.concat([seq, frameSpooled(record)]));
  await rename(`${path}.new`, path);
}

export function readSession(dir: string): Spooled | null {
  try {
    const bytes = readFileSync(join(dir, SESSION_FILE));
    const found = spooledAt(bytes, 4);
    return found && { seq: bytes.readUInt32LE(0), bytes: found.bytes, at: found.at };
  } catch {
    return null;
  }
}

/** Says that this process has the folder; to be said again every few seconds. */
export function ownFolder(dir: string): void {
  const path = join(dir, OWNER_FILE);
  try {
    writeFileSync(path, String(process.pid));
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // The disk's trouble is told where records are written.
  }
}

export function disownFolder(dir: string): void {
  rmSync(join(dir, OWNER_FILE), { force: true });
}

/** Whether a process that still runs has the folder. */
export function isOwned(dir: string): boolean {
  try {
    const path = join(dir, OWNER_FILE);
    if (Math.abs(Date.now() - statSync(path).mtimeMs) > OWNER_SILENT_MS) return false;
    const pid = Number(readFileSync(path, 'utf8'));
    return Number.isInteger(pid) && pid > 0 && isRunning(pid);
  } catch {
    return false;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
