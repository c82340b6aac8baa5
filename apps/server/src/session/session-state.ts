import {
  type Frame,
  type Lap,
  NOTHING_CUED,
  type OnAir,
  type Placed,
  type RaceEvent,
  type SessionSummary,
  type SourceRecord,
} from '@okboxbox/protocol';
import { createTiming, entryInfos, standings, type TimingState } from '@okboxbox/timing';
import type { Note } from '../timeline/segment-format.js';
import { type CaptureWitness, createWitness, latestCapture } from './latest-capture.js';
import { createMerge, type MergeState, mergeRecord, promote } from './merging.js';

/** Places that a summary names. */
const PODIUM = 3;

/** What a session is from its first moment. */
export interface SessionFacts {
  readonly sessionId: string;
  readonly show: string;
  readonly sim: string;
  readonly simSessionKey: string;
  readonly startedAt: number;
}

/** One relay's run within a session, and how far the server has it. */
export interface Stream {
  readonly stream: number;
  readonly relayId: string;
  readonly run: string;
  readonly playback: boolean;
  /** First and last sequence number taken, 0 before the first; all between were taken, too. */
  first: number;
  last: number;
  /** Last sequence number that is on disk. */
  synced: number;
  readonly witness: CaptureWitness;
}

export type SessionStatus =
  | { readonly status: 'live' }
  | { readonly status: 'ended'; readonly at: number; readonly reason: string };

/** A session's state as plain data, without the laps and race events: those are kept beside it. */
export interface SessionImage {
  readonly facts: SessionFacts;
  readonly streams: readonly Stream[];
  readonly status: SessionStatus;
  readonly receivedAt: number | null;
  readonly framesTotal: number;
  readonly at: number;
  readonly onAir: OnAir;
  readonly merge: MergeState;
  readonly timing: TimingState;
}

/**
 * All that a timeline says of its session: folded record by record, live and after a restart alike, so that
 * both give the same state.
 */
export class SessionState {
  readonly facts: SessionFacts;
  readonly timing: TimingState;
  readonly streams: Stream[] = [];
  status: SessionStatus = { status: 'live' };
  /** When the newest frame was received, on the server's clock. */
  receivedAt: number | null = null;
  framesTotal = 0;
  /**
   * The state's instant for whoever sees it later, on the server's clock: the latest at which anything in it can have
   * happened. It never falls back.
   */
  at: number;
  /** What directors have put on air, whether it has aired yet or not. */
  onAir: OnAir = NOTHING_CUED;
  /** The newest own-car data of each car whose relay sends some. Not part of the image: it is of that moment alone. */
  readonly own = new Map<number, { readonly data: NonNullable<Frame['own']>; readonly at: number }>();
  readonly merge: MergeState;

  constructor(facts: SessionFacts, timing: TimingState = createTiming(), merge: MergeState = createMerge()) {
    this.facts = facts;
    this.timing = timing;
    this.merge = merge;
    this.at = facts.startedAt;
  }

  /** The state that an image was made of. */
  static of(image: SessionImage, laps: Lap[], events: RaceEvent[]): SessionState {
    const state = new SessionState(image.facts, { ...image.timing, laps, events }, image.merge);
    state.streams.push(...image.streams.map((stream) => ({ ...stream, witness: { ...stream.witness } })));
    state.status = image.status;
    state.receivedAt = image.receivedAt;
    state.framesTotal = image.framesTotal;
    state.at = image.at;
    state.onAir = image.onAir;
    return state;
  }

  /** An image of this instant. It shares its parts with the state: pack it before anything else is folded. */
  image(): SessionImage {
    const { facts, streams, status, receivedAt, framesTotal, at, onAir, timing, merge } = this;
    return {
      facts,
      streams,
      status,
      receivedAt,
      framesTotal,
      at,
      onAir,
      merge,
      timing: { ...timing, laps: [], events: [] },
    };
  }

  /** Folds a record that a relay captured. */
  applyCaptured(stream: number, seq: number, receivedAt: number, record: SourceRecord): void {
    this.#take(stream, seq);
    this.#happened(stream, receivedAt, record);
    mergeRecord(this.merge, this.timing, stream, record);
    if (record.kind !== 'frame') return;
    this.receivedAt = receivedAt;
    this.framesTotal += 1;
    if (record.own) this.own.set(record.own.car, { data: record.own, at: receivedAt });
  }

  applyNote(note: Note): void {
    switch (note.note) {
      case 'began':
        break;
      case 'opened-stream':
        this.streams.push({
          stream: note.stream,
          relayId: note.relayId,
          run: note.run,
          playback: note.playback,
          first: 0,
          last: 0,
          synced: 0,
          witness: createWitness(),
        });
        break;
      case 'dropped':
        this.#take(note.stream, note.seq);
        break;
      case 'primary':
        promote(this.merge, this.timing, note.stream);
        break;
      case 'lost':
        this.#take(note.stream, note.from);
        this.#take(note.stream, note.to);
        break;
      case 'clock': {
        const { from, to, leastAheadMs } = note;
        const witness = this.streams[note.stream]?.witness;
        if (witness) witness.proof = { from, to, leastAheadMs };
        break;
      }
      case 'resumed':
        this.#shift(note.shiftMs);
        break;
      case 'cue':
        this.onAir = { ...this.onAir, ...note.set };
        this.#reach(note.at);
        break;
      case 'ended':
        this.status = { status: 'ended', at: note.at, reason: note.reason };
        this.#reach(note.at);
        break;
      default:
        note satisfies never;
    }
  }

  /** What the session list says. */
  summary(): SessionSummary {
    const { session } = this.timing;
    return {
      sessionId: this.facts.sessionId,
      show: this.facts.show,
      status: this.status.status,
      sim: this.facts.sim,
      track: session?.track.name ?? '',
      type: session?.type ?? 'practice',
      startedAt: this.facts.startedAt,
      lastFrameAt: this.receivedAt,
      endedAt: this.status.status === 'ended' ? this.status.at : null,
      entryCount: entryInfos(this.timing).length,
      podium: this.status.status === 'ended' ? this.#podium() : [],
    };
  }

  #podium(): Placed[] {
    const infos = new Map(entryInfos(this.timing).map((info) => [info.car, info]));
    return standings(this.timing)
      .slice(0, PODIUM)
      .flatMap(({ car, figures }) => {
        const info = infos.get(car);
        return info && figures.position !== null
          ? [{ position: figures.position, carNumber: info.carNumber, name: info.name }]
          : [];
      });
  }

  #happened(stream: number, receivedAt: number, record: SourceRecord): void {
    const witness = this.streams[stream]?.witness;
    const sessionTimeMs = record.kind === 'frame' ? record.sessionTime * 1000 : null;
    const times = { receivedAt, capturedAt: record.capturedAt, sessionTimeMs };
    this.#reach(witness ? latestCapture(witness, times) : receivedAt);
  }

  /** Moves what instants are kept of to the clock of a server that began again. */
  #shift(ms: number): void {
    this.at += ms;
    for (const { witness } of this.streams) {
      witness.proof = null;
      witness.frameAt += ms;
      if (witness.simStartMs !== null) witness.simStartMs += ms;
    }
  }

  #reach(at: number): void {
    this.at = Math.max(this.at, Math.ceil(at));
  }

  #take(stream: number, seq: number): void {
    const taken = this.streams[stream];
    if (taken === undefined) return;
    if (taken.first === 0) taken.first = seq;
    taken.last = seq;
  }
}
