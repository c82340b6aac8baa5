import { setTimeout as wait } from 'node:timers/promises';
import { decodeRecord, readRecord, type SessionLine, type SourceRecord } from '@okboxbox/protocol';
import { RaceOrder } from '../timeline/race-order.js';
import type { Captured, Lsn, Note } from '../timeline/segment-format.js';
import { OwnCars } from './own-cars.js';
import type { Session } from './session.js';

/** Between two looks at what a running session has written, in ms. */
const LOOK_MS = 250;

export interface RecordsOptions {
  /** Car numbers whose own data is given; that of all other cars is left out. */
  readonly ownCars: ReadonlySet<string>;
  /** A running session whose records to go on with as they come, until it ends. */
  readonly live?: Session;
  /** Aborted when nobody wants them any more: what waits for more of a running session ends then. */
  readonly signal?: AbortSignal;
}

/**
 * What relays captured of a session, from its timeline, in the order of the race. Where records are left out that a relay
 * is to send later, one that follows waits for them.
 */
export async function* recordsOf(dir: string, { ownCars, live, signal }: RecordsOptions): AsyncGenerator<SourceRecord> {
  let from: Lsn = 0;
  const order = new RaceOrder(dir);
  const own = new OwnFilter(ownCars);
  for (;;) {
    // Asked before reading: what comes while the last part is read is read, too.
    const isOver = live === undefined || live.state.status.status === 'ended';
    // A record that is just being written looks cut off; it is read the next time.
    const records = order.read({
      openGaps: isOver ? 'in-place' : 'stop',
      repair: false,
      onDamage: () => undefined,
      from,
    });
    try {
      let next = await records.next();
      for (; !next.done; next = await records.next()) {
        const entry = next.value.record;
        if (entry.type === 'note') own.note(entry.note);
        else yield* own.filter(entry);
      }
      from = next.value;
    } finally {
      // A reader that stops leaves no file open.
      await records.return(from);
    }
    if (isOver) return;
    await wait(LOOK_MS, undefined, { ...(signal && { signal }) }).catch(() => undefined);
    if (signal?.aborted) return;
  }
}

/** Leaves own-car data in a recording where it is that of a car asked for, as the live room decided it. */
class OwnFilter {
  readonly #wanted: ReadonlySet<string>;
  readonly #own = new OwnCars();
  readonly #lines = new Map<number, SessionLine>();
  /** Readers of the recording match own-car data by the session line given last. */
  #given: SessionLine | null = null;

  constructor(wanted: ReadonlySet<string>) {
    this.#wanted = wanted;
  }

  note(note: Note): void {
    this.#own.takeNote(note);
  }

  /** The record, behind its sender's session line where its own-car data would otherwise be read by another one. */
  *filter({ stream, receivedAt, bytes }: Captured): Generator<SourceRecord> {
    const record = decodeRecord(readRecord(bytes));
    const judged = this.#own.take(stream, record, receivedAt);
    if (record.kind === 'session') {
      this.#lines.set(stream, record);
      this.#given = record;
    }
    if (record.kind !== 'frame' || record.own === undefined) {
      yield record;
      return;
    }
    const { own, ...rest } = record;
    if (judged.kind !== 'given' || !this.#wanted.has(judged.carNumber)) {
      yield rest;
      return;
    }
    const line = this.#lines.get(stream) ?? null;
    if (line !== null && numberIn(this.#given, own.car) !== judged.carNumber) {
      this.#given = line;
      yield line;
    }
    yield record;
  }
}

function numberIn(line: SessionLine | null, car: number): string | undefined {
  return line?.entries.find((entry) => entry.car === car)?.carNumber;
}
