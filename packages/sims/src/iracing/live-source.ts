import type { SourceRecord } from '@okboxbox/protocol';
import type { PaceClock } from '../pace.js';
import type { ReadOptions, Source } from '../source.js';
import { MemoryReader } from './memory-reader.js';
import { SimCamera, type SimMessage } from './sim-camera.js';
import { SimRecords } from './sim-records.js';
import { LayoutError } from './telemetry-header.js';

/** The memory that a running sim shares. */
export interface SimMemory {
  /** A view of the memory itself: it changes under the reader. */
  readonly bytes: Uint8Array;
  /** Resolves when the sim has written a row, or after `ms`; never holds up the sim. */
  nextRow(ms: number): Promise<void>;
  close(): void;
}

/** Where a running sim's memory is found. */
export interface SimLink {
  /** The memory, or `null` while no sim shares one. */
  open(): SimMemory | null;
  /** Sends a message to the sim's window; waits for nothing, and hears of no answer. */
  send(message: SimMessage): void;
}

/** How often a sim that is not there, or in no session, is looked for, in ms. */
const LOOK_AGAIN_MS = 1_000;
/** Without a new row for this long, the sim is gone, whatever its memory says. */
const GONE_MS = 30_000;
/** The sim writes a row every 16 ms; the wait for the next begins this much before it is due. */
const EARLY_MS = 25;
const ROW_WAIT_MS = 50;
/** A wait that ended without a row, so that none is asked for without end. */
const NO_ROW_MS = 4;
/** Rows that go on for this long while the session clock stands still are a replay. */
const REPLAY_AFTER_MS = 1_000;

/**
 * A running iRacing as a source: rows `hz()` times a second, for as long as it is read. It waits for the sim, goes on
 * with its next session, and waits again when the sim is closed.
 */
export function openLive(link: SimLink, spec: string, hz: () => number, clock: PaceClock): Source {
  const camera = new SimCamera();
  return {
    info: { kind: 'iracing', spec, sim: 'iracing', playback: false, rateHz: hz() },
    read: (options) => liveRecords({ link, hz, clock, camera }, options ?? {}),
    askCamera: (request) => link.send(camera.messageFor(request)),
  };
}

/** What a running sim is read with. */
interface LiveDeps {
  readonly link: SimLink;
  readonly hz: () => number;
  readonly clock: PaceClock;
  readonly camera: SimCamera;
}

async function* liveRecords(deps: LiveDeps, options: ReadOptions): AsyncGenerator<SourceRecord> {
  const { link, clock, camera } = deps;
  const { signal, onState } = options;
  onState?.('sim-not-running');
  while (!signal?.aborted) {
    const memory = link.open();
    if (memory !== null) {
      try {
        yield* sessionRecords(memory, deps, options);
      } catch (error) {
        if (!(error instanceof LayoutError)) throw error;
        // The sim makes its headers while it starts.
        options.onTrouble?.({ message: `iRacing's memory cannot be read yet: ${error.message}. Trying again.` });
      } finally {
        camera.leave();
        memory.close();
      }
    }
    await clock.wait(LOOK_AGAIN_MS, signal);
  }
}

/** Records until the sim leaves its session, or is gone. */
async function* sessionRecords(
  memory: SimMemory,
  { hz, clock, camera }: LiveDeps,
  { signal, onState }: ReadOptions,
): AsyncGenerator<SourceRecord> {
  const reader = new MemoryReader(memory.bytes);
  if (!reader.isConnected) return;
  // What lies there already may be of a session before.
  reader.newestRow();
  const records = new SimRecords();
  let due = clock.now();
  let rowAt = clock.now();
  let wentOnAt = clock.now();
  let state: 'connected' | 'replay' | null = null;
  while (!signal?.aborted && reader.isConnected && clock.now() - rowAt < GONE_MS) {
    const early = due - EARLY_MS - clock.now();
    if (early > 0) await clock.wait(early, signal);
    await memory.nextRow(ROW_WAIT_MS);
    const row = reader.newestRow();
    if (row === null) {
      await clock.wait(NO_ROW_MS, signal);
      continue;
    }
    const now = clock.now();
    rowAt = now;
    // Each is due a step after the one before was, so that the rate holds; what was missed is not made up for.
    const step = 1000 / hz();
    due = Math.max(due + step, now - step);
    const before = records.sessionTime;
    const text = reader.takeText();
    if (text !== null) camera.takeText(text);
    camera.takeRow(row);
    const told = records.take(row, text, Date.now());
    if (records.sessionTime !== before) wentOnAt = now;
    const isReplay = now - wentOnAt >= REPLAY_AFTER_MS;
    if (state !== (isReplay ? 'replay' : 'connected')) {
      state = isReplay ? 'replay' : 'connected';
      onState?.(state);
    }
    yield* told;
  }
  if (!signal?.aborted) onState?.('left');
}
