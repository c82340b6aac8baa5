import { readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BYE_REASONS, type ByeReason, relayHello } from '@okboxbox/protocol';
import { z } from 'zod';
import { frameSpooled, type Spooled, spooledAt } from './segment-format.js';

/**
 * What stands in a stream's folder beside its segments and the claim of the relay that has it: what the stream is, twice,
 * since without that nothing can be sent; how far it goes; its newest session line.
 */
const STREAM_FILES = ['stream.json', 'stream.copy.json'] as const;
const EXTENT_FILE = 'extent.json';
const SESSION_FILE = 'session.record';
const SEGMENT = /^(\d{10})\.seg$/;
/** A folder that is being deleted: nothing in it is wanted any more. */
const GONE = '.gone';

const greeting = relayHello.omit({ sessionTime: true });
const storedStream = z.object({
  greeting,
  backends: z.array(z.string()),
  ended: z.object({ reason: z.enum(BYE_REASONS), message: z.string().exactOptional() }).nullable(),
  sessionTime: z.number().nullable(),
});
const count = z.number().int().min(0).max(0xffff_ffff);
const extent = z.object({ floor: count, last: count, lost: count, lostUpTo: count });

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

/** How far a stream goes, so that what is missing of it is known. */
export interface Extent {
  /** Number of the first record that some target had still to get. */
  readonly floor: number;
  /** Number of the newest record. */
  readonly last: number;
  /** Records that left for want of room, and the number of the newest of them. */
  readonly lost: number;
  readonly lostUpTo: number;
}

/** A segment's file by its name. */
export interface SegmentName {
  readonly path: string;
  readonly first: number;
}

/** @throws the system's error where the disk does not take it. */
export async function storeStream(dir: string, stored: StoredStream): Promise<void> {
  for (const name of STREAM_FILES) await putInPlace(join(dir, name), JSON.stringify(stored));
}

/** `null` where a folder holds no stream that can be read. */
export async function readStream(dir: string): Promise<StoredStream | null> {
  for (const name of STREAM_FILES) {
    const stored = storedStream.safeParse(await jsonOf(join(dir, name)));
    if (stored.success) return stored.data;
  }
  return null;
}

/** @throws the system's error where the disk does not take it. */
export async function storeExtent(dir: string, stored: Extent): Promise<void> {
  await putInPlace(join(dir, EXTENT_FILE), JSON.stringify(stored));
}

/** `null` where it is not there or cannot be read. */
export async function readExtent(dir: string): Promise<Extent | null> {
  return extent.safeParse(await jsonOf(join(dir, EXTENT_FILE))).data ?? null;
}

/** Keeps a stream's newest session line: its number and the record framed as in a segment. */
export async function storeSession(dir: string, record: Spooled): Promise<void> {
  const seq = Buffer.alloc(4);
  seq.writeUInt32LE(record.seq);
  await putInPlace(join(dir, SESSION_FILE), Buffer.concat([seq, frameSpooled(record)]));
}

/** `null` where it is not there or cannot be read. */
export function readSession(dir: string): Spooled | null {
  try {
    const bytes = readFileSync(join(dir, SESSION_FILE));
    const found = spooledAt(bytes, 4);
    return found && { seq: found.seq, bytes: found.bytes, at: found.at };
  } catch {
    return null;
  }
}

/** A segment's path. */
export function segmentPath(dir: string, first: number): string {
  return join(dir, `${String(first).padStart(10, '0')}.seg`);
}

/** The segments of a folder, oldest first. */
export async function segmentsOf(dir: string): Promise<SegmentName[]> {
  const names = (await readdir(dir)).flatMap((name) => {
    const [, first] = SEGMENT.exec(name) ?? [];
    return first === undefined ? [] : [{ path: join(dir, name), first: Number(first) }];
  });
  return names.sort((a, b) => a.first - b.first);
}

/** Whether a stream was ever kept in a folder, in whatever state its files are. */
export async function isStreamFolder(dir: string): Promise<boolean> {
  const names = await readdir(dir);
  return names.some((name) => SEGMENT.test(name) || (STREAM_FILES as readonly string[]).includes(name));
}

/** Deletes a stream's folder. One that is deleted in part is never taken for a stream: it has another name by then. */
export async function deleteFolder(dir: string): Promise<void> {
  await rename(dir, dir + GONE).catch(() => undefined);
  await Promise.all([dir, dir + GONE].map((each) => rm(each, { recursive: true, force: true })));
}

/** Whether a folder is one whose deleting was cut off. */
export function isBeingDeleted(name: string): boolean {
  return name.endsWith(GONE);
}

/** Makes a folder that only this user can look into. */
export async function makeFolder(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
}

/** Writes a file beside its place first, so that it is never there in part; what damage has put there goes. */
async function putInPlace(path: string, content: string | Uint8Array): Promise<void> {
  await writeFile(`${path}.new`, content, { mode: 0o600 });
  try {
    await rename(`${path}.new`, path);
  } catch {
    await rm(path, { recursive: true, force: true });
    await rename(`${path}.new`, path);
  }
}

async function jsonOf(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return null;
  }
}
