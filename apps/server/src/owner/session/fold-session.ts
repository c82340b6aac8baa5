import { decodeRecord, readRecord } from '@okboxbox/protocol';
import type { Logger } from '../../log.js';
import { RaceOrder } from '../timeline/race-order.js';
import { type Damage, segmentsOf } from '../timeline/read-timeline.js';
import type { Lsn, TimelineRecord } from '../timeline/segment-format.js';
import { type RestoredCheckpoint, readCheckpoint, readCheckpointBefore, removeCheckpoints } from './checkpoint-file.js';
import type { Logged } from './checkpoints.js';
import { SessionState } from './session-state.js';
import { takenOf } from './stream.js';
import { type Loss, LossCount } from './timeline-loss.js';

/** A session's state as folded from disk, and how much of its race log belongs to it. */
export interface FoldedSession {
  readonly state: SessionState;
  readonly logged: Logged;
  /** The last record of the timeline, as far as it was read: what is appended goes on from there. */
  readonly end: Lsn;
  /** What was lost in damaged places of what was read; absent where nothing was. */
  readonly loss?: Loss;
}

export const NOTHING_LOGGED: Logged = { bytes: 0, laps: 0, events: 0, gaps: 0 };

/** Longest time that folding holds the event loop, in ms. */
const SLICE_MS = 5;

export interface FoldOptions {
  /** Cuts off a damaged end, for a session that goes on. */
  readonly repair: boolean;
  /** Folds up to and with this session time, in seconds; to the end where absent. */
  readonly until?: number;
  /** Begins at a checkpoint of this instant, on the server's clock, or before: what comes after it is folded. */
  readonly from?: number;
  /** Hears of the state before and after each record that is folded; before the first there is none. */
  readonly beforeRecord?: (state: SessionState, record: TimelineRecord) => void;
  readonly onRecord?: (state: SessionState, record: TimelineRecord) => void;
  /** Reads the timeline up to this record; to its end where absent. */
  readonly to?: Lsn;
  /** Hears of what was lost, also where nothing can be folded of the rest. */
  readonly onLoss?: (loss: Loss) => void;
  readonly log: Logger;
}

/**
 * Folds a session from disk, in the order of the race: from its checkpoint on where there is one that can be used, else
 * its whole timeline. What a relay went ahead of is left out until all of it is here.
 * Returns `null` where the timeline does not even say what session it is.
 */
export async function foldSession(dir: string, options: FoldOptions): Promise<FoldedSession | null> {
  const { repair, to, log, onLoss } = options;
  const count = new LossCount(repair);
  const onDamage = (damage: Damage) => {
    count.damaged(damage);
    if (damage.isInterrupted)
      log.warn({ dir, ...damage }, 'the end of a timeline was not written whole; it is cut off');
    else log.error({ dir, ...damage }, 'a timeline is damaged; the records there are lost');
  };
  const checkpoint = await checkpointOf(dir, options);
  const { state, logged } = checkpoint ?? { state: null, logged: NOTHING_LOGGED };
  const from = checkpoint?.position;
  const order = new RaceOrder(dir);
  const records = order.read({
    openGaps: 'late',
    repair,
    onDamage,
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  });
  const folded = await foldFrom(state, records, options, count);
  const { loss } = count;
  if (loss !== null) onLoss?.(loss);
  if (folded === null) return null;
  // What was read from the disk is on it.
  for (const stream of folded.streams) stream.synced = takenOf(stream);
  return { state: folded, logged, end: order.end, ...(loss && { loss }) };
}

/** Folds an ended session from its whole timeline; `null` where it is not here. Its checkpoints are of the fold before, and go. */
export async function foldAnew(
  dir: string,
  options: Pick<FoldOptions, 'onLoss' | 'log'>,
): Promise<SessionState | null> {
  if ((await segmentsOf(dir)).length === 0) return null;
  await removeCheckpoints(dir);
  return (await foldSession(dir, { repair: false, ...options }))?.state ?? null;
}

async function checkpointOf(
  dir: string,
  { until, from, log }: FoldOptions,
): Promise<(Pick<FoldedSession, 'state' | 'logged'> & Pick<RestoredCheckpoint, 'position'>) | null> {
  try {
    const found = from === undefined ? await readCheckpoint(dir, until) : await readCheckpointBefore(dir, from);
    if (found === null) return null;
    const { image, laps, events, gaps, position, raceLogBytes } = found;
    const logged = { bytes: raceLogBytes, laps: laps.length, events: events.length, gaps: gaps.length };
    return { state: SessionState.of(image, laps, [...events], gaps), logged, position };
  } catch (error) {
    // Whatever is wrong with it, the timeline has everything.
    log.warn({ dir, because: (error as Error).message }, 'a checkpoint cannot be used; the whole timeline is folded');
    return null;
  }
}

async function foldFrom(
  begun: SessionState | null,
  records: ReturnType<RaceOrder['read']>,
  { until = Number.POSITIVE_INFINITY, beforeRecord, onRecord }: FoldOptions,
  count: LossCount,
): Promise<SessionState | null> {
  let state = begun;
  let sliceEnd = performance.now() + SLICE_MS;
  for await (const { record, late } of records) {
    if (state === null) {
      if (record.type !== 'note' || record.note.note !== 'began') return null;
      const { sessionId, show, sim, simSessionKey, at } = record.note;
      state = new SessionState({ sessionId, show, sim, simSessionKey, startedAt: at });
    }
    beforeRecord?.(state, record);
    count.follows(record.type === 'note' ? record.note.at : record.receivedAt);
    if (record.type === 'note') state.applyNote(record.note);
    else {
      // The bytes were checked when they were taken.
      const wire = readRecord(record.bytes);
      if (late) {
        state.applyLate(record.stream, wire.seq);
        continue;
      }
      count.skips(state.streams[record.stream], wire.seq);
      const captured = decodeRecord(wire);
      if (captured.kind === 'frame' && captured.sessionTime > until) return state;
      state.applyCaptured(record.stream, wire.seq, record.receivedAt, captured);
    }
    onRecord?.(state, record);
    if (performance.now() >= sliceEnd) {
      await new Promise((resolve) => setImmediate(resolve));
      sliceEnd = performance.now() + SLICE_MS;
    }
  }
  return state;
}
