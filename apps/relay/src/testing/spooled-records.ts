import { readRecord } from '@okboxbox/protocol';
import type { Spool } from '../spool/spool.js';
import type { SpoolStream } from '../spool/spool-stream.js';
import type { Greeting } from '../spool/stream-folder.js';

/** What a stream of a run is greeted with. */
export const greeting = (run: string): Greeting => ({
  relayId: 'rig',
  run,
  version: '0',
  protocol: 1,
  source: 'test',
  sim: 'test',
  simSessionKey: '1:0',
  playback: false,
});

/** Bytes that a record takes on disk beside those that are sent. */
export const ON_DISK = 16;

/** The header of a record as it is sent, and zeros behind it: the first is a session line, the others are frames. */
export function recordBytes(seq: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, size - 12, true);
  view.setUint8(4, seq === 1 ? 1 : 0);
  view.setUint32(8, seq, true);
  return bytes;
}

/** Puts records into a stream, numbered on. */
export function fill(spool: Spool, stream: SpoolStream, count: number, size = 100): void {
  for (let i = 0; i < count; i++) {
    const seq = stream.last + 1;
    spool.put(stream, recordBytes(seq, size), 999 + seq, seq === 1 ? 'session' : 'frame');
  }
}

/** The numbers of all records that a stream still gives, as a target reads them: what is gone is passed. */
export async function all(stream: SpoolStream, from = stream.first): Promise<number[]> {
  const seqs: number[] = [];
  for (let next = stream.nextFrom(from); next <= stream.last; next = stream.nextFrom(next)) {
    for (const { seq, bytes } of await stream.read(next, 10_000, 64)) {
      if (readRecord(bytes).seq !== seq) throw new Error(`Record ${seq} has the bytes of ${readRecord(bytes).seq}.`);
      seqs.push(seq);
      next = seq + 1;
    }
  }
  return seqs;
}

/** Numbers from one to another. */
export const upTo = (last: number, first = 1): number[] =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i);
