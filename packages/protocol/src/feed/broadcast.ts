import { z } from 'zod';
import { showSlug } from '../rights/rights.js';
import { PICTURES, type Picture } from '../rights/rooms.js';
import type { CameraControl } from '../wire/camera-request.js';
import type { SessionType } from '../wire/recording.js';
import { type AutoState, rulesSet } from './auto-show.js';
import { cueSlots, savedScene } from './cue-slots.js';
import type { DelayStateName } from './delay-states.js';
import type { ShowLook } from './look.js';
import type { OnAir, Scene } from './on-air.js';
import { OVERLAY_KINDS, type OverlayKind } from './overlay-kinds.js';
import type { FeedEvent } from './state.js';

/** Socket calls and answers of the director's desk (contract, section 5), and what outputs report. */

/** The longest broadcast delay of the graphics picture, an output's extra delay included, in ms. */
export const MAX_DELAY_MS = 120_000;
/** The most that the public picture may be behind the graphics picture, in ms. */
export const MAX_PUBLIC_EXTRA_MS = 120_000;
/** The furthest that any picture may be behind, in ms: delay lines, what is read after a restart and lists of moments go by it. */
export const MAX_BEHIND_MS = MAX_DELAY_MS + MAX_PUBLIC_EXTRA_MS;
/** Delays that the desk offers at one press, in ms. */
export const DELAY_PRESETS_MS = [0, 10_000, 30_000, 60_000, 120_000] as const;
/** An output's extra delay goes in steps of this, in ms, and a session has at most a number of different ones. */
export const EXTRA_DELAY_STEP_MS = 100;
export const MAX_EXTRA_DELAYS = 4;

/** How a shorter delay is reached: a little faster than real time, or in one step. */
export const DELAY_MODES = ['glide', 'jump'] as const;
export type DelayMode = (typeof DELAY_MODES)[number];

/** Names a call, so that one whose answer was lost can be repeated: it is done once, and answered as before. */
export const requestId = z.string().min(1).max(100).optional();
const place = { sessionId: z.string().max(100).optional(), show: showSlug.optional(), requestId };
const isPlace = (call: { sessionId?: string | undefined; show?: string | undefined }) =>
  (call.sessionId === undefined) !== (call.show === undefined);
const onePlace = { message: 'name either sessionId or show' };

const delayMs = z.number().int().min(0).max(MAX_DELAY_MS);

/** Calls that name a session or a show and nothing else. */
export const ofPlace = z.object(place).refine(isPlace, onePlace);
/** `broadcast:delay:set`: the delay of the graphics, how much later the public picture is, or both. */
export const delaySet = z
  .object({
    ...place,
    delayMs: delayMs.optional(),
    publicExtraMs: z.number().int().min(0).max(MAX_PUBLIC_EXTRA_MS).optional(),
    mode: z.enum(DELAY_MODES).optional(),
  })
  .refine(isPlace, onePlace)
  .refine((call) => call.delayMs !== undefined || call.publicExtraMs !== undefined, {
    message: 'give delayMs, publicExtraMs or both',
  });
export const publishSet = z.object({ ...place, published: z.boolean() }).refine(isPlace, onePlace);
/**
 * `broadcast:match`: the moment that happened at `at` was seen `agoMs` before the call was sent, in OBS (`graphics`, which sets
 * the delay) or on the stream (`public`, which sets `publicExtraMs`).
 */
export const matchSet = z
  .object({
    ...place,
    at: z.number().finite(),
    agoMs: z.number().finite().min(0).max(60_000).optional(),
    picture: z.enum(PICTURES).optional(),
    mode: z.enum(DELAY_MODES).optional(),
  })
  .refine(isPlace, onePlace);
/**
 * `broadcast:cue`: sets slots. With `picture` it airs when the picture of this moment does; with `now` at once, onto the
 * picture that is on air.
 */
export const cueSet = z
  .object({
    ...place,
    set: cueSlots,
    scene: z.string().max(40).optional(),
    when: z.enum(['picture', 'now']).optional(),
    forMs: z.number().int().min(500).max(600_000).nullable().optional(),
  })
  .refine(isPlace, onePlace);
export type CueSet = z.infer<typeof cueSet>;
/** `broadcast:moments`: of one car's crossings besides, where it is named. */
export const momentsGet = z
  .object({ ...place, car: z.number().int().min(0).max(65_535).optional() })
  .refine(isPlace, onePlace);
/**
 * `show:scene`: with `scene` it is saved; with `name` alone that scene is cued, with its own time; with `delete` besides it
 * is deleted.
 */
export const showScene = z
  .object({
    show: showSlug,
    requestId,
    scene: savedScene.optional(),
    replaces: z.string().max(40).optional(),
    name: z.string().max(40).optional(),
    when: z.enum(['picture', 'now']).optional(),
    delete: z.literal(true).optional(),
  })
  .refine((call) => (call.scene === undefined) !== (call.name === undefined), {
    message: 'give either scene, to save it, or the name of one, to cue or delete it',
  });

/**
 * `show:undo`: undoes the newest act that can be undone. `id` is the one that its director means; without it, it is undone
 * only where it is their own.
 */
export const showUndo = z.object({ show: showSlug, requestId, id: z.string().max(100).optional() });
/** `show:auto`: lets the show run by itself, or takes control of it; with `rules`, changes those. */
export const showAuto = z
  .object({ show: showSlug, requestId, on: z.boolean().optional(), rules: rulesSet.optional() })
  .refine(({ on, rules }) => on !== undefined || rules !== undefined, { message: 'give on, rules or both' });

/** What becomes of a show's publishing when it is finished. */
export const FINISH_PUBLISH = ['leave', 'unpublish'] as const;
/**
 * `show:finish`: cues the results for `forMs` of the picture and takes all else off; when the public picture has shown
 * them, the show is unpublished or left as it is. Without `results` nothing is cued. `cancel` ends the plan, and leaves what is
 * on air.
 */
export const showFinish = z
  .object({
    show: showSlug,
    requestId,
    results: z.object({ forMs: z.number().int().min(500).max(600_000) }).optional(),
    publish: z.enum(FINISH_PUBLISH).optional(),
    cancel: z.literal(true).optional(),
  })
  .refine((call) => (call.publish === undefined) !== (call.cancel === undefined), {
    message: 'give either publish, to finish the show, or cancel: true',
  })
  .refine((call) => call.results === undefined || call.cancel === undefined, {
    message: 'cancel takes no results',
  })
  .refine((call) => call.results !== undefined || call.publish !== 'leave', {
    message: 'give results, or publish: "unpublish": there is nothing to finish otherwise',
  });

/** What a share link opens. */
export const LINK_KINDS = ['overlay', 'public'] as const;
export type LinkKind = (typeof LINK_KINDS)[number];
export const linkCreate = z
  .object({
    ...place,
    kind: z.enum(LINK_KINDS),
    /** Which overlay a link of the kind `overlay` opens; the timing tower where it is not named. */
    overlay: z.enum(OVERLAY_KINDS).optional(),
    /** A link to one session alone, not to whatever the show is on. */
    onlySession: z.boolean().optional(),
    label: z.string().trim().max(60).optional(),
    ttlMs: z
      .number()
      .int()
      .min(60_000)
      .max(366 * 24 * 3_600_000)
      .optional(),
  })
  .refine(isPlace, onePlace)
  .refine(({ kind, overlay }) => kind === 'overlay' || overlay === undefined, {
    message: 'a link to the public page opens no overlay: leave out overlay',
  });
export const linkRevoke = z.object({ show: showSlug, requestId, code: z.string().max(100) });

/** `director:join`: the desk's whole state, and `desk` events with the newest one from then on. */
export const directorJoin = z.object({ show: showSlug });

/**
 * `show:follow`: the show goes on to a session of it, or to what a relay feeds, which is the show's main feed from then on.
 * `show` may be left out with `sessionId`.
 */
export const showFollow = z
  .object({
    ...place,
    relayId: z.string().min(1).max(100).optional(),
  })
  .refine((call) => (call.sessionId === undefined) !== (call.relayId === undefined), {
    message: 'name either sessionId or relayId',
  })
  .refine((call) => call.relayId === undefined || call.show !== undefined, { message: 'name the show of the relay' });
export type ShowFollow = z.infer<typeof showFollow>;

/** The acknowledgement of `show:follow`: what the show follows now. */
export interface ShowFollowed {
  readonly show: string;
  /** The session that it is on; `null` where a relay was marked that feeds none. */
  readonly sessionId: string | null;
  readonly mainFeed: MainFeed | null;
}

/**
 * `show:camera`: asks the sim's camera on a broadcaster's PC for the next group of cameras on the car that it shows (`next`), or
 * for a car, by its index.
 */
export const showCamera = z
  .object({ ...place, next: z.literal(true).optional(), car: z.number().int().min(0).max(65_535).optional() })
  .refine(isPlace, onePlace)
  .refine((call) => (call.next === undefined) !== (call.car === undefined), { message: 'give either next or car' });

/** The acknowledgement of `show:camera`: the relay that has asked its sim. Whether the sim did it, the picture shows. */
export interface CameraAsked {
  readonly show: string;
  readonly relayId: string;
}

/** A broadcaster's PC: the relay that may say which car the sim's camera shows. */
export interface DeskCamera {
  readonly relayId: string;
  readonly control: CameraControl;
  /** The car that the camera shows in real time, by its index; `null` where it shows none, or nothing was said of it. */
  readonly car: number | null;
}

/** A show's main feed. */
export interface MainFeed {
  readonly relayId: string;
  /** Whether somebody marked it; otherwise it was the first that fed the show. */
  readonly isMarked: boolean;
}

/** A running session of a show, as a choice of the session that the show follows. */
export interface FollowableSession {
  readonly sessionId: string;
  readonly track: string;
  readonly type: SessionType;
  readonly startedAt: number;
  readonly lastFrameAt: number | null;
  /** Relays that feed it or have fed it, and whether each does now. */
  readonly relays: readonly { readonly relayId: string; readonly isConnected: boolean }[];
}

/** `overlay:report`: how an output does, every few seconds. Shown to directors and operators; decides nothing. */
export const overlayReport = z.object({
  name: z.string().max(60),
  version: z.string().max(50),
  /** As OBS says; absent where the page is not in OBS. */
  visible: z.boolean().optional(),
  active: z.boolean().optional(),
  frameAgeMs: z.number().finite().min(0).nullable(),
  lastError: z.string().max(300).nullable(),
});
export type OverlayReport = z.infer<typeof overlayReport>;

/** The event `broadcast:delay:state` as everyone in a broadcast room gets it: of the picture of that room alone. */
export interface DelayState {
  readonly sessionId: string;
  readonly state: DelayStateName;
  /** How far behind the room's picture is set to be, in ms: the public one by the whole of it. */
  readonly delayMs: number;
}
/** What is measured of one picture of a show. */
export interface MeasuredPicture {
  readonly state: DelayStateName;
  /** How far the picture that is on air is behind, in ms; `null` before anything has aired. */
  readonly measuredMs: number | null;
  /** The instant that is on air, on the server's clock. */
  readonly airedAt: number | null;
  /** While holding: how much longer, in ms; `null` where nobody knows. */
  readonly holdMs: number | null;
}
/** The same of the graphics picture, with what is measured of both, for the live room and the desk. */
export interface MeasuredDelay extends DelayState, MeasuredPicture {
  readonly show: string;
  readonly published: boolean;
  /** How much later than the graphics the public picture is set to be, in ms. */
  readonly publicExtraMs: number;
  /** The public picture. */
  readonly public: MeasuredPicture;
  /** What waits to be aired as graphics. */
  readonly bufferedMs: number;
  readonly bufferedEvents: number;
  readonly bufferedBytes: number;
  readonly oldestAt: number | null;
  readonly newestAt: number | null;
}

/** Something that can be seen on the stream, and when it was received: what *match* measures from. */
export interface Moment {
  readonly id: string;
  readonly at: number;
  readonly name: FeedEvent['name'] | 'crossing';
  readonly lap: number | null;
  readonly car: number | null;
  readonly otherCar: number | null;
  /** A phase or flags. */
  readonly to: string | null;
}

/** An output or a viewer that a show has now. */
export interface Watcher {
  readonly socketId: string;
  readonly kind: string;
  /** What it is: an overlay's name, a page's. */
  readonly name: string;
  readonly version: string | null;
  /** The link it came by, by its label or kind; `null` with a token or without anything. */
  readonly link: string | null;
  /** The picture that it gets: an overlay without the right to the graphics gets the public one. */
  readonly picture: Picture;
  /** An extra delay of its own, in ms; 0 for the public picture. */
  readonly extraDelayMs: number;
  readonly since: number;
  readonly reportedAt: number | null;
  readonly visible: boolean | null;
  readonly active: boolean | null;
  readonly frameAgeMs: number | null;
  readonly lastError: string | null;
}

/** A share link as its show's directors see it. */
export interface ShareLink {
  readonly code: string;
  readonly kind: LinkKind;
  /** The overlay that it opens; `null` for the public page, and for the usual overlay in links of earlier versions. */
  readonly overlay: OverlayKind | null;
  readonly label: string | null;
  /** The one session that it opens; `null`: whatever the show is on. */
  readonly sessionId: string | null;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly expiresAt: number;
  readonly revokedAt: number | null;
  /** Viewers that it has now, and how often it was opened. */
  readonly viewers: number;
  readonly opened: number;
}

/** What a director did. */
export interface DirectorAct {
  readonly at: number;
  readonly who: string;
  readonly act: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** How a show is planned to end. */
export interface PlannedFinish {
  readonly by: string;
  readonly at: number;
  readonly publish: (typeof FINISH_PUBLISH)[number];
  /** When the public picture has shown the results for their time, in ms on the server's clock; `null` while it is paused. */
  readonly endsAt: number | null;
}

/** An act that can be undone. */
export interface UndoableAct {
  readonly id: string;
  readonly at: number;
  readonly who: string;
  /** What it was, behind its director's name: `changed the delay from 10 s to 30 s`. */
  readonly says: string;
  /** Whether undoing it publishes the show, or leaves a picture without a delay: that is asked first. */
  readonly asks: boolean;
}

/** All that the desk shows beside the two pictures. */
export interface DeskState {
  readonly show: string;
  /** The running session that the show is on, and the one that is on air: another while a change is still to be seen. */
  readonly sessionId: string | null;
  readonly airedSessionId: string | null;
  /** The session that the show follows, running or ended. */
  readonly followedSessionId: string | null;
  /** The relay whose next session the show goes on to by itself. */
  readonly mainFeed: MainFeed | null;
  /** All running sessions of the show, newest first. */
  readonly sessions: readonly FollowableSession[];
  readonly published: boolean;
  /** Why the disk does not take settings of the show that are in force: a restart would forget them; `null` where it has. */
  readonly notStoredBecause?: string | null;
  readonly delay: MeasuredDelay | null;
  /** What has been cued, whether it has aired yet or not. */
  readonly cued: OnAir;
  readonly scenes: readonly Scene[];
  /** Whether it runs by itself, and how. */
  readonly auto: AutoState;
  readonly links: readonly ShareLink[];
  /** The show's own look; `null`: the usual theme. */
  readonly look: ShowLook | null;
  /** What the addresses of links begin with; absent or `null`: the address that the desk was opened at. */
  readonly publicUrl?: string | null;
  readonly watchers: readonly Watcher[];
  /** Watchers that are counted and not listed: viewers of public pages. */
  readonly publicViewers: number;
  /** The broadcaster's PC whose camera is asked; `null` where none is connected. */
  readonly camera: DeskCamera | null;
  /** Newest first. */
  readonly acts: readonly DirectorAct[];
  /** How the show is planned to end; `null` where nothing is planned. */
  readonly finish: PlannedFinish | null;
  /** What the next undo undoes; `null` where there is nothing. */
  readonly undo: UndoableAct | null;
}
