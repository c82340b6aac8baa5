import type {
  CameraAsked,
  CameraRequest,
  ClockPing,
  CloseReason,
  DelayState,
  DeskState,
  FeedBeatAnswer,
  FeedMessage,
  FeedPosition,
  FeedState,
  FramesReceipt,
  LogoUploaded,
  LookChanged,
  MeasuredDelay,
  Moment,
  OwnCarMessage,
  PauseRequest,
  Picture,
  PlannedFinish,
  RateRequest,
  Refusal,
  RelayByeReceipt,
  RelayWelcome,
  SessionMoved,
  SessionWithdrawn,
  ShareLink,
  ShowFollowed,
  ShowLook,
  TimingAnswer,
} from '@okboxbox/protocol';
import type { NamedFeedMessage } from '../channel/feed.js';
import type { Matched, Undone } from '../directory/show-desk.js';
import type { Stored } from '../unsaved-settings.js';

/** The answer to `session:join`: the whole state at the audience's instant. */
export interface Joined extends FeedPosition {
  readonly sessionId: string;
  readonly audience: 'live' | 'broadcast';
  /** With the format `json` as a `TimingAnswer`. */
  readonly state: FeedState | TimingAnswer;
  /** The newest own-car data of the cars that were asked for. */
  readonly own?: OwnCarMessage;
  /** Of a join of the broadcast: which picture it is, and its delay. */
  readonly picture?: Picture;
  readonly delay?: DelayState;
  /** Of a join of the broadcast: the show's own look; `null` where it has none. */
  readonly look?: ShowLook | null;
  /** The server's clock, in ms since the epoch: ages are reckoned by it. */
  readonly now?: number;
  /** A client that loses the connection comes back after a random time up to this, in ms. */
  readonly retrySpreadMs?: number;
}

/** The answer to `feed:resync`: what was missed, or the whole state. */
export interface Resynced extends FeedPosition {
  readonly sessionId: string;
  readonly audience: 'live' | 'broadcast';
  readonly changes?: readonly FeedMessage[];
  readonly state?: FeedState | TimingAnswer;
}

/** A show's set delay, and what is measured of it; `null` where no session of it is running or on air. */
export interface DelayAnswer {
  readonly show: string;
  readonly delayMs: number;
  /** How much later than the graphics the public picture is set to be, in ms. */
  readonly publicExtraMs: number;
  readonly delay: MeasuredDelay | null;
}

/** A session that is left. */
export interface SessionLeft {
  readonly sessionId: string;
}

/** The show that the call was about. */
export interface ShowChanged {
  readonly show: string;
}

/** Why a connection is closed, sent before it is cut (docs/codes.md). */
export interface SessionClosed {
  readonly reason: CloseReason;
}

/** An answer that says nothing more. */
export type Nothing = Readonly<Record<never, never>>;

/**
 * Every answer of a socket call and every message that the server sends, by the name of its schema in
 * `/api/asyncapi.json`. The schemas are generated from these types and their comments (`npm run generate`).
 */
export interface Messages {
  readonly CameraAsked: CameraAsked;
  readonly CameraRequest: CameraRequest;
  readonly ClockPing: ClockPing;
  readonly Delay: DelayAnswer;
  readonly DelayChange: DelayAnswer & Stored;
  readonly DelayMatched: { readonly show: string } & Matched & Stored;
  readonly DelayState: DelayState;
  readonly DeskJoined: { readonly desk: DeskState };
  readonly DeskState: DeskState;
  readonly FeedBeatAnswer: FeedBeatAnswer;
  readonly FeedMessage: FeedMessage;
  readonly FramesReceipt: FramesReceipt;
  readonly Joined: Joined;
  readonly LinkCreated: { readonly link: ShareLink; readonly url: string };
  readonly LogoUploaded: LogoUploaded;
  readonly LookChanged: LookChanged;
  readonly MeasuredDelay: MeasuredDelay;
  readonly Moments: { readonly moments: readonly Moment[] };
  readonly NamedFeedMessage: NamedFeedMessage;
  readonly Nothing: Nothing;
  readonly OwnCarMessage: OwnCarMessage;
  readonly PauseRequest: PauseRequest;
  readonly Published: { readonly show: string; readonly published: boolean } & Stored;
  readonly RateRequest: RateRequest;
  readonly Refusal: Refusal;
  readonly RelayByeReceipt: RelayByeReceipt;
  readonly RelayWelcome: RelayWelcome;
  readonly Resynced: Resynced;
  readonly SessionClosed: SessionClosed;
  readonly SessionLeft: SessionLeft;
  readonly SessionMoved: SessionMoved;
  readonly SessionWithdrawn: SessionWithdrawn;
  readonly ShowChange: ShowChanged & Stored;
  readonly ShowChanged: ShowChanged;
  readonly ShowFinishing: ShowChanged & { readonly finish: PlannedFinish | null } & Stored;
  readonly ShowFollowed: ShowFollowed;
  readonly ShowUndone: ShowChanged & Undone & Stored;
}
export type MessageName = keyof Messages;
