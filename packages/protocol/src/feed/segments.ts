import type { DelayState } from './broadcast.js';
import type { FeedMessage, FeedPosition } from './changes.js';
import type { ShowLook } from './look.js';
import type { FeedState } from './state.js';

/** How long the pages that read segments wait between two calls that say that somebody watches, in ms. */
export const WATCHING_MS = 30_000;

/** The whole public picture at a position: what a reader of segments begins with. It never changes. */
export interface PublicKeyframe extends FeedPosition {
  readonly sessionId: string;
  readonly state: FeedState;
}

/** About a second of the public picture as one change, as a message of the feed has it. It never changes. */
export type PublicSegment = FeedMessage;

/** Where an owner's segments of a show's public picture are. */
export interface SegmentsNow {
  readonly sessionId: string;
  /** Names the feed of these segments. Another one has nothing in common with it: begin again with its keyframe. */
  readonly epoch: string;
  /** Number of the newest segment, or of the newest keyframe where no segment is newer. */
  readonly seq: number;
  /** The instant that is shown then, in ms on the show's clock. */
  readonly at: number | null;
  /** The newest keyframe: its name, and the number of the segment that it has in it last. */
  readonly keyframe: { readonly name: string; readonly seq: number };
  /** Names of the newest segments, oldest first. The last one has the number `seq`, and each before it one less. */
  readonly segments: readonly string[];
}

/** Points to the newest segments of a show's public picture: the answer of `GET /api/public/shows/:show/now.json`. */
export interface PublicPointer extends SegmentsNow {
  readonly show: string;
  /** The show's clock, in ms. */
  readonly now: number;
  /** The delay of the public picture. */
  readonly delay: DelayState;
  /** The show's own look; `null` for the usual theme. */
  readonly look: ShowLook | null;
}

/** How pages are to follow a show's public picture. */
export interface CrowdAnswer {
  /** Whether a crowd watches: pages are to read segments instead of connecting; false also where nothing is on air. */
  readonly isCrowd: boolean;
}

/** The answer to a page that says that somebody watches. */
export interface WatchingAnswer {
  /** When to call again, in ms. */
  readonly againMs: number;
}
