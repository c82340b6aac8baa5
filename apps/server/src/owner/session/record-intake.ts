import {
  decodeRecord,
  encodeRecord,
  type Frame,
  type RelayAhead,
  type RelayLost,
  readRecord,
  type SourceRecord,
  shownRecord,
  WireError,
  type WireRecord,
} from '@okboxbox/protocol';
import { ClockJumps } from './clock-jump.js';
import type { Feeders } from './feeders.js';
import type { FoldedTimeline, SessionDeps } from './folded-timeline.js';
import type { ClockProof } from './latest-capture.js';
import { ownRefusalText } from './own-cars.js';
import type { Receipt } from './receipt.js';
import { MAX_GAPS, missingOf, placeOf, type Stream } from './stream.js';

/** A record that looks younger than this need not be proven to be older, in ms. */
const YOUNG_MS = 250;
/** Why records are given up that a relay left out, when their session ends before they came. */
const NEVER_SENT = 'never_sent';

/** Takes relays' records into a session: each once and in order, and what relays have lost or send later. */
export class RecordIntake {
  readonly #timeline: FoldedTimeline;
  readonly #feeders: Feeders;
  readonly #deps: SessionDeps;
  readonly #jumps = new ClockJumps();
  /** Why each stream's own-car data is refused, as it was told last; `null` where it is given. */
  readonly #ownRefused = new Map<number, string | null>();
  /** What of a session that has ended is to be known before anything is added to it; `null` while it runs. */
  #reopening: { readonly shiftMs: number } | null = null;
  #isExtended = false;

  constructor(timeline: FoldedTimeline, feeders: Feeders, deps: SessionDeps) {
    this.#timeline = timeline;
    this.#feeders = feeders;
    this.#deps = deps;
  }

  get #sessionId(): string {
    return this.#timeline.state.facts.sessionId;
  }

  /** Whether it takes records of a session that has ended. */
  get isReopened(): boolean {
    return this.#reopening !== null;
  }

  /** Whether something was added to the session since it was reopened. */
  get isExtended(): boolean {
    return this.#isExtended;
  }

  /** Takes records although the session has ended; `shiftMs` is what the clock was set since. */
  reopen(shiftMs: number): void {
    this.#reopening = { shiftMs };
  }

  /**
   * Takes a record, once and in order: at the end of its stream, or of what fills a gap in it. `proof` is what is known of
   * the clock that it is stamped with. Without `mayShowCamera`, what a frame says of the camera is left out of it before it
   * is written: nothing later has to know whose it was.
   */
  receive(stream: Stream, sent: WireRecord, proof: ClockProof | null = null, mayShowCamera = true): Receipt {
    let wire = sent;
    const place = placeOf(stream, wire.seq);
    if (place === 'taken') return { receipt: 'duplicate' };
    if (place === 'later') return { receipt: 'gap' };
    if (!this.#timeline.hasRoom || !this.#takes) return { receipt: 'no_room' };
    // Up: what is received is never taken for older than it is.
    const receivedAt = Math.ceil(this.#deps.clock.now());
    this.noteLate(receivedAt);
    let cut: readonly string[] = [];
    let refused: { readonly camera?: 'refused' } = {};
    try {
      let record = decodeRecord(wire);
      const isRefused = !mayShowCamera && record.kind === 'frame' && record.camera !== undefined;
      if (isRefused) {
        const { camera: _, ...rest } = record as Frame;
        record = rest;
        wire = readRecord(encodeRecord(record, wire.seq));
        refused = { camera: 'refused' };
      }
      cut = shownRecord(record).cut;
      const { capturedAt, kind } = record;
      const { bytes, seq } = wire;
      if (record.kind === 'frame' && !stream.playback) {
        const times = { sessionTime: record.sessionTime, capturedAt, receivedAt };
        const because = this.#jumps.judge(stream.stream, stream.witness.newest ?? null, times);
        if (because !== null) {
          this.#drop(stream, wire, because, receivedAt);
          return { receipt: 'clock_jump', because };
        }
      }
      this.#timeline.taps.ingest.emit?.(
        this.#sessionId,
        stream.relayId,
        kind === 'frame',
        capturedAt,
        receivedAt,
        bytes.length,
        seq,
      );
      if (proof !== null) this.#noteProof(stream, proof, capturedAt, receivedAt);
      if (place === 'filling') this.#fill(stream, wire, receivedAt);
      else this.#take(stream, wire, record, receivedAt);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#drop(stream, wire, error.message, receivedAt);
      return { receipt: 'invalid', because: error.message };
    }
    return cut.length === 0 ? { receipt: 'taken', ...refused } : { receipt: 'taken', cut, ...refused };
  }

  /** Goes on behind a record that can never be taken. */
  #drop({ stream }: Stream, { seq, kind }: WireRecord, reason: string, at: number): void {
    this.#timeline.note({ note: 'dropped', stream, seq, kind, reason, at });
    this.#timeline.refoldWhereWhole();
  }

  /** Whether records are taken: of a session that has ended only once it is reopened. */
  get #takes(): boolean {
    return this.#timeline.state.status.status === 'live' || this.#reopening !== null;
  }

  /** Notes that what follows was added to a session that had ended, where it had. */
  noteLate(at: number): void {
    if (this.#reopening === null || this.#isExtended) return;
    this.#isExtended = true;
    const { shiftMs } = this.#reopening;
    if (shiftMs !== 0) this.#timeline.note({ note: 'resumed', shiftMs, at });
    this.#timeline.note({ note: 'late', at });
  }

  #take(stream: Stream, wire: WireRecord, record: SourceRecord, receivedAt: number): void {
    const reason =
      record.kind === 'frame'
        ? this.#feeders.takeover(stream, record.sessionTime, receivedAt, this.#timeline.state)
        : null;
    if (reason !== null) this.#promote(stream, reason, receivedAt);
    const place = this.#timeline.addRecord(stream, wire, record, receivedAt);
    const { timing, at } = this.#timeline.state;
    this.#timeline.taps.timing.emit?.(this.#sessionId, timing.phase, stream.relayId, wire.seq, at, place);
    this.#feeders.heard(stream, receivedAt);
    if (record.kind === 'frame' && record.own !== undefined) this.#tellOwn(stream);
    this.#timeline.changed();
    // The last one of a session that has ended stays from before what is added to it.
    if (this.#reopening === null) this.#timeline.checkpointAfterFrame(receivedAt);
  }

  /** Tells of own-car data that is refused, once for each reason until it is given again. */
  #tellOwn({ stream, relayId }: Stream): void {
    const judged = this.#timeline.state.ownJudgement;
    if (judged.kind === 'unused') return;
    const { carNumber } = judged;
    const told = judged.kind === 'given' ? null : `${judged.reason} ${carNumber}`;
    if ((this.#ownRefused.get(stream) ?? null) === told) return;
    this.#ownRefused.set(stream, told);
    if (judged.kind === 'given') return;
    const message = ownRefusalText(judged.reason, carNumber);
    const refused = { sessionId: this.#sessionId, relayId, reason: judged.reason, carNumber };
    this.#timeline.taps.ownRefusal.emit?.({ ...refused, message });
    this.#deps.log.warn(refused, message);
  }

  /** Keeps a record that its relay had left out; it is folded when all of them are here. */
  #fill(stream: Stream, wire: WireRecord, receivedAt: number): void {
    this.#timeline.addLateRecord(stream, wire, receivedAt);
    this.#timeline.refoldWhereWhole();
  }

  /**
   * Goes on behind records that a relay will never send; false where something before them is missing, too. What is here
   * already stays.
   */
  lost(stream: Stream, { from, to, reason }: RelayLost): boolean {
    if (!this.#takes) return false;
    const at = Math.round(this.#deps.clock.now());
    for (const missing of missingOf(stream, from, to)) {
      // What is missing before it is asked for first.
      if (placeOf(stream, missing.from) === 'later') return false;
      this.noteLate(at);
      this.#timeline.note({ note: 'lost', stream: stream.stream, ...missing, reason, at });
      this.#deps.log.warn(
        { sessionId: this.#sessionId, relayId: stream.relayId, ...missing, reason },
        'records are lost',
      );
    }
    this.#timeline.refoldWhereWhole();
    return true;
  }

  /**
   * A relay goes on behind records that it sends later; false where something before them is missing, or it has left out
   * `MAX_GAPS` parts that it has still to send.
   */
  goAhead(stream: Stream, { from, to }: RelayAhead): boolean {
    if (stream.last === 0 || from > stream.last + 1 || this.#timeline.state.status.status === 'ended') return false;
    if (to <= stream.last) return true;
    if (stream.gaps.length >= MAX_GAPS) return false;
    const at = Math.round(this.#deps.clock.now());
    this.#timeline.note({ note: 'went-ahead', stream: stream.stream, from: stream.last + 1, to, at });
    this.#deps.log.info({ sessionId: this.#sessionId, relayId: stream.relayId, from, to }, 'live frames go first');
    return true;
  }

  /** Gives up what relays left out and have not sent. */
  giveUpMissing(): void {
    for (const stream of this.#timeline.state.streams) {
      for (const { next: from, to } of [...stream.gaps]) {
        this.#timeline.note({
          note: 'lost',
          stream: stream.stream,
          from,
          to,
          reason: NEVER_SENT,
          at: Math.round(this.#deps.clock.now()),
        });
      }
    }
    this.#timeline.refoldWhereWhole();
  }

  /** Notes what is known of a stream's clock where a record needs it: one that has waited on the relay's side. */
  #noteProof(stream: Stream, proof: ClockProof, capturedAt: number, receivedAt: number): void {
    const known = stream.witness.proof;
    const isOld = receivedAt - (capturedAt - proof.leastAheadMs) > YOUNG_MS;
    if (!isOld || capturedAt < proof.from || capturedAt > proof.to) return;
    if (known !== null && known.to >= capturedAt && known.leastAheadMs === proof.leastAheadMs) return;
    this.#timeline.note({ note: 'clock', stream: stream.stream, ...proof, at: receivedAt });
  }

  #promote(stream: Stream, reason: string, at: number): void {
    this.#timeline.note({ note: 'primary', stream: stream.stream, reason, at });
    this.#timeline.taps.relay.emit?.('primary', this.#sessionId, stream.relayId, reason);
    this.#deps.log.info(
      { sessionId: this.#sessionId, relayId: stream.relayId, reason },
      'another relay is the primary',
    );
  }
}
