import type { CarSample, Frame, SessionLine, SourceRecord } from '@okboxbox/protocol';
import { fillIn, foldRecord, type TimingState } from '@okboxbox/timing';

/** Frames of a relay are kept for this long, in s of the session clock: one that takes over goes on from them. */
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
  /** The primary's frames of late, the newest last. */
  frames: Frame[];
  /** Cars that the primary does not see any more and another relay may still see: its first frame without each. */
  readonly held: Map<number, Frame>;
}

export function createMerge(): MergeState {
  return { primary: null, others: new Map(), frames: [], held: new Map() };
}

/**
 * Folds a record of one of a session's relays. The primary's are folded as they are. The others' frames give the cars
 * that the primary does not see, at their own time on the sim's session clock, and nothing else: a car counts as unseen
 * where neither the primary's frame before that time nor the one after it has it. So a relay that is ahead, or behind,
 * of the primary adds nothing to what it sees itself.
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
  other.frames = kept(other.frames, record);
  // Ahead of the primary: its turn comes with the primary's next frame.
  if (record.sessionTime <= (merge.frames.at(-1)?.sessionTime ?? -1)) fill(merge, timing, record);
}

/** Another relay is the primary from now on; what it has told beyond the timing is folded first. */
export function promote(merge: MergeState, timing: TimingState, stream: number): void {
  const { primary } = merge;
  if (stream === primary) return;
  const promoted = otherOf(merge, stream);
  merge.others.delete(stream);
  if (primary !== null) merge.others.set(primary, { session: timing.session, frames: merge.frames });
  merge.primary = stream;
  const from = timing.sessionTime ?? -1;
  merge.frames = promoted.frames.filter(({ sessionTime }) => sessionTime <= from);
  if (promoted.session !== null) foldRecord(timing, promoted.session);
  for (const frame of promoted.frames) if (frame.sessionTime > from) foldPrimary(merge, timing, frame);
}

function foldPrimary(merge: MergeState, timing: TimingState, record: SourceRecord): void {
  if (record.kind !== 'frame') {
    foldRecord(timing, record);
    return;
  }
  const before = merge.frames.at(-1)?.sessionTime ?? -1;
  const isAlone = merge.others.size === 0;
  merge.frames = isAlone ? [record] : kept(merge.frames, record);
  if (isAlone) {
    foldRecord(timing, record);
    return;
  }
  for (const frame of between(merge, before, record.sessionTime)) fill(merge, timing, frame);
  foldRecord(timing, withoutHeld(merge, timing, record));
}

/** The others' frames of a stretch of time, in its order. */
function between({ others }: MergeState, after: number, to: number): Frame[] {
  const frames = [...others.values()].flatMap((other) => other.frames);
  const found = frames.filter(({ sessionTime }) => sessionTime > after && sessionTime <= to);
  return found.sort((a, b) => a.sessionTime - b.sessionTime);
}

/** Folds the cars of another relay's frame that the primary saw neither before it nor after. */
function fill(merge: MergeState, timing: TimingState, frame: Frame): void {
  const before = merge.frames.findLast(({ sessionTime }) => sessionTime <= frame.sessionTime);
  const after = merge.frames.find(({ sessionTime }) => sessionTime >= frame.sessionTime);
  if (before === undefined || after === undefined) return;
  const seen = new Set([before, after].flatMap(({ cars }) => cars.filter(isSeen).map(({ car }) => car)));
  const cars = frame.cars.filter((sample) => isSeen(sample) && !seen.has(sample.car));
  if (cars.length === 0) return;
  for (const { car } of cars) merge.held.delete(car);
  fillIn(timing, { ...frame, cars });
}

/**
 * The frame without cars that only another relay sees: their own samples say where they are. Until that relay has come
 * as far as this frame nobody knows whether it does; a car that it does not see either left when the primary lost it.
 */
function withoutHeld(merge: MergeState, timing: TimingState, frame: Frame): Frame {
  const { held } = merge;
  if (held.size === 0 && frame.cars.every(isSeen)) return frame;
  const shown = shownBy(merge, frame.sessionTime);
  const cars: CarSample[] = [];
  for (const sample of frame.cars) {
    const isHeld = !isSeen(sample) && shown.has(sample.car);
    if (!isHeld) {
      leaveSince(merge, timing, sample.car);
      cars.push(sample);
    } else if (!held.has(sample.car)) held.set(sample.car, frame);
  }
  return { ...frame, cars };
}

/** Cars that other relays show at a session time, by their newest frame up to then. */
function shownBy({ others }: MergeState, sessionTime: number): Set<number> {
  const shown = new Set<number>();
  for (const { frames } of others.values()) {
    const newest = frames.findLast((frame) => frame.sessionTime <= sessionTime);
    if (newest === undefined || sessionTime - newest.sessionTime > SHOWN_S) continue;
    for (const sample of newest.cars) if (isSeen(sample)) shown.add(sample.car);
  }
  return shown;
}

/** A car that was held has been away since the primary's first frame without it. */
function leaveSince({ held }: MergeState, timing: TimingState, car: number): void {
  const since = held.get(car);
  if (since === undefined) return;
  held.delete(car);
  fillIn(timing, { ...since, cars: since.cars.filter((sample) => sample.car === car) });
}

function kept(frames: readonly Frame[], newest: Frame): Frame[] {
  return [...frames.filter(({ sessionTime }) => newest.sessionTime - sessionTime < KEPT_S), newest];
}

function isSeen({ pct, surface }: CarSample): boolean {
  return pct > -1 && surface !== 'notInWorld';
}

function otherOf({ others }: MergeState, stream: number): OtherStream {
  let other = others.get(stream);
  if (other === undefined) {
    other = { session: null, frames: [] };
    others.set(stream, other);
  }
  return other;
}
