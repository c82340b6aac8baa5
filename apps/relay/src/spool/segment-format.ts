import { crc32 } from 'node:zlib';
import { MAX_RECORD_BYTES, readRecord, type WireRecord } from '@okboxbox/protocol';

/**
 * How spooled records lie on disk, so that a reader knows what is whole and finds its way behind what is not.
 *
 *   segment  8 bytes magic · records
 *   record   u32 length of the payload · u32 CRC-32 of the payload · payload
 *   payload  f64 captured at, milliseconds since the epoch · the record as it is sent, which says its number
 */
export const MAGIC = Buffer.from('OBBSP\0\0\x01', 'latin1');
const FRAMING = 8;
const CAPTURED_AT = 8;
/** Bytes of a record on disk beside those that are sent. */
export const OVERHEAD = FRAMING + CAPTURED_AT;
/** Where the record as it is sent has the length of its body, and how long it is without that. */
const WIRE_HEADER = 12;

/** A packed record with its number. */
export interface Spooled {
  readonly seq: number;
  /** As it is sent. */
  readonly bytes: Uint8Array;
  /** When it was captured, milliseconds since the epoch. */
  readonly at: number;
}

/** A whole record in a segment's bytes. */
export interface Found extends Spooled {
  readonly kind: WireRecord['kind'];
  /** Where it begins, and where the next would. */
  readonly start: number;
  readonly end: number;
}

/** A record framed for a segment. */
export function frameSpooled({ bytes, at }: Spooled): Buffer {
  const framed = Buffer.allocUnsafe(OVERHEAD + bytes.length);
  framed.writeUInt32LE(CAPTURED_AT + bytes.length, 0);
  framed.writeDoubleLE(at, FRAMING);
  framed.set(bytes, OVERHEAD);
  framed.writeUInt32LE(crc32(framed.subarray(FRAMING)), 4);
  return framed;
}

/** The framed record at an offset of a segment's bytes; `null` where there is none that is whole. */
export function spooledAt(bytes: Buffer, start: number): Found | null {
  const body = start + OVERHEAD;
  if (start < 0 || body + WIRE_HEADER > bytes.length) return null;
  const length = bytes.readUInt32LE(start);
  // Both lengths must agree: so all but a few places of any damage are passed without a sum over what follows.
  if (length > CAPTURED_AT + MAX_RECORD_BYTES || length !== CAPTURED_AT + WIRE_HEADER + bytes.readUInt32LE(body)) {
    return null;
  }
  const end = start + FRAMING + length;
  if (end > bytes.length || crc32(bytes.subarray(start + FRAMING, end)) !== bytes.readUInt32LE(start + 4)) return null;
  try {
    const { seq, kind, bytes: sent } = readRecord(bytes.subarray(body, end));
    return { seq, kind, bytes: sent, at: bytes.readDoubleLE(start + FRAMING), start, end };
  } catch {
    return null;
  }
}

/**
 * All whole records in a segment's bytes whose numbers rise within bounds. Behind damage it looks at each byte for the
 * next that is whole; what is overwritten in the middle costs what was there and no more.
 */
export function* wholeRecords(bytes: Buffer, first: number, last: number): Generator<Found> {
  let next = first;
  for (let offset = MAGIC.length; offset < bytes.length; ) {
    const found = spooledAt(bytes, offset);
    if (found !== null && found.seq >= next && found.seq <= last) {
      yield found;
      next = found.seq + 1;
      offset = found.end;
    } else {
      offset += 1;
    }
  }
}
