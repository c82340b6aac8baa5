import type { FeedState, SegmentsNow } from '@okboxbox/protocol';
import type { LastState, SegmentFile } from '../../directory/owner.js';
import { type PublicPicture, SegmentRun } from './segment-run.js';

/**
 * A pointer that is asked for this long after the newest segment, in ms, begins another one. Caches ask once a second, and
 * some a little early: a full second would give every other of them the pointer of before.
 */
const SEGMENT_MS = 900;
/** Where nobody has asked for a show's pointer for this long, in ms, its segments are let go. */
export const UNASKED_MS = 30_000;

/** What segments are made of. */
export interface PublicSegmentsDeps {
  /** What everyone has been sent of a show. */
  readonly pictureOf: (show: string) => PublicPicture | null;
  /** The session that is on air in a show's public picture, whether it runs or has ended. */
  readonly airedSession: (show: string) => string | null;
  /** Whether a session's end may still have to air. */
  readonly isAiring: (sessionId: string) => boolean;
  /** The public part of an ended session's last state. */
  readonly endedPublic: (sessionId: string) => Promise<Pick<LastState, 'snapshots'> | null>;
  /** Time in ms, of any clock that does not stand still. */
  readonly now: () => number;
  readonly setTimeout: (run: () => void, ms: number) => NodeJS.Timeout;
  readonly randomId: () => string;
}

/** A show with readers. */
interface ReadShow {
  run: SegmentRun;
  /** Whether the run is of a session all of which had aired before: it gets no segments. */
  readonly hasEnded: boolean;
  madeAt: number;
  askedAt: number;
}

/**
 * The public pictures of shows as files that caches may keep (SPEC.md, PUB-9 to PUB-13). A segment is cut when a pointer is
 * asked for, out of what has been sent, so that a show without such readers costs nothing.
 */
export class PublicSegments {
  readonly #deps: PublicSegmentsDeps;
  readonly #shows = new Map<string, ReadShow>();
  #timer: NodeJS.Timeout | null = null;

  constructor(deps: PublicSegmentsDeps) {
    this.#deps = deps;
  }

  /** Where a show's newest segments are; `null` where nothing of it is on air. */
  async now(show: string): Promise<SegmentsNow | null> {
    const { pictureOf, now } = this.#deps;
    const picture = pictureOf(show);
    const read = picture === null ? await this.#readEnded(show) : this.#read(show, picture);
    if (read === null) {
      this.#shows.delete(show);
      return null;
    }
    read.askedAt = now();
    this.#letGoInTime();
    return read.run.now;
  }

  /** A segment or keyframe of a show by its name; `null` where it is not kept any more, or of a session that is not on air. */
  async file(show: string, name: string): Promise<SegmentFile | null> {
    const run = this.#shows.get(show)?.run;
    if (run === undefined || this.#deps.airedSession(show) !== run.sessionId) return null;
    const picture = this.#deps.pictureOf(show);
    if (picture !== null && !run.isOf(picture)) return null;
    return run.file(name);
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#shows.clear();
  }

  #read(show: string, picture: PublicPicture): ReadShow {
    const now = this.#deps.now();
    const known = this.#shows.get(show);
    if (known === undefined || known.hasEnded || !known.run.isOf(picture)) return this.#begin(show, picture, false);
    if (now - known.madeAt < SEGMENT_MS) return known;
    known.run.add(picture);
    known.madeAt = now;
    return known;
  }

  /** A show whose session has ended and is in the archive: its last state is all that there is. */
  async #readEnded(show: string): Promise<ReadShow | null> {
    const { airedSession, isAiring, endedPublic } = this.#deps;
    const sessionId = airedSession(show);
    if (sessionId === null || isAiring(sessionId)) return null;
    const known = this.#shows.get(show);
    if (known?.hasEnded && known.run.sessionId === sessionId) return known;
    const last = await endedPublic(sessionId);
    // A relay may have come back with more of it while it was read.
    if (last === null || isAiring(sessionId) || airedSession(show) !== sessionId) return null;
    const { at, state } = JSON.parse(last.snapshots.of('rows').text) as { at: number | null; state: FeedState };
    return this.#begin(show, { sessionId, state, at, logs: { rows: () => [] } }, true);
  }

  #begin(show: string, picture: PublicPicture, hasEnded: boolean): ReadShow {
    const now = this.#deps.now();
    const begun = { run: new SegmentRun(picture, this.#deps.randomId), hasEnded, madeAt: now, askedAt: now };
    this.#shows.set(show, begun);
    return begun;
  }

  #letGoInTime(): void {
    this.#timer ??= this.#deps.setTimeout(() => {
      this.#timer = null;
      const before = this.#deps.now() - UNASKED_MS;
      for (const [show, { askedAt }] of this.#shows) if (askedAt <= before) this.#shows.delete(show);
      if (this.#shows.size > 0) this.#letGoInTime();
    }, UNASKED_MS);
  }
}
