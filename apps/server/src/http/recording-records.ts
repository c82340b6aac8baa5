import { setTimeout as wait } from 'node:timers/promises';
import { decodeRecord, readRecord, type SessionLine, type SourceRecord } from '@okboxbox/protocol';
import type { Session } from '../session/session.js';
import { RaceOrder } from '../timeline/race-order.js';
import type { TimelinePosition } from '../timeline/segment-format.js';

/** Between two looks at what a running session has written, in ms. */
const LOOK_MS = 250;

export interface RecordsOptions {
  /** Called with each session line, before it is given. */
  readonly onSession: (line: SessionLine) => void;
  /** A running session whose records to go on with as they come, until it ends. */
  readonly live?: Session;
  /** Aborted when nobody wants them any more: what waits for more of a running session ends then. */
  readonly signal?: AbortSignal;
}

/**
 * What relays captured of a session, from its timeline, in the order of the race. Where records are left out that a relay
 * is to send later, one that follows waits for them.
 */
export async function* recordsOf(
  dir: string,
  { onSession, live, signal }: RecordsOptions,
): AsyncGenerator<SourceRecord> {
  let from: TimelinePosition = { segment: 1, offset: 0 };
  const order = new RaceOrder(dir);
  for (;;) {
    // Asked before reading: what comes while the last part is read is read, too.
    const isOver = live === undefined || live.state.status.status === 'ended';
    // A record that is just being written looks cut off; it is read the next time.
    const records = order.read({
      openGaps: isOver ? 'in-place' : 'stop',
      mend: false,
      onDamage: () => undefined,
      from,
    });
    try {
      let next = await records.next();
      for (; !next.done; next = await records.next()) {
        const entry = next.value.record;
        if (entry.type !== 'captured') continue;
        const record = decodeRecord(readRecord(entry.bytes));
        if (record.kind === 'session') onSession(record);
        yield record;
      }
      from = next.value;
    } finally {
      // Whoever stops reading leaves no file open.
      await records.return(from);
    }
    if (isOver) return;
    await wait(LOOK_MS, undefined, { ...(signal && { signal }) }).catch(() => undefined);
    if (signal?.aborted) return;
  }
}
