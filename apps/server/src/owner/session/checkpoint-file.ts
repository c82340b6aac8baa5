import { link, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { crc32 } from 'node:zlib';
import type { Lap, RaceEvent, TopicRow } from '@okboxbox/protocol';
import { TIMING_RULES_VERSION } from '@okboxbox/timing';
import { replaceFile } from '../../replace-file.js';
import type { Lsn } from '../timeline/segment-format.js';
import type { SessionImage } from './session-state.js';

/**
 * A session's state beside its timeline, so that a restart folds only what came after it. Two kinds of file: the
 * checkpoint, written whole and put in place at once, and the race log, which laps, race events and gaps are appended to and
 * of which a checkpoint says how much is part of it. So a checkpoint of hour 23 is as small as one of hour 1. Every
 * five minutes of the session one is kept, under its session time in ms: a seek starts from the one before.
 *
 *   checkpoint, checkpoint-<ms>   8 bytes magic and version · u32 CRC-32 · V8's serialization of a `Checkpoint`
 *   race-log                      per checkpoint: u32 length · u32 CRC-32 · V8's serialization of `RaceLogPart`
 */

const CHECKPOINT = 'checkpoint';
const RACE_LOG = 'race-log';
/** Raise the last byte whenever the shape of `SessionImage` changes; a checkpoint of another version is not read. */
const MAGIC = Buffer.from('OBBCP\0\0\x12', 'latin1');
const FRAMING = 8;
/** Seconds of a session between two checkpoints that are kept: folding so much takes about a tenth of a second. */
const KEPT_EVERY_S = 300;
/** Longest time that reading a race log holds the event loop, in ms. */
const SLICE_MS = 10;

/** What has been completed since the checkpoint before. */
export interface RaceLogPart {
  readonly laps: readonly Lap[];
  readonly events: readonly RaceEvent[];
  readonly gaps: readonly TopicRow[];
}

interface Checkpoint {
  /** The timing rules that the image was made by. */
  readonly rules: number;
  /** The last record of the timeline that is in it. */
  readonly position: Lsn;
  /** Bytes of the race log that belong to it. */
  readonly raceLogBytes: number;
  readonly image: SessionImage;
}

/** A checkpoint read back: the state's image with all laps, events and gaps, and where to go on folding. */
export interface RestoredCheckpoint extends RaceLogPart {
  readonly position: Lsn;
  readonly raceLogBytes: number;
  readonly image: SessionImage;
}

/** A checkpoint that is there and cannot be used; the timeline is folded from its beginning instead. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
}

/** A part of the race log, packed at the instant of the checkpoint. */
export function packPart(part: RaceLogPart): Buffer {
  const body = serialize(part);
  const framed = Buffer.allocUnsafe(FRAMING + body.length);
  framed.writeUInt32LE(body.length, 0);
  framed.writeUInt32LE(crc32(body), 4);
  body.copy(framed, FRAMING);
  return framed;
}

/** Appends a part behind the first `bytes` of the race log; returns how many bytes there are now, synced. */
export async function appendPart(dir: string, bytes: number, part: Buffer): Promise<number> {
  const file = await open(join(dir, RACE_LOG), bytes === 0 ? 'w' : 'r+', 0o600);
  try {
    await file.truncate(bytes);
    await file.write(part, 0, part.length, bytes);
    await file.datasync();
  } finally {
    await file.close();
  }
  return bytes + part.length;
}

/** Puts a checkpoint in place of the one before, synced first. `image` is V8's serialization of a `SessionImage`. */
export async function writeCheckpoint(dir: string, image: Buffer, position: Lsn, raceLogBytes: number): Promise<void> {
  const body = serialize({ rules: TIMING_RULES_VERSION, position, raceLogBytes, image });
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32LE(crc32(body));
  await replaceFile(join(dir, CHECKPOINT), [MAGIC, checksum, body]);
}

/** Keeps the checkpoint in place for seeks, unless one of the five minutes before it is kept. */
export async function keepCheckpoint(dir: string, sessionTime: number): Promise<void> {
  const ms = Math.round(sessionTime * 1000);
  const newest = (await keptIn(dir))[0] ?? Number.NEGATIVE_INFINITY;
  if (ms >= 0 && ms - newest >= KEPT_EVERY_S * 1000)
    await link(join(dir, CHECKPOINT), join(dir, `${CHECKPOINT}-${ms}`));
}

/** Removes all checkpoints of a session: the next fold takes its whole timeline. */
export async function removeCheckpoints(dir: string): Promise<void> {
  await rm(join(dir, CHECKPOINT), { force: true });
  await forgetCheckpoints(dir);
  await rm(join(dir, RACE_LOG), { force: true });
}

/** Removes what was kept for seeks: a race log that is written anew has its parts elsewhere. */
export async function forgetCheckpoints(dir: string): Promise<void> {
  for (const ms of await keptIn(dir)) await rm(join(dir, `${CHECKPOINT}-${ms}`));
}

/** Session times of the checkpoints that are kept, in ms, newest first. */
async function keptIn(dir: string): Promise<number[]> {
  const names = await readdir(dir);
  const times = names.flatMap((name) => /^checkpoint-(\d+)$/.exec(name)?.[1] ?? []);
  return times.map(Number).sort((a, b) => b - a);
}

/**
 * Reads a session's newest checkpoint, or its newest of up to a session time in seconds; `null` where there is none.
 * @throws CheckpointError where it is damaged or of another version.
 */
export async function readCheckpoint(
  dir: string,
  until = Number.POSITIVE_INFINITY,
): Promise<RestoredCheckpoint | null> {
  const newest = await checkpointIn(dir, CHECKPOINT);
  if (newest === null || (newest.image.timing.sessionTime ?? 0) <= until) return newest && withRaceLog(dir, newest);
  const ms = (await keptIn(dir)).find((kept) => kept <= until * 1000);
  const kept = ms === undefined ? null : await checkpointIn(dir, `${CHECKPOINT}-${ms}`);
  return kept && withRaceLog(dir, kept);
}

/**
 * Reads a session's newest checkpoint of an instant on the server's clock or before; `null` where there is none.
 * @throws CheckpointError as `readCheckpoint`
 */
export async function readCheckpointBefore(dir: string, instant: number): Promise<RestoredCheckpoint | null> {
  for (const name of [CHECKPOINT, ...(await keptIn(dir)).map((ms) => `${CHECKPOINT}-${ms}`)]) {
    const found = await checkpointIn(dir, name);
    if (found !== null && found.image.at <= instant) return withRaceLog(dir, found);
  }
  return null;
}

async function withRaceLog(dir: string, { position, raceLogBytes, image }: Checkpoint): Promise<RestoredCheckpoint> {
  const log = (await readFile(join(dir, RACE_LOG)).catch(absent)) ?? Buffer.alloc(0);
  if (log.length < raceLogBytes) throw new CheckpointError(`the race log has ${log.length} of ${raceLogBytes} bytes`);
  const laps: Lap[] = [];
  const events: RaceEvent[] = [];
  const gaps: TopicRow[] = [];
  let sliceEnd = performance.now() + SLICE_MS;
  for (let at = 0; at < raceLogBytes; ) {
    const body = log.subarray(at + FRAMING, at + FRAMING + log.readUInt32LE(at));
    if (crc32(body) !== log.readUInt32LE(at + 4)) throw new CheckpointError(`the race log is damaged at byte ${at}`);
    const part = deserialize(body) as RaceLogPart;
    for (const lap of part.laps) laps.push(lap);
    for (const event of part.events) events.push(event);
    for (const row of part.gaps) gaps.push(row);
    at += FRAMING + body.length;
    if (at > raceLogBytes) throw new CheckpointError(`the race log has no part that ends at byte ${raceLogBytes}`);
    if (performance.now() >= sliceEnd) {
      await new Promise((resolve) => setImmediate(resolve));
      sliceEnd = performance.now() + SLICE_MS;
    }
  }
  return { position, raceLogBytes, image, laps, events, gaps };
}

async function checkpointIn(dir: string, name: string): Promise<Checkpoint | null> {
  const bytes = await readFile(join(dir, name)).catch(absent);
  return bytes && checkpointOf(bytes);
}

function checkpointOf(bytes: Buffer): Checkpoint {
  const body = bytes.subarray(MAGIC.length + 4);
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) throw new CheckpointError('it is of another version');
  if (crc32(body) !== bytes.readUInt32LE(MAGIC.length)) throw new CheckpointError('it has a wrong checksum');
  const { image, ...rest } = deserialize(body) as Omit<Checkpoint, 'image'> & { image: Uint8Array };
  if (rest.rules !== TIMING_RULES_VERSION) {
    throw new CheckpointError(`it was made by timing rules ${rest.rules}, and these are ${TIMING_RULES_VERSION}`);
  }
  return { ...rest, image: deserialize(image) as SessionImage };
}

function absent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw new CheckpointError(error.message);
}
