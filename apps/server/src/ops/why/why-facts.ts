import type { DelayStateName, ExtraDelay, OpsSession, OpsSocket } from '@okboxbox/protocol';
import type { TimelineHealth } from '../../owner/timeline/timeline.js';

/** All that is looked up of one socket to say why it shows what it shows. Ages and waits in ms. */
export interface WhyFacts {
  readonly socketId: string;
  readonly connection: ConnectionFacts;
  /** The newest call of it that was refused. */
  readonly refusal: null | {
    readonly agoMs: number;
    readonly where: string;
    readonly message: string;
    readonly capability: string | null;
  };
  /** What it joined last; `null` where it is in no session's room. */
  readonly watches: null | {
    readonly room: string;
    readonly sessionId: string;
    readonly show: string;
    /** How much later than the show's delay it sees the broadcast; `null` for who sees it live. */
    readonly extra: ExtraDelay | null;
    /** Whether adapter and hub have it there, too. */
    readonly isInRoom: boolean;
  };
  /** The session that it watches. */
  readonly session: SessionFacts | null;
  /** The show's broadcast of it, for those that see it later. */
  readonly delay: DelayFacts | null;
  readonly line: LineFacts;
}

export type ConnectionFacts =
  | {
      readonly state: 'open';
      readonly role: string;
      readonly caps: readonly string[];
      readonly rooms: readonly string[];
      readonly connectedForMs: number;
      readonly seenAgoMs: number;
      /** `null` where it has never sent a beat or answered a ping. */
      readonly beats: BeatFacts | null;
    }
  | {
      readonly state: 'gone';
      readonly role: string;
      readonly agoMs: number;
      readonly code: string;
      readonly reason: string;
    };

/** What its beats tell, or its answers to pings. */
export interface BeatFacts {
  readonly verdict: NonNullable<OpsSocket['beats']>;
  /** Whether it says itself what it shows; else it only answers pings. */
  readonly isOwn: boolean;
  /** For how long none has come. */
  readonly silentMs: number;
  readonly isHidden: boolean;
  /** How long ago the instant was that it shows; `null` where it shows nothing. */
  readonly shownAgeMs: number | null;
  /** By how much that was older than what it had been sent; `null` where nothing had been sent. */
  readonly behindMs: number | null;
}

export interface SessionFacts
  extends Pick<
    OpsSession,
    'sessionId' | 'show' | 'status' | 'relays' | 'framesPerSec' | 'lastFrameAgeMs' | 'queueAgeP95Ms' | 'flow'
  > {
  /** The session that runs for its show now, where that is another. */
  readonly runsInstead: string | null;
  /** `null` where it has ended. */
  readonly timeline: TimelineHealth | null;
}

export interface DelayFacts {
  readonly state: DelayStateName;
  /** The set delay of the graphics, and how much later this output is. */
  readonly delayMs: number;
  readonly extraMs: number;
  readonly hasAired: boolean;
  readonly holdMs: number | null;
  readonly bufferedEvents: number;
  /** Age of the oldest of what waits to be aired. */
  readonly oldestAgeMs: number | null;
  /** Whether what is to air is there; until its line is made of the timeline, nothing airs. */
  readonly line: 'there' | 'being_made' | 'failed';
}

export interface LineFacts {
  readonly waitingBytes: number;
  readonly bufferedPackets: number;
  /** How long the oldest of what waits has waited at least. */
  readonly waitsMs: number | null;
  readonly isSkipping: boolean;
  readonly skippedTotal: number;
  readonly sentPerSec: number;
  readonly rttMs: number | null;
  /** How long ago the instant was that it has been sent last. */
  readonly newestFrameAgeMs: number | null;
}
