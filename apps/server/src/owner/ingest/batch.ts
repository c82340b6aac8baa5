import { MAX_BATCH_BYTES, splitBatch, WireError, type WireRecord } from '@okboxbox/protocol';
import { CallRefused } from '../../sockets/calls.js';

/** A batch that cannot be taken. */
export class BadBatch extends CallRefused {
  readonly because: string;

  constructor(code: 'too_large' | 'bad_request', because: string) {
    super(code, `relay:frames: ${because}.`);
    this.because = because;
  }
}

/**
 * The records of a batch, each with its own bytes.
 * @throws BadBatch where it is too large or damaged; nothing of it is taken then
 */
export function recordsOf(bytes: Uint8Array): WireRecord[] {
  if (bytes.length > MAX_BATCH_BYTES) {
    throw new BadBatch(
      'too_large',
      `a batch of ${bytes.length} bytes; at most ${MAX_BATCH_BYTES} are taken: send smaller batches`,
    );
  }
  try {
    return splitBatch(bytes);
  } catch (error) {
    if (error instanceof WireError) throw new BadBatch('bad_request', error.message);
    throw error;
  }
}
