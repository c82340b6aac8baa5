/** What two exchanges with a relay's clock prove: stamps between them are at least this far ahead of the server's clock. */
export interface ClockProof {
  /** Stamps of the exchanges, milliseconds on the relay's clock. */
  readonly from: number;
  readonly to: number;
  /** What the relay's clock is ahead, less the error bound. */
  readonly leastAheadMs: number;
}

/** What is known of when a stream's records were captured, as plain data. */
export interface CaptureWitness {
  /** The newest proof that a record needed. */
  proof: ClockProof | null;
  /**
   * Least that a frame was received after its instant on the sim's session clock, in ms: since a sim's clock goes as
   * time does, no frame can have been captured later than its session time and this.
   */
  simStartMs: number | null;
  /** The stream's newest frame; not there in what was stored before it was looked at. */
  newest?: SimInstant | null;
  /** Latest possible capture of the stream's newest frame. */
  frameAt: number;
  /** When the stream's newest record came; not there in what was stored before it was looked at. */
  heardAt?: number | null;
  /** The newest silence of the stream that the server saw: nothing of it came in between. */
  gap?: Gap | null;
}

/** From when to when nothing came, on the server's clock. */
interface Gap {
  readonly from: number;
  readonly to: number;
}

/** A frame on the two clocks that witness for it, and whether the sim's had stood before it. */
export interface SimInstant {
  /** When it came, on the server's clock; not there in what was stored before it was looked at. */
  readonly receivedAt?: number;
  readonly capturedAt: number;
  readonly sessionTimeMs: number;
  readonly hasStood: boolean;
}

/** A sim's clock that falls behind the stamps by more than this from one frame to the next has stood meanwhile, in ms. */
const STOOD_MS = 250;
/** Nothing of a stream for longer than this is a gap, in ms: the slowest relay sends twice a second. */
const GAP_MS = 1_000;

/** A record's times, in ms; `sessionTimeMs` where it is a frame. */
export interface Captured {
  readonly receivedAt: number;
  readonly capturedAt: number;
  readonly sessionTimeMs: number | null;
}

export function createWitness(): CaptureWitness {
  return { proof: null, simStartMs: null, newest: null, frameAt: 0, heardAt: null, gap: null };
}

/**
 * The latest instant at which a record can have been captured, on the server's clock: what a broadcast delay counts from
 * (contract, section 5; audience/SPEC.md, DLY-2). It is when the record was received, unless it is part of a backlog behind
 * a gap that the server saw itself and two witnesses agree that it is older: the relay's clock, proven by an exchange before
 * and one after, and the sim's own clock against what was received before. The later of the two is taken, and never one
 * earlier than the gap is long: both are the relay's to say, and both may drift or lie together.
 */
export function latestCapture(witness: CaptureWitness, captured: Captured): number {
  const { receivedAt } = captured;
  hear(witness, receivedAt);
  return notBeforeGap(witness, receivedAt, byWitnesses(witness, captured));
}

/** Notes that a record came, and whether the stream was silent before. */
function hear(witness: CaptureWitness, receivedAt: number): void {
  const { heardAt, simStartMs, frameAt } = witness;
  // What was stored before this was looked at says at least from when its frames are.
  const before = heardAt ?? (simStartMs === null ? receivedAt : Math.max(simStartMs, frameAt));
  if (receivedAt - before > GAP_MS) witness.gap = { from: before, to: receivedAt };
  witness.heardAt = Math.max(before, receivedAt);
}

/** What counts of an instant that is claimed: only one within the gap, and by its length at most. */
function notBeforeGap({ gap }: CaptureWitness, receivedAt: number, claimed: number): number {
  if (gap == null || claimed >= gap.to) return receivedAt;
  return Math.min(receivedAt, Math.max(claimed, gap.from, receivedAt - (gap.to - gap.from)));
}

function byWitnesses(witness: CaptureWitness, { receivedAt, capturedAt, sessionTimeMs }: Captured): number {
  const byClock = correctedCapture(witness.proof, capturedAt);
  if (sessionTimeMs === null) {
    // No clock of the sim speaks for it but that of the frames before it: a stamp that falls behind them is not believed, and
    // none is where there are no frames.
    const isBelieved = byClock !== null && witness.frameAt > 0 && byClock >= witness.frameAt;
    return isBelieved ? Math.min(receivedAt, byClock) : receivedAt;
  }
  const { newest } = witness;
  const hasStood = newest != null && stands(newest, capturedAt, sessionTimeMs);
  // What was received before a stand says nothing of what comes behind it, nor of the frame that ends it.
  const before = hasStood || newest?.hasStood === true ? null : witness.simStartMs;
  witness.newest = { receivedAt, capturedAt, sessionTimeMs, hasStood };
  const simStartMs = Math.min(before ?? Number.POSITIVE_INFINITY, receivedAt - sessionTimeMs);
  witness.simStartMs = simStartMs;
  const bySim = Math.ceil(sessionTimeMs + simStartMs);
  const at = byClock === null ? receivedAt : Math.min(receivedAt, Math.max(byClock, bySim));
  witness.frameAt = Math.max(witness.frameAt, at);
  return at;
}

/** Whether the sim's clock stood between two frames: it shows the same, or less has passed by it than by the stamps. */
function stands(newest: SimInstant, capturedAt: number, sessionTimeMs: number): boolean {
  const passed = sessionTimeMs - newest.sessionTimeMs;
  return passed <= 0 || capturedAt - newest.capturedAt - passed > STOOD_MS;
}

function correctedCapture(proof: ClockProof | null, capturedAt: number): number | null {
  if (proof === null || capturedAt < proof.from || capturedAt > proof.to) return null;
  return Math.ceil(capturedAt - proof.leastAheadMs);
}
