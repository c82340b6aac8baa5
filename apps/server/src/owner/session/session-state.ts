import {
  type Lap,
  NOTHING_CUED,
  type OnAir,
  type Placed,
  type RaceEvent,
  type SessionSummary,
  type SourceRecord,
  shownRecord,
  type TopicRow,
} from '@okboxbox/protocol';
import {
  createShape,
  createTiming,
  entryInfos,
  hasFinished,
  learnShape,
  shapeOn,
  standings,
  TIMING_RULES_VERSION,
  type TimingState,
  type TrackShape,
  withVerdicts,
} from '@okboxbox/timing';
import type { Note } from '../timeline/segment-format.js';
import { type CameraCar, cameraAfter } from './camera-car.js';
import { type GapSamples, sampleGaps } from './gap-samples.js';
import { createWitness, latestCapture } from './latest-capture.js';
import { createMerge, type MergeState, mergeRecord, promote } from './merging.js';
import { OwnCars, type OwnImage, type OwnJudgement } from './own-cars.js';
import { RaceLogs } from './race-logs.js';
import { goAhead, type Stream, take } from './stream.js';

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

/** What is folded into a session's state: a record that a relay captured, or a note. */
export type Foldable =
  | {
      readonly type: 'captured';
      readonly stream: number;
      readonly seq: number;
      readonly receivedAt: number;
      readonly record: SourceRecord;
    }
  | { readonly type: 'note'; readonly note: Note };

export type SessionStatus =
  | { readonly status: 'live' }
  | { readonly status: 'ended'; readonly at: number; readonly reason: string };

/** A session's state as plain data, without the laps, race events and samples of gaps: those are kept beside it. */
export interface SessionImage {
  readonly facts: SessionFacts;
  readonly streams: readonly Stream[];
  readonly status: SessionStatus;
  readonly receivedAt: number | null;
  readonly framesTotal: number;
  readonly at: number;
  readonly onAir: OnAir;
  readonly camera: CameraCar | null;
  readonly merge: MergeState;
  readonly own: OwnImage;
  readonly gapStep: number;
  readonly shape: TrackShape;
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
  /** When the newest record came that was added after the end; `null` where none was. None is in an image. */
  lateAt: number | null = null;
  /** When the newest frame was received, on the server's clock. */
  receivedAt: number | null = null;
  framesTotal = 0;
  /** Goes up with everything that is folded: what was made of the state counts as long as this is the same. */
  revision = 0;
  /**
   * The state's instant for viewers who see it later, on the server's clock: the latest at which anything in it can have
   * happened. It never falls back.
   */
  at: number;
  /** What directors have put on air, whether it has aired yet or not. */
  onAir: OnAir = NOTHING_CUED;
  /** The car that the sim's camera shows; `null` where no relay says it. */
  camera: CameraCar | null = null;
  /** The track's shape, as far as it has been learned. */
  shape: TrackShape = createShape();
  /** Whose own-car data is whose. */
  readonly own: OwnCars;
  /** What became of the own-car data in the newest record. Not part of the image: it is of that moment alone. */
  ownJudgement: OwnJudgement = { kind: 'unused' };
  readonly merge: MergeState;
  readonly gaps: GapSamples = { rows: [], step: Number.NEGATIVE_INFINITY };
  /** The laps, race events and gaps of the session as the rows that viewers get. */
  readonly logs: RaceLogs;
  /**
   * How many laps and events there were when a relay first went ahead of something that is not here yet: what came after
   * may change. `null` where nothing is left out. Not part of the image: none is made of such a state.
   */
  provisionalFrom: { readonly laps: number; readonly events: number } | null = null;

  constructor(
    facts: SessionFacts,
    timing: TimingState = createTiming(),
    merge: MergeState = createMerge(),
    own: OwnCars = new OwnCars(),
  ) {
    this.facts = facts;
    this.timing = timing;
    this.merge = merge;
    this.own = own;
    this.logs = new RaceLogs({ timing, gaps: this.gaps.rows });
    this.at = facts.startedAt;
  }

  /** The state that an image was made of; `laps` as they were completed, which is how the race log has them. */
  static of(image: SessionImage, laps: readonly Lap[], events: RaceEvent[], gaps: readonly TopicRow[]): SessionState {
    const timing = { ...image.timing, laps: withVerdicts(laps, events), events };
    const state = new SessionState(image.facts, timing, image.merge, new OwnCars(image.own));
    state.streams.push(
      ...image.streams.map((stream) => ({ ...stream, gaps: [...stream.gaps], witness: { ...stream.witness } })),
    );
    state.status = image.status;
    state.receivedAt = image.receivedAt;
    state.framesTotal = image.framesTotal;
    state.at = image.at;
    state.onAir = image.onAir;
    state.camera = image.camera;
    for (const row of gaps) state.gaps.rows.push(row);
    state.gaps.step = image.gapStep;
    state.shape = image.shape;
    return state;
  }

  /** An image of this instant. It shares its parts with the state: pack it before anything else is folded. */
  image(): SessionImage {
    const { facts, streams, status, receivedAt, framesTotal, at, onAir, camera, shape, timing, merge } = this;
    return {
      facts,
      streams,
      status,
      receivedAt,
      framesTotal,
      at,
      onAir,
      camera,
      merge,
      own: this.own.image(),
      gapStep: this.gaps.step,
      shape,
      timing: { ...timing, laps: [], events: [] },
    };
  }

  apply(folded: Foldable): void {
    if (folded.type === 'note') this.applyNote(folded.note);
    else this.applyCaptured(folded.stream, folded.seq, folded.receivedAt, folded.record);
  }

  /** Laps and events that will not change any more. */
  get settled(): { readonly laps: number; readonly events: number } {
    return this.provisionalFrom ?? { laps: this.timing.laps.length, events: this.timing.events.length };
  }

  /** Takes a record that fills a gap. It is folded once nothing is missing, in its place. */
  applyLate(stream: number, seq: number): void {
    this.#take(stream, seq);
  }

  /** Folds a record that a relay captured. */
  applyCaptured(stream: number, seq: number, receivedAt: number, captured: SourceRecord): void {
    // Here, so that timelines of before hold to it as well.
    const { record } = shownRecord(captured);
    this.revision += 1;
    this.#take(stream, seq);
    this.#happened(stream, receivedAt, record);
    if (this.status.status === 'ended') this.lateAt = receivedAt;
    mergeRecord(this.merge, this.timing, stream, record);
    this.ownJudgement = this.own.take(stream, record, receivedAt);
    if (stream === this.merge.primary) this.#learnShape(record);
    if (record.kind !== 'frame') return;
    this.camera = cameraAfter(this.camera, { stream, receivedAt, frame: record });
    this.receivedAt = receivedAt;
    this.framesTotal += 1;
    sampleGaps(this.gaps, this.timing);
  }

  applyNote(note: Note): void {
    this.revision += 1;
    this.own.takeNote(note);
    switch (note.note) {
      case 'began':
      // It matters to own-car data alone.
      case 'stream-token':
      // Not even its instant counts: what comes after it airs at the same instants with it or without.
      case 'probe':
        break;
      case 'opened-stream':
        this.streams.push({
          stream: note.stream,
          relayId: note.relayId,
          run: note.run,
          playback: note.playback,
          first: 0,
          last: 0,
          gaps: [],
          synced: [],
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
        this.#take(note.stream, note.from, note.to);
        break;
      case 'clock': {
        const { from, to, leastAheadMs } = note;
        const witness = this.streams[note.stream]?.witness;
        if (witness) witness.proof = { from, to, leastAheadMs };
        break;
      }
      case 'late':
        this.lateAt = note.at;
        // Nothing proves that what comes is older than its receipt.
        for (const { witness } of this.streams) {
          Object.assign(witness, { ...createWitness(), frameAt: note.at, heardAt: note.at });
        }
        this.#reach(note.at);
        break;
      case 'resumed':
        this.#shift(note.shiftMs);
        break;
      case 'cue':
        this.onAir = { ...this.onAir, ...note.set };
        this.#reach(note.at);
        break;
      case 'went-ahead': {
        const stream = this.streams[note.stream];
        if (stream !== undefined) goAhead(stream, note.to);
        this.provisionalFrom ??= this.settled;
        break;
      }
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
      ...(this.lateAt !== null && { lateAt: this.lateAt }),
      podium: this.status.status === 'ended' && hasFinished(this.timing) ? this.#podium() : [],
      rulesVersion: TIMING_RULES_VERSION,
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

  /** Of one relay alone: two of them may see the same car at a little different moments. */
  #learnShape(record: SourceRecord): void {
    if (record.kind === 'session') this.shape = shapeOn(this.shape, record.track);
    else if (record.kind === 'frame') learnShape(this.shape, record);
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
    if (this.camera !== null) this.camera = { ...this.camera, at: this.camera.at + ms };
    for (const { witness } of this.streams) {
      witness.proof = null;
      witness.frameAt += ms;
      if (witness.simStartMs !== null) witness.simStartMs += ms;
      if (witness.heardAt != null) witness.heardAt += ms;
      if (witness.gap != null) witness.gap = { from: witness.gap.from + ms, to: witness.gap.to + ms };
      const { newest } = witness;
      if (newest?.receivedAt !== undefined) witness.newest = { ...newest, receivedAt: newest.receivedAt + ms };
    }
  }

  #reach(at: number): void {
    this.at = Math.max(this.at, Math.ceil(at));
  }

  #take(stream: number, from: number, to = from): void {
    const taken = this.streams[stream];
    if (taken !== undefined) take(taken, from, to);
  }
}
