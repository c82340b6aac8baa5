import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { changeBetween, type FeedState, type SegmentsNow, withAppended } from '@okboxbox/protocol';
import type { RowsOf, TopicEpochs } from '../../channel/topic-logs.js';
import type { SegmentFile } from '../../directory/owner.js';

/** Segments between two keyframes: about five seconds of the race. */
export const SEGMENTS_PER_KEYFRAME = 5;
/** A pointer names the segments since this many keyframes: a reader that was away for ten seconds finds what it missed. */
const NAMED_KEYFRAMES = 3;
/** Keyframes that are kept: those that a pointer names, and one more for readers of the pointer before. */
const KEPT_KEYFRAMES = NAMED_KEYFRAMES + 1;
/** More would cost more time than it saves: a keyframe has 4 KB then. */
const BROTLI_QUALITY = 5;

/** What has been sent of the public picture: all that may be in a segment. */
export interface PublicPicture {
  readonly sessionId: string;
  readonly state: FeedState;
  /** The instant that it shows, in ms on the show's clock. */
  readonly at: number | null;
  /** The logs that the state counts. */
  readonly logs: Pick<TopicEpochs, 'rows'>;
}

interface Piece {
  readonly seq: number;
  readonly name: string;
  readonly json: string;
  readonly isKeyframe: boolean;
  /** Compressed when it is first asked for, once for everyone. */
  file: Promise<SegmentFile> | null;
}

/**
 * The segments of one session in one epoch: a feed of its own, with a message for about each second, whose keyframes and
 * messages are files with names that nobody can guess.
 */
export class SegmentRun {
  readonly sessionId: string;
  readonly #epoch: string;
  readonly #randomId: () => string;
  #picture: PublicPicture;
  #seq = 0;
  /** Keyframes and segments in order; a keyframe stands behind the segment that it has in it. */
  #pieces: Piece[] = [];

  /** Begins with a keyframe of the picture. */
  constructor(picture: PublicPicture, randomId: () => string) {
    this.sessionId = picture.sessionId;
    this.#epoch = randomId();
    this.#randomId = randomId;
    this.#picture = picture;
    this.#addKeyframe();
  }

  /** Whether a picture goes on from this run's: it is of the same session, and its logs are the same ones. */
  isOf({ sessionId, state }: PublicPicture): boolean {
    return sessionId === this.sessionId && state.topics.epoch === this.#picture.state.topics.epoch;
  }

  /** Adds what is different since the newest segment as one more; nothing where nothing is. */
  add(picture: PublicPicture): void {
    const before = this.#picture.state;
    const found = changeBetween(before, picture.state);
    if (found === null) return;
    const rowsOf: RowsOf = (...asked) => picture.logs.rows(picture.state.topics.epoch, ...asked);
    const change = withAppended(found, before.topics, rowsOf);
    this.#picture = picture;
    this.#seq += 1;
    this.#addPiece(JSON.stringify({ ...this.#position, ...change }), false);
    if (this.#seq % SEGMENTS_PER_KEYFRAME === 0) this.#addKeyframe();
  }

  /** Where its newest segments are. */
  get now(): SegmentsNow {
    const keyframes = this.#pieces.filter(({ isKeyframe }) => isKeyframe);
    const { name, seq } = keyframes.at(-1) as Piece;
    const from = keyframes.at(-NAMED_KEYFRAMES)?.seq ?? 0;
    const named = this.#pieces.filter((piece) => !piece.isKeyframe && piece.seq > from);
    return { ...this.#position, keyframe: { name, seq }, segments: named.map((piece) => piece.name) };
  }

  /** A segment or keyframe by its name; `null` where it is not kept. */
  file(name: string): Promise<SegmentFile> | null {
    const piece = this.#pieces.find((each) => each.name === name);
    if (piece === undefined) return null;
    piece.file ??= compressed(this.sessionId, piece.json);
    return piece.file;
  }

  get #position() {
    return { epoch: this.#epoch, seq: this.#seq, at: this.#picture.at, sessionId: this.sessionId };
  }

  #addKeyframe(): void {
    this.#addPiece(JSON.stringify({ ...this.#position, state: this.#picture.state }), true);
    const keyframes = this.#pieces.filter(({ isKeyframe }) => isKeyframe);
    const oldest = keyframes.at(-KEPT_KEYFRAMES);
    if (oldest !== undefined) this.#pieces = this.#pieces.slice(this.#pieces.indexOf(oldest));
  }

  #addPiece(json: string, isKeyframe: boolean): void {
    this.#pieces.push({ seq: this.#seq, name: `${this.#seq}-${this.#randomId()}`, json, isKeyframe, file: null });
  }
}

async function compressed(sessionId: string, text: string): Promise<SegmentFile> {
  const json = Buffer.from(text);
  const params = { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY };
  const [zipped, brotli] = await Promise.all([promisify(gzip)(json), promisify(brotliCompress)(json, { params })]);
  return { sessionId, json, gzip: zipped, brotli };
}
