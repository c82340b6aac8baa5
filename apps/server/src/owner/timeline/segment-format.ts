import { crc32 } from 'node:zlib';
import type { OnAir, SourceRecord } from '@okboxbox/protocol';

/**
 * How a timeline lies on disk. A segment is a magic number, then records, each framed by its length and the
 * checksum of its payload, so that a reader knows where a crash cut the file.
 *
 *   segment  8 bytes magic · records
 *   record   u32 length · u32 CRC-32 of the payload · payload
 *   payload  u8 1 · u8 0 · u16 stream · f64 receivedAt · a wire record as it was received
 *            u8 2 · JSON of a `Note`
 */

/** First bytes of each segment: the name and the version of the format. */
export const MAGIC = Buffer.from('OBBTL\0\0\x01', 'latin1');
/** Longest payload that a reader believes; a longer one is damage. */
export const MAX_PAYLOAD = 8 * 1024 * 1024;
export const FRAMING = 8;

const CAPTURED = 1;
const NOTE = 2;
const CAPTURED_HEADER = 12;
const OPENING_BRACE = 0x7b;

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

/** A place between two records of a timeline, on disk. */
export interface TimelinePosition {
  readonly segment: number;
  /** Bytes from the beginning of the segment. */
  readonly offset: number;
}

/** Whether one place comes behind another. */
export function isBehind(place: TimelinePosition, other: TimelinePosition): boolean {
  return place.segment > other.segment || (place.segment === other.segment && place.offset > other.offset);
}

/** A record framed for a segment. */
export function frameRecord(record: TimelineRecord): Buffer {
  if (record.type === 'note') {
    const json = Buffer.from(JSON.stringify(record.note));
    const framed = Buffer.allocUnsafe(FRAMING + 1 + json.length);
    framed[FRAMING] = NOTE;
    json.copy(framed, FRAMING + 1);
    return seal(framed);
  }
  const framed = Buffer.allocUnsafe(FRAMING + CAPTURED_HEADER + record.bytes.length);
  framed.writeUInt16LE(CAPTURED, FRAMING);
  framed.writeUInt16LE(record.stream, FRAMING + 2);
  framed.writeDoubleLE(record.receivedAt, FRAMING + 4);
  framed.set(record.bytes, FRAMING + CAPTURED_HEADER);
  return seal(framed);
}

function seal(framed: Buffer): Buffer {
  framed.writeUInt32LE(framed.length - FRAMING, 0);
  framed.writeUInt32LE(crc32(framed.subarray(FRAMING)), 4);
  return framed;
}

/** What lies at an offset of a segment's bytes: a record, its beginning only, or damage. */
export type Found =
  | { readonly found: 'record'; readonly record: TimelineRecord; readonly end: number }
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
  const record = payloadOf(bytes.subarray(start, end));
  if (record === null) return { found: 'damage', because: 'an unknown kind of record', end };
  return { found: 'record', record, end };
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
  return bytes[at] === CAPTURED ? bytes[at + 1] === 0 : bytes[at] === NOTE && bytes[at + 1] === OPENING_BRACE;
}

function payloadOf(payload: Buffer): TimelineRecord | null {
  if (payload[0] === CAPTURED && payload.length > CAPTURED_HEADER) {
    return {
      type: 'captured',
      stream: payload.readUInt16LE(2),
      receivedAt: payload.readDoubleLE(4),
      bytes: payload.subarray(CAPTURED_HEADER),
    };
  }
  if (payload[0] !== NOTE) return null;
  try {
    return { type: 'note', note: JSON.parse(payload.toString('utf8', 1)) as Note };
  } catch {
    return null;
  }
}
