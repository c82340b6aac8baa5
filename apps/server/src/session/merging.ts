import type { Frame, SessionLine, SourceRecord } from '@okboxbox/protocol';
import { fillIn, foldRecord, type TimingState } from '@okboxbox/timing';

/** Frames of other relays are kept for this long, in s of the session clock: one that takes over goes on from them. */
const KEPT_S = 2;
/** A car that another relay has shown within this time, in s, is not gone because the primary does not see it. */
const SHOWN_S = 1.5;

interface OtherStream {
  session: SessionLine | null;
  frames: Frame[];
}

/** How several relays of one session are put together, as plain data. */
export interface MergeState {
  /** The stream that timing is made of; `null` before the first record. */
  primary: number | null;
  /** What the others have told lately, by stream. */
  readonly others: Map<number, OtherStream>;
  /** The primary's newest frame. */
  newest: Frame | null;
}

export function createMerge(): MergeState {
  return { primary: null, others: new Map(), newest: null };
}

/**
 * Folds a record of one of a session's relays. The primary's are folded as they are; the others' frames give the cars
 * that the primary does not see, at their own time on the sim's session clock, and nothing else.
 */
export function mergeRecord(merge: MergeState, timing: TimingState, stream: number, record: SourceRecord): void {
  merge.primary ??= stream;
  if (stream === merge.primary) {
    foldPrimary(merge, timing, record);
    return;
  }
  const other = otherOf(merge, stream);
  if (record.kind === 'session') other.session = record;
  if (record.kind !== 'frame') return;
  other.frames = other.frames.filter(({ sessionTime }) => record.sessionTime - sessionTime < KEPT_S);
  other.frames.push(record);
  fill(merge, timing, record);
}

/** Another relay is the primary from now on; what it has told beyond the timing is folded first. */
export function promote(merge: MergeState, timing: TimingState, stream: number): void {
  const { primary } = merge;
  if (stream === primary) return;
  const promoted = otherOf(merge, stream);
  merge.others.delete(stream);
  const left = merge.newest === null ? [] : [merge.newest];
  if (primary !== null) merge.others.set(primary, { session: timing.session, frames: left });
  merge.primary = stream;
  if (promoted.session !== null) foldRecord(timing, promoted.session);
  for (const frame of promoted.frames) {
    if (frame.sessionTime > (timing.sessionTime ?? -1)) foldPrimary(merge, timing, frame);
  }
}

function foldPrimary(merge: MergeState, timing: TimingState, record: SourceRecord): void {
  if (record.kind !== 'frame') {
    foldRecord(timing, record);
    return;
  }
  foldRecord(timing, merge.others.size === 0 ? record : withoutShown(merge, record));
  merge.newest = record;
}

/** The frame without cars that only another relay sees: their own samples say where they are. */
function withoutShown({ others }: MergeState, frame: Frame): Frame {
  if (frame.cars.every(({ pct }) => pct > -1)) return frame;
  const shown = new Set<number>();
  for (const { frames } of others.values()) {
    const newest = frames.at(-1);
    if (newest === undefined || frame.sessionTime - newest.sessionTime > SHOWN_S) continue;
    for (const { car, pct } of newest.cars) if (pct > -1) shown.add(car);
  }
  return { ...frame, cars: frame.cars.filter(({ car, pct }) => pct > -1 || !shown.has(car)) };
}

function fill({ newest }: MergeState, timing: TimingState, frame: Frame): void {
  if (newest === null) return;
  const seen = new Set(newest.cars.flatMap(({ car, pct }) => (pct > -1 ? [car] : [])));
  const cars = frame.cars.filter(({ car, pct }) => pct > -1 && !seen.has(car));
  if (cars.length > 0) fillIn(timing, { ...frame, cars });
}

function otherOf({ others }: MergeState, stream: number): OtherStream {
  let other = others.get(stream);
  if (other === undefined) {
    other = { session: null, frames: [] };
    others.set(stream, other);
  }
  return other;
}
