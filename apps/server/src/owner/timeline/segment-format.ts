import { crc32 } from 'node:zlib';
import type { OnAir, SourceRecord } from '@okboxbox/protocol';

/**
 * How a timeline lies on disk. A segment is a magic number, then records, each framed by its length and the
 * checksum of its payload, so that a reader knows where a crash cut the file.
 *
 *   segment  8 bytes magic · records
 *   record   u32 length · u32 CRC-32 of the payload · payload
 *   payload  u8 3 · u8 0 · u16 stream · f64 receivedAt · u48 number · a wire record as it was received
 *            u8 4 · u48 number · JSON of a `Note`
 *
 * Each record has its number in the timeline, so that damage before it takes nothing from what is known of it. Versions up to
 * 0.2 wrote payloads without: `u8 1 · u8 0 · u16 stream · f64 receivedAt · wire record` and `u8 2 · JSON`. Those count on from
 * the record before.
 */

/** First bytes of each segment: the name and the version of the format. */
export const MAGIC = Buffer.from('OBBTL\0\0\x01', 'latin1');
/** Longest payload that a reader believes; a longer one is damage. */
export const MAX_PAYLOAD = 8 * 1024 * 1024;
export const FRAMING = 8;

/** Without their numbers, as they were written once. */
const OLD_CAPTURED = 1;
const OLD_NOTE = 2;
const CAPTURED = 3;
const NOTE = 4;
const OLD_CAPTURED_HEADER = 12;
const NUMBER_BYTES = 6;
const CAPTURED_HEADER = OLD_CAPTURED_HEADER + NUMBER_BYTES;
const NOTE_HEADER = 1 + NUMBER_BYTES;
const OPENING_BRACE = 0x7b;

/**
 * The number of a record in its session's timeline, from 1; as a place, the one behind that record, and 0 is the beginning. It
 * means the same on every node and in every form in which a timeline is kept. What a disk has lost leaves numbers out.
 */
export type Lsn = number;

/** A record of a relay, as received. `stream` is the number that an `opened-stream` note gave it. */
export interface Captured {
  readonly type: 'captured';
  readonly stream: number;
  /** Milliseconds since the epoch on the server's clock. */
  readonly receivedAt: number;
  readonly bytes: Uint8Array;
}

/** What is not in a frame but decides. */
export type Note =
  | {
      readonly note: 'began';
      readonly sessionId: string;
      readonly show: string;
      readonly sim: string;
      readonly simSessionKey: string;
      readonly at: number;
    }
  | {
      readonly note: 'opened-stream';
      readonly stream: number;
      readonly relayId: string;
      readonly run: string;
      readonly playback: boolean;
      /** Car numbers that its relay's token names; absent where it names none. */
      readonly cars?: readonly string[];
      readonly at: number;
    }
  /** A stream's relay came back with a token that names other car numbers, or none. */
  | {
      readonly note: 'stream-token';
      readonly stream: number;
      readonly cars: readonly string[] | null;
      readonly at: number;
    }
  | {
      readonly note: 'dropped';
      readonly stream: number;
      readonly seq: number;
      /** What it was; absent on timelines of older versions. */
      readonly kind?: SourceRecord['kind'];
      readonly reason: string;
      readonly at: number;
    }
  /** Timing is made of this stream from now on. */
  | { readonly note: 'primary'; readonly stream: number; readonly reason: string; readonly at: number }
  /** The relay will never send these: its spool was full, or another server has them. */
  | {
      readonly note: 'lost';
      readonly stream: number;
      readonly from: number;
      readonly to: number;
      readonly reason: string;
      readonly at: number;
    }
  /** What is known of the clock that a stream is stamped with, where a record that follows is older than it looks. */
  | {
      readonly note: 'clock';
      readonly stream: number;
      readonly from: number;
      readonly to: number;
      readonly leastAheadMs: number;
      readonly at: number;
    }
  /** The server began again; its clock had been set meanwhile, and instants from before are this much earlier than they say. */
  | { readonly note: 'resumed'; readonly shiftMs: number; readonly at: number }
  /** A director set slots: for the picture of this instant, or at once for the one of `airsAt`, which was on air. */
  | { readonly note: 'cue'; readonly set: Partial<OnAir>; readonly airsAt: number | null; readonly at: number }
  /** The relay goes on behind these and sends them later; in the order of the race they stand here. */
  | {
      readonly note: 'went-ahead';
      readonly stream: number;
      readonly from: number;
      readonly to: number;
      readonly at: number;
    }
  /** A probe of operations passed here. Nothing comes of it: it is folded into nothing and belongs to no recording. */
  | { readonly note: 'probe'; readonly probeId: string; readonly at: number }
  /** The session had ended; a relay has come back with what it had not sent, and that follows. */
  | { readonly note: 'late'; readonly at: number }
  | { readonly note: 'ended'; readonly reason: string; readonly at: number };

export type TimelineRecord = Captured | { readonly type: 'note'; readonly note: Note };

/** Where a place of a timeline is in the files of this node. Nothing outside of this folder knows it. */
export interface FilePlace {
  readonly segment: number;
  /** Bytes from the beginning of the segment. */
  readonly offset: number;
  /** The record before it. */
  readonly lsn: Lsn;
}

/** The file name of a segment. */
export function segmentName(segment: number): string {
  return `${String(segment).padStart(6, '0')}.seg`;
}

/** The place before the first record. */
export const BEGINNING: FilePlace = { segment: 1, offset: 0, lsn: 0 };

/** A record framed for a segment. */
export function frameRecord(record: TimelineRecord, lsn: Lsn): Buffer {
  if (record.type === 'note') {
    const json = Buffer.from(JSON.stringify(record.note));
    const framed = Buffer.allocUnsafe(FRAMING + NOTE_HEADER + json.length);
    framed[FRAMING] = NOTE;
    framed.writeUIntLE(lsn, FRAMING + 1, NUMBER_BYTES);
    json.copy(framed, FRAMING + NOTE_HEADER);
    return seal(framed);
  }
  const framed = Buffer.allocUnsafe(FRAMING + CAPTURED_HEADER + record.bytes.length);
  framed.writeUInt16LE(CAPTURED, FRAMING);
  framed.writeUInt16LE(record.stream, FRAMING + 2);
  framed.writeDoubleLE(record.receivedAt, FRAMING + 4);
  framed.writeUIntLE(lsn, FRAMING + OLD_CAPTURED_HEADER, NUMBER_BYTES);
  framed.set(record.bytes, FRAMING + CAPTURED_HEADER);
  return seal(framed);
}

/** Bytes of a framed record within which its number is. */
export const NUMBERED_WITHIN = FRAMING + CAPTURED_HEADER;

/** The number that is written in a record whose first `NUMBERED_WITHIN` bytes these are; `null` where there is none. */
export function numberIn(bytes: Buffer): Lsn | null {
  return bytes.length < NUMBERED_WITHIN ? null : lsnOf(bytes.subarray(FRAMING));
}

function seal(framed: Buffer): Buffer {
  framed.writeUInt32LE(framed.length - FRAMING, 0);
  framed.writeUInt32LE(crc32(framed.subarray(FRAMING)), 4);
  return framed;
}

/** What lies at an offset of a segment's bytes: a record, its beginning only, or damage. */
export type Found =
  | {
      readonly found: 'record';
      readonly record: TimelineRecord;
      /** `null` where the record has no number of its own. */
      readonly lsn: Lsn | null;
      readonly end: number;
    }
  | { readonly found: 'beginning' }
  /** `end` is where the next record would be, where the length can be believed. */
  | { readonly found: 'damage'; readonly because: string; readonly end: number | null };

/** Reads the record at `offset`. Captured bytes are a view, not a copy. */
export function recordAt(bytes: Buffer, offset: number): Found {
  if (offset + FRAMING > bytes.length) return { found: 'beginning' };
  const length = bytes.readUInt32LE(offset);
  if (length === 0 || length > MAX_PAYLOAD)
    return { found: 'damage', because: `a length of ${length} bytes`, end: null };
  const start = offset + FRAMING;
  const end = start + length;
  if (end > bytes.length) return { found: 'beginning' };
  if (crc32(bytes.subarray(start, end)) !== bytes.readUInt32LE(offset + 4)) {
    return { found: 'damage', because: 'a wrong checksum', end };
  }
  const payload = bytes.subarray(start, end);
  const record = payloadOf(payload);
  if (record === null) return { found: 'damage', because: 'an unknown kind of record', end };
  return { found: 'record', record, lsn: lsnOf(payload), end };
}

/**
 * Where the first whole record begins whose first byte lies from `from` to before `to`; `null` where there is none. For
 * what lies behind damage whose length nobody knows: each byte is looked at.
 */
export function wholeRecordIn(bytes: Buffer, from: number, to: number): number | null {
  const last = Math.min(to, bytes.length - FRAMING - 1);
  for (let offset = from; offset < last; offset++) {
    const length = bytes.readUInt32LE(offset);
    if (length === 0 || length > bytes.length - offset - FRAMING) continue;
    // Few bytes look like a payload: only for those is a checksum worked out.
    if (!beginsPayload(bytes, offset + FRAMING)) continue;
    if (recordAt(bytes, offset).found === 'record') return offset;
  }
  return null;
}

function beginsPayload(bytes: Buffer, at: number): boolean {
  switch (bytes[at]) {
    case OLD_CAPTURED:
    case CAPTURED:
      return bytes[at + 1] === 0;
    case OLD_NOTE:
      return bytes[at + 1] === OPENING_BRACE;
    default:
      return bytes[at] === NOTE && bytes[at + NOTE_HEADER] === OPENING_BRACE;
  }
}

function payloadOf(payload: Buffer): TimelineRecord | null {
  switch (payload[0]) {
    case CAPTURED:
      return capturedOf(payload, CAPTURED_HEADER);
    case NOTE:
      return noteOf(payload, NOTE_HEADER);
    case OLD_CAPTURED:
      return capturedOf(payload, OLD_CAPTURED_HEADER);
    case OLD_NOTE:
      return noteOf(payload, 1);
    default:
      return null;
  }
}

function lsnOf(payload: Buffer): Lsn | null {
  if (payload[0] === CAPTURED) return payload.readUIntLE(OLD_CAPTURED_HEADER, NUMBER_BYTES);
  return payload[0] === NOTE ? payload.readUIntLE(1, NUMBER_BYTES) : null;
}

function capturedOf(payload: Buffer, header: number): Captured | null {
  if (payload.length <= header) return null;
  const [stream, receivedAt] = [payload.readUInt16LE(2), payload.readDoubleLE(4)];
  return { type: 'captured', stream, receivedAt, bytes: payload.subarray(header) };
}

function noteOf(payload: Buffer, header: number): TimelineRecord | null {
  try {
    return { type: 'note', note: JSON.parse(payload.toString('utf8', header)) as Note };
  } catch {
    return null;
  }
}
