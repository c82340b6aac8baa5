import { within } from './car-columns.js';
import { WireError } from './error.js';
import { decodeFrame, encodeFrame } from './frame-columns.js';
import { type SourceRecord, sourceRecord } from './recording.js';
import { decodeJson, encodeJson } from './text.js';

export { WireError } from './error.js';

/**
 * The wire between relay and server, rules WIR of SPEC.md: a batch of records, each with
 * its sequence number. Frames are binary columns (see `frame-columns.ts`), the rare rest is JSON.
 * Little-endian throughout.
 *
 *   batch   u8 version · u8 0 · u16 records · records
 *   record  u32 length of the body · u8 kind · u8 0 · u16 0 · u32 seq · body
 */

/** First byte of a batch and of every stored record's layout. */
export const WIRE_VERSION = 1;
/** Largest batch that the server takes, in bytes; relays keep below it. */
export const MAX_BATCH_BYTES = 1024 * 1024;
/** Most records in one batch. */
export const MAX_BATCH_RECORDS = 4_096;

const BATCH_HEADER = 4;
const RECORD_HEADER = 12;
const MAX_SEQ = 0xffff_ffff;
/** Largest record that a batch of its own can carry, in bytes with its header. */
export const MAX_RECORD_BYTES = MAX_BATCH_BYTES - BATCH_HEADER;
const KINDS = ['frame', 'session', 'results', 'message'] as const;

/** A record as it lies in a batch: its bytes are kept as received, header included. */
export interface WireRecord {
  readonly seq: number;
  readonly kind: SourceRecord['kind'];
  readonly bytes: Uint8Array;
}

/**
 * Packs one record. `seq` counts all records of a relay's run in a session, from 1.
 * @throws WireError where the record breaks its schema or is too large, so that what is packed is never refused.
 */
export function encodeRecord(record: SourceRecord, seq: number): Uint8Array {
  if (!Number.isInteger(seq)) throw new WireError(`sequence number ${seq} is not whole`);
  const body = record.kind === 'frame' ? encodeFrame(record) : encodeLine(record);
  const bytes = new Uint8Array(RECORD_HEADER + body.length);
  if (bytes.length > MAX_RECORD_BYTES) {
    throw new WireError(`a ${record.kind} record has ${bytes.length} bytes, at most ${MAX_RECORD_BYTES} can be sent`);
  }
  const view = new DataView(bytes.buffer);
  view.setUint32(0, body.length, true);
  view.setUint8(4, KINDS.indexOf(record.kind));
  view.setUint32(8, within(seq, 1, MAX_SEQ, 'sequence number'), true);
  bytes.set(body, RECORD_HEADER);
  return bytes;
}

/**
 * Joins packed records to one batch.
 * @throws WireError over `MAX_BATCH_BYTES` or `MAX_BATCH_RECORDS`.
 */
export function joinBatch(records: readonly Uint8Array[]): Uint8Array {
  const length = records.reduce((sum, record) => sum + record.length, BATCH_HEADER);
  checkLimits(length, records.length);
  const batch = new Uint8Array(length);
  batch[0] = WIRE_VERSION;
  new DataView(batch.buffer).setUint16(2, records.length, true);
  let offset = BATCH_HEADER;
  for (const record of records) {
    batch.set(record, offset);
    offset += record.length;
  }
  return batch;
}

/**
 * Cuts a batch into its records without decoding or copying them.
 * @throws WireError where the layout is broken or the batch is over a limit.
 */
export function splitBatch(batch: Uint8Array): WireRecord[] {
  if (batch.length < BATCH_HEADER) throw new WireError(`a batch has ${batch.length} bytes, at least 4 are needed`);
  if (batch[0] !== WIRE_VERSION) throw new WireError(`batch version ${batch[0]} is not ${WIRE_VERSION}`);
  const view = viewOf(batch);
  const count = view.getUint16(2, true);
  checkLimits(batch.length, count);
  const records: WireRecord[] = [];
  let offset = BATCH_HEADER;
  for (let i = 0; i < count; i++) {
    if (offset + RECORD_HEADER > batch.length) throw new WireError(`record ${i + 1} of ${count} is cut off`);
    const end = offset + RECORD_HEADER + view.getUint32(offset, true);
    if (end > batch.length) throw new WireError(`record ${i + 1} of ${count} is cut off`);
    records.push(recordAt(batch, view, offset, end));
    offset = end;
  }
  if (offset !== batch.length) throw new WireError(`${batch.length - offset} bytes follow the last record`);
  return records;
}

/** Reads back one record kept by `splitBatch`, as from a timeline. */
export function readRecord(bytes: Uint8Array): WireRecord {
  if (bytes.length < RECORD_HEADER) throw new WireError('a record is cut off');
  const view = viewOf(bytes);
  if (RECORD_HEADER + view.getUint32(0, true) !== bytes.length) throw new WireError('a record has the wrong length');
  return recordAt(bytes, view, 0, bytes.length);
}

/**
 * Unpacks a record. Frames get `seq` from the record.
 * @throws WireError where a value is out of range or the body does not fit the schema.
 */
export function decodeRecord(record: WireRecord): SourceRecord {
  const body = record.bytes.subarray(RECORD_HEADER);
  if (record.kind === 'frame') return decodeFrame(body, record.seq);
  return lineOf(body, record.kind);
}

function recordAt(bytes: Uint8Array, view: DataView, offset: number, end: number): WireRecord {
  const kind = KINDS[view.getUint8(offset + 4)];
  if (kind === undefined) throw new WireError(`record kind ${view.getUint8(offset + 4)} is unknown`);
  const seq = view.getUint32(offset + 8, true);
  if (seq === 0) throw new WireError('sequence numbers begin at 1');
  return { seq, kind, bytes: bytes.subarray(offset, end) };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function checkLimits(bytes: number, records: number): void {
  if (bytes > MAX_BATCH_BYTES) {
    throw new WireError(`a batch has ${bytes} bytes, at most ${MAX_BATCH_BYTES} are taken: send smaller batches`);
  }
  if (records > MAX_BATCH_RECORDS) {
    throw new WireError(`a batch has ${records} records, at most ${MAX_BATCH_RECORDS} are taken: send smaller batches`);
  }
}

function encodeLine(record: SourceRecord): Uint8Array {
  const body = encodeJson(record, `${record.kind} record`);
  // Read back at once: what the server would refuse must fail here, where the record can still be named.
  lineOf(body, record.kind);
  return body;
}

function lineOf(body: Uint8Array, kind: SourceRecord['kind']): SourceRecord {
  const parsed = sourceRecord.safeParse(decodeJson(body, `${kind} record`));
  if (!parsed.success) throw WireError.ofSchema(`${kind} record`, parsed.error);
  if (parsed.data.kind !== kind) throw new WireError(`a ${kind} record says it is a ${parsed.data.kind}`);
  return parsed.data;
}
