import type {
  CameraAsked,
  CameraRequest,
  CueSet,
  DelayMode,
  DeskState,
  DryRunLine,
  LogoType,
  LogoUploaded,
  MeasuredDelay,
  Moment,
  Picture,
  PlannedFinish,
  RulesSet,
  Scene,
  ShareLink,
  ShowFollowed,
  ShowLook,
  UndoableAct,
} from '@okboxbox/protocol';
import type { StoredLink, WantedLink } from '../access/share-links.js';
import type { Stored } from '../unsaved-settings.js';

/** What a director sets of a show that runs by itself; what is left out stays as it is. */
export interface AutoChange {
  readonly on?: boolean | undefined;
  readonly rules?: RulesSet | undefined;
}

/** A session to follow, or a relay whose sessions are followed from now on. */
export type FollowChoice = { readonly sessionId: string } | { readonly relayId: string };

/** What a show's owner knows of its desk; an edge adds who is watching. */
export type OwnedDeskState = Omit<DeskState, 'links' | 'watchers' | 'publicViewers'> & {
  readonly links: readonly Omit<ShareLink, 'viewers'>[];
};

/** A show's set delay, and what is measured of it; `null` where no session of the show is running or on air. */
export interface ShowDelay {
  readonly delayMs: number;
  /** How much later than the graphics the public picture is set to be, in ms. */
  readonly publicExtraMs: number;
  readonly delay: MeasuredDelay | null;
}

/** What a match has set: of the graphics `delayMs`, of the public picture `publicExtraMs`; `from` is what that was before. */
export interface Matched {
  readonly picture: Picture;
  readonly from: number;
  readonly delayMs: number;
  readonly publicExtraMs: number;
}

/** A moment that was seen on the stream `agoMs` ago, and was at `at` on the server's clock. */
export interface SeenMoment {
  readonly at: number;
  readonly agoMs: number;
  /** Where it was seen: in OBS, or on the stream. */
  readonly picture: Picture;
  readonly mode: DelayMode;
}

/** A logo of a show, as it was uploaded. */
export interface StoredLogo {
  readonly type: LogoType;
  readonly bytes: Uint8Array;
}

/** What a director sets of the delays: what is left out stays as it is. */
export interface DelayChange {
  /** Of the graphics picture, in ms. */
  readonly delayMs?: number | undefined;
  /** How much later than the graphics the public picture is, in ms. */
  readonly publicExtraMs?: number | undefined;
}

/** How a show is to be finished; see `show:finish`. */
export interface FinishWanted {
  /** How long the results are on air, in ms of the picture; absent: none are cued. */
  readonly forMs?: number | undefined;
  readonly publish: PlannedFinish['publish'];
}

/** An act that was undone: what it was, whose, and when. */
export interface Undone {
  readonly undone: Omit<UndoableAct, 'asks'>;
}

/**
 * What directors may do to a show. Rights are decided before it is called; `who` is the subject of the caller's token,
 * noted with each act. What is resolved as `Stored` says whether the setting is on the disk.
 * Every call throws an `OwnerRefusal` where it cannot be done; the message says why.
 */
export interface ShowDesk {
  /** All that the desk of a show shows, but for who is watching. */
  state(show: string): Promise<OwnedDeskState>;
  delay(show: string): Promise<ShowDelay>;
  setDelay(show: string, who: string, change: DelayChange, mode: DelayMode): Promise<Stored>;
  /** Sets the delay of the picture in which a moment was seen so that it airs there when it was seen. */
  match(show: string, who: string, moment: SeenMoment): Promise<Stored & Matched>;
  pause(show: string, who: string): Promise<Stored>;
  resume(show: string, who: string, mode: DelayMode): Promise<Stored>;
  publish(show: string, who: string, published: boolean): Promise<Stored>;
  /** Follows another session, or what another relay sends; `because` is what an operator gave as the reason. */
  follow(show: string, who: string, choice: FollowChoice, because?: string): Promise<ShowFollowed>;
  cue(show: string, who: string, cue: CueSet): Promise<void>;
  /** Asks the sim's camera on the broadcaster's PC for another one, or for a car. */
  camera(show: string, who: string, request: CameraRequest): Promise<CameraAsked>;
  /** Lets the show run by itself, or takes control of it, and changes the rules by which it runs. */
  auto(show: string, who: string, change: AutoChange): Promise<Stored>;
  /**
   * What the show would have aired by itself over a session of it; `null` where it has none of that id. Nothing is read
   * before the first line is asked for, and nothing more once `signal` is aborted.
   */
  dryRun(show: string, sessionId: string, signal: AbortSignal): Promise<AsyncIterable<DryRunLine> | null>;
  /** What was seen lately, newest first, to match the stream's picture with; with `car`, its line crossings as well. */
  moments(show: string, car: number | undefined): Promise<Moment[]>;
  /** Cues a scene by its name, for the time that it has. */
  cueScene(show: string, who: string, name: string, when?: CueSet['when']): Promise<void>;
  saveScene(show: string, who: string, scene: Scene, replaces?: string): Promise<void>;
  deleteScene(show: string, who: string, name: string): Promise<void>;
  /**
   * Undoes the newest act that can be undone; `id` names it. Without `id` it must be of `who`, and nothing that is asked first.
   */
  undo(show: string, who: string, id: string | undefined): Promise<Stored & Undone>;
  /** Plans how the show ends, and cues its results. */
  finish(show: string, who: string, wanted: FinishWanted): Promise<Stored & { finish: PlannedFinish | null }>;
  /** Ends such a plan; what is on air stays. */
  cancelFinish(show: string, who: string): Promise<Stored & { finish: PlannedFinish | null }>;
  createLink(wanted: WantedLink): Promise<StoredLink>;
  revokeLink(show: string, who: string, code: string): Promise<Stored>;
  /** Sets a show's own look, on air at once; `null` takes it away. */
  setLook(show: string, who: string, look: ShowLook | null): Promise<Stored>;
  /** Keeps a picture as a logo that a look can name; nothing on air is different. */
  addLogo(show: string, who: string, bytes: Uint8Array): Promise<LogoUploaded>;
  /** A logo of the show by its name; `null` where there is none. */
  logo(show: string, hash: string): Promise<StoredLogo | null>;
}
