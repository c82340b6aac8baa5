import {
  type CameraAsked,
  type CameraRequest,
  type CueSet,
  type DelayMode,
  type DryRunLine,
  type LogoUploaded,
  type MeasuredDelay,
  type Moment,
  NOTHING_CUED,
  type PlannedFinish,
  type Scene,
  type ShowFollowed,
  type ShowLook,
  SLOTS,
  type SlotsSet,
} from '@okboxbox/protocol';
import { LinkError, type ShareLinks, type StoredLink, type WantedLink } from '../../access/share-links.js';
import type { Clock } from '../../clock.js';
import { followedBy } from '../../directory/following.js';
import type {
  AutoChange,
  DelayChange,
  FinishWanted,
  FollowChoice,
  Matched,
  OwnedDeskState,
  SeenMoment,
  ShowDelay,
  ShowDesk,
  StoredLogo,
  Undone,
} from '../../directory/show-desk.js';
import type { Logger } from '../../log.js';
import type { Stored } from '../../unsaved-settings.js';
import type { BroadcastDelayService, Changed } from '../audience/broadcast-delay.js';
import type { BroadcastSession } from '../audience/broadcast-session.js';
import type { SessionRegistry } from '../session/registry.js';
import type { Session } from '../session/session.js';
import { LogoError, type ShowLogos } from '../shows/show-logos.js';
import type { Shows } from '../shows/shows.js';
import type { AutoShows } from './auto-shows.js';
import { onCueable } from './cueable-session.js';
import { CueError, slotNames, withSceneSaved } from './cues.js';
import { DeskActs } from './desk-acts.js';
import { DeskError } from './desk-error.js';
import { DryRuns } from './dry-run.js';
import { giveCue } from './given-cue.js';
import { matchedGraphics, matchedPublic } from './matched-delay.js';
import { momentsOf } from './moments.js';
import type { ShowCamera } from './show-camera.js';
import { ShowFinish } from './show-finish.js';
import {
  autoBack,
  delayBack,
  finishBack,
  followBack,
  pauseBack,
  publishBack,
  resumeBack,
  settingBack,
} from './ways-back.js';

/** The results with nothing beside them. */
const RESULTS_ALONE: SlotsSet = {
  ...Object.fromEntries(SLOTS.map((slot) => [slot, null])),
  results: { of: 'classification' },
};

/** How a show is planned to end now. */
interface Finishing {
  readonly finish: PlannedFinish | null;
}

export interface DirectorDeskDeps {
  readonly registry: SessionRegistry;
  readonly broadcasts: BroadcastDelayService;
  readonly shows: Shows;
  readonly links: ShareLinks;
  readonly logos: ShowLogos;
  readonly camera: ShowCamera;
  readonly auto: AutoShows;
  readonly clock: Clock;
  readonly log: Logger;
  readonly audit: (who: string, action: string, detail: object) => void;
  /** What links that people are given begin with; `null` where that is not configured. */
  readonly publicUrl?: string | null;
}

/**
 * All that a director may do to a show, each act noted with who did it, from what and to what. Rights are decided before
 * it is asked.
 */
export class DirectorDesk implements ShowDesk {
  readonly #deps: DirectorDeskDeps;
  readonly #acts: DeskActs;
  readonly #dryRuns = new DryRuns();
  readonly #finish: ShowFinish;

  constructor(deps: DirectorDeskDeps) {
    this.#deps = deps;
    this.#acts = new DeskActs(deps);
    const clockOf = () => deps.clock;
    this.#finish = new ShowFinish({ ...deps, clockOf }, ({ by }, show, changed) =>
      this.#published(show, by, false, changed),
    );
  }

  /** Ends no more shows. */
  close(): void {
    this.#finish.close();
  }

  async state(show: string): Promise<OwnedDeskState> {
    const { broadcasts, shows, links } = this.#deps;
    const broadcast = broadcasts.of(show);
    const session = this.#running(show);
    return {
      show,
      sessionId: session?.id ?? null,
      airedSessionId: broadcast.airedSession(),
      followedSessionId: broadcasts.followed.of(show)?.sessionId ?? null,
      mainFeed: broadcasts.followed.mainFeed(show),
      sessions: broadcasts.followed.running(show),
      published: shows.get(show).published,
      notStoredBecause: shows.notStoredBecause(show),
      delay: this.#measured(show),
      cued: session?.state.onAir ?? this.#endedLine(show)?.cued ?? NOTHING_CUED,
      scenes: shows.get(show).scenes,
      auto: this.#deps.auto.of(show),
      links: links.of(show),
      look: shows.get(show).look,
      publicUrl: this.#deps.publicUrl ?? null,
      camera: this.#deps.camera.state(session),
      acts: this.#acts.list(show),
      finish: this.#finish.of(show),
      undo: this.#acts.undoable(show),
    };
  }

  async delay(show: string): Promise<ShowDelay> {
    const { delayMs, publicExtraMs } = this.#deps.shows.get(show);
    return { delayMs, publicExtraMs, delay: this.#measured(show) };
  }

  async setDelay(show: string, who: string, change: DelayChange, mode: DelayMode): Promise<Stored> {
    const { stored, before } = await this.#deps.broadcasts.setDelay(show, change, mode);
    const from = before.settings;
    const { delayMs = from.delayMs, publicExtraMs = from.publicExtraMs } = change;
    this.#acts.keep(show, who, delayBack(this.#deps, show, from, { delayMs, publicExtraMs }));
    const hasMoved = this.#moves(show) !== before.delays.graphics.playhead.moves;
    // What was so already is no change.
    if (from.delayMs !== delayMs || (hasMoved && change.delayMs !== undefined))
      this.#acts.note(show, who, 'broadcast:delay:set', from.delayMs, delayMs);
    if (from.publicExtraMs !== publicExtraMs)
      this.#acts.note(show, who, 'broadcast:extra:set', from.publicExtraMs, publicExtraMs);
    return stored;
  }

  /** @throws DeskError where the moment is further than a delay may be, or nearer than the graphics */
  async match(show: string, who: string, { at, agoMs, picture, mode }: SeenMoment): Promise<Stored & Matched> {
    const { broadcasts, clock, shows } = this.#deps;
    const { delayMs: setMs } = shows.get(show);
    const behindMs = Math.round(clock.now() - agoMs - at);
    const change =
      picture === 'graphics'
        ? { delayMs: matchedGraphics(behindMs) }
        : { publicExtraMs: matchedPublic(behindMs, setMs) };
    const { stored, before } = await broadcasts.setDelay(show, change, mode);
    const { delayMs, publicExtraMs } = before.settings;
    const matched = { delayMs, publicExtraMs, ...change };
    const figure = picture === 'graphics' ? 'delayMs' : 'publicExtraMs';
    const from = before.settings[figure];
    this.#acts.keep(show, who, delayBack(this.#deps, show, before.settings, matched));
    if (from !== matched[figure]) this.#acts.note(show, who, 'broadcast:match', from, matched[figure], { picture });
    return { picture, from, ...matched, ...stored };
  }

  async pause(show: string, who: string): Promise<Stored> {
    const { stored, before } = await this.#deps.broadcasts.pause(show);
    this.#acts.keep(show, who, pauseBack(this.#deps, show, before));
    this.#acts.note(show, who, 'broadcast:pause', before.delays.graphics.playhead.moves, 'paused');
    return stored;
  }

  async resume(show: string, who: string, mode: DelayMode): Promise<Stored> {
    const { stored, before } = await this.#deps.broadcasts.resume(show, mode);
    this.#acts.keep(show, who, resumeBack(this.#deps, show, before));
    this.#acts.note(show, who, 'broadcast:resume', before.delays.graphics.playhead.moves, this.#moves(show));
    return stored;
  }

  async publish(show: string, who: string, published: boolean): Promise<Stored> {
    const changed = await this.#deps.broadcasts.publish(show, published);
    this.#published(show, who, published, changed);
    return changed.stored;
  }

  #published(show: string, who: string, published: boolean, { before }: Changed): void {
    const from = before.settings.published;
    this.#acts.keep(show, who, publishBack(this.#deps, show, from, published));
    this.#acts.note(show, who, published ? 'publish' : 'unpublish', from, published);
  }

  /** @throws DeskError where results are to be cued and no session runs, or where nothing can have been shown */
  async finish(show: string, who: string, { forMs, publish }: FinishWanted): Promise<Stored & Finishing> {
    const { broadcasts, clock } = this.#deps;
    const at = Math.round(clock.now());
    const cued =
      forMs === undefined ? null : giveCue(this.#deps, this.#running(show), show, { set: RESULTS_ALONE, forMs });
    const planned = { by: who, at, until: Math.ceil(cued?.until ?? clock.now()), publish };
    const { stored } = await broadcasts.planFinish(show, planned);
    const finish = this.#finish.of(show);
    this.#acts.keep(show, who, finishBack(this.#deps, show, planned, cued?.back ?? null));
    this.#acts.note(show, who, 'show:finish', null, { publish, ...(forMs !== undefined && { forMs }) });
    // It would cue over the results otherwise.
    this.#takeControl(show, who, 'finish');
    return { finish, ...stored };
  }

  /** @throws DeskError where nothing is planned */
  async cancelFinish(show: string, who: string): Promise<Stored & Finishing> {
    if (this.#deps.shows.get(show).finishing === null) {
      throw new DeskError(`The show "${show}" is not being finished.`, 'conflict');
    }
    const { stored, before } = await this.#deps.broadcasts.planFinish(show, null);
    const planned = before.settings.finishing;
    this.#acts.note(show, who, 'show:finish:cancel', planned && { publish: planned.publish, by: planned.by }, null);
    return { finish: null, ...stored };
  }

  /**
   * Follows another session, or what another relay feeds. `who` is a director or an operator.
   * @throws FollowError, ShowStoreError
   */
  async follow(show: string, who: string, choice: FollowChoice, because?: string): Promise<ShowFollowed> {
    const { followed } = this.#deps.broadcasts;
    const before = await followed.choose(show, choice);
    const from = { sessionId: followedBy(before), relayId: before.mainFeed?.relayId ?? null };
    const mainFeed = followed.mainFeed(show);
    const sessionId = followed.of(show)?.sessionId ?? null;
    const to = { sessionId, relayId: mainFeed?.relayId ?? null };
    this.#acts.keep(show, who, followBack(this.#deps, show, from, to));
    this.#acts.note(show, who, 'show:follow', from, to, because === undefined ? {} : { because });
    return { show, sessionId, mainFeed };
  }

  async cue(show: string, who: string, cue: CueSet): Promise<void> {
    const { from, back } = await onCueable(this.#deps, show, (session) => giveCue(this.#deps, session, show, cue));
    this.#acts.keep(show, who, back);
    const { scene, set, when = 'picture' } = cue;
    const to = [...(scene === undefined ? [] : [scene]), ...slotNames(set), when].join(' ');
    this.#acts.note(show, who, 'broadcast:cue', from, to);
    this.#takeControl(show, who, 'cue');
  }

  /** Who cues has taken control of a show that runs itself. */
  #takeControl(show: string, who: string, because: string): void {
    if (this.#deps.auto.hold(show, who)) this.#acts.note(show, who, 'show:auto', 'running', 'held', { because });
  }

  /** @throws CueError where the show has no scene of that name, DeskError */
  async cueScene(show: string, who: string, name: string, when?: CueSet['when']): Promise<void> {
    const scene = this.#deps.shows.get(show).scenes.find((each) => each.name === name);
    if (scene === undefined) throw noScene(name);
    const { set, forMs } = scene;
    await this.cue(show, who, { set, scene: name, forMs, ...(when && { when }) });
  }

  /** @throws CameraRefusedError */
  async camera(show: string, who: string, request: CameraRequest): Promise<CameraAsked> {
    const session = this.#running(show);
    const numberOf = (car: number | null | undefined) =>
      car == null ? null : (session?.state.timing.entries[car]?.carNumber ?? `index ${car}`);
    const from = numberOf(session?.state.camera?.car);
    const relayId = await this.#deps.camera.ask(session, request);
    this.#acts.note(show, who, 'show:camera', from, 'car' in request ? numberOf(request.car) : null, { relayId });
    return { show, relayId };
  }

  /** Not noted cue by cue: the timeline has those, and a list of them would hide what people do. */
  async auto(show: string, who: string, change: AutoChange): Promise<Stored> {
    const { auto } = this.#deps;
    const nameOf = ({ isRunning }: { readonly isRunning: boolean }) => (isRunning ? 'running' : 'held');
    const before = auto.of(show);
    const stored = auto.set(show, who, change);
    const after = auto.of(show);
    if (nameOf(before) !== nameOf(after)) this.#acts.note(show, who, 'show:auto', nameOf(before), nameOf(after));
    if (change.rules !== undefined) this.#acts.note(show, who, 'auto:rules', before.rules, after.rules);
    this.#acts.keep(show, who, autoBack(auto, show, who, before, after));
    return stored;
  }

  async dryRun(show: string, sessionId: string, signal: AbortSignal): Promise<AsyncIterable<DryRunLine> | null> {
    const { registry, auto, log } = this.#deps;
    const summary = registry.summary(sessionId);
    if (summary?.show !== show) return null;
    await registry.liveSession(sessionId)?.synced();
    const { startedAt, lastFrameAt } = summary;
    const dir = registry.timelineDir(sessionId);
    const { rules } = auto.of(show);
    return this.#dryRuns.lines({ sessionId, dir, rules, startedAt, lastFrameAt, signal, log });
  }

  async moments(show: string, car: number | undefined): Promise<Moment[]> {
    const session = this.#running(show);
    if (session === null) return [];
    const { broadcasts, clock } = this.#deps;
    const instantOf = (sessionTimeMs: number) => broadcasts.instantOf(session.id, sessionTimeMs);
    return momentsOf(session.state.timing, car, instantOf, clock.now());
  }

  /** @throws CueError */
  async saveScene(show: string, who: string, scene: Scene, replaces?: string): Promise<void> {
    const saved = (scenes: readonly Scene[]) => withSceneSaved(scenes, scene, replaces);
    await this.#changeScenes(show, who, `saved the scene "${scene.name}"`, saved);
    this.#acts.note(show, who, 'scene:save', replaces ?? null, scene.name);
  }

  /** @throws CueError */
  async deleteScene(show: string, who: string, name: string): Promise<void> {
    await this.#changeScenes(show, who, `deleted the scene "${name}"`, (scenes) => {
      if (!scenes.some((scene) => scene.name === name)) throw noScene(name);
      return scenes.filter((scene) => scene.name !== name);
    });
    this.#acts.note(show, who, 'scene:delete', name, null);
  }

  async #changeScenes(show: string, who: string, says: string, make: (scenes: Scene[]) => Scene[]): Promise<void> {
    let from: Scene[] = [];
    let to: Scene[] = [];
    await this.#deps.shows.change(show, ({ scenes }) => {
      from = scenes;
      to = make(scenes);
      return { next: { scenes: to }, closes: false };
    });
    this.#acts.keep(show, who, settingBack(this.#deps, show, { key: 'scenes', from, to, says }));
  }

  /**
   * Undoes the newest act that can be undone, as `DeskActs` does.
   * @throws UndoError where it is another one
   */
  undo(show: string, who: string, id: string | undefined): Promise<Stored & Undone> {
    return this.#acts.undo(show, who, id);
  }

  async createLink(wanted: WantedLink): Promise<StoredLink> {
    const link = await this.#deps.links.create(wanted).catch((error: unknown) => {
      throw error instanceof LinkError ? new DeskError(error.message, 'conflict') : error;
    });
    // The code is the link: it does not stand in the trail.
    const to = { kind: link.kind, label: link.label, expiresAt: link.expiresAt };
    this.#acts.note(wanted.show, wanted.createdBy, 'link:create', null, to);
    return link;
  }

  /** @throws DeskError where the show has no such link that still opens something. */
  async revokeLink(show: string, who: string, code: string): Promise<Stored> {
    const link = this.#deps.shows.get(show).links.find((each) => each.code === code);
    const stored = await this.#deps.links.revoke(show, code);
    if (stored === null) {
      throw new DeskError('There is no such link of this show, or it was revoked before.', 'not_found');
    }
    this.#acts.note(show, who, 'link:revoke', { kind: link?.kind, label: link?.label }, null);
    return stored;
  }

  /** @throws LogoError where the show has no such logo, ShowStoreError */
  async setLook(show: string, who: string, look: ShowLook | null): Promise<Stored> {
    const { logos, shows } = this.#deps;
    if (look !== null && look.logo !== null && (await logos.read(show, look.logo)) === null) {
      throw new LogoError(`The show "${show}" has no logo ${look.logo}. Upload it first.`);
    }
    let from: ShowLook | null = null;
    const stored = await shows.change(show, (settings) => {
      from = settings.look;
      return { next: { look }, closes: false };
    });
    this.#acts.keep(
      show,
      who,
      settingBack(this.#deps, show, { key: 'look', from, to: look, says: 'changed the look' }),
    );
    this.#acts.note(show, who, 'show:look', from, look);
    return stored;
  }

  /** @throws LogoError */
  async addLogo(show: string, who: string, bytes: Uint8Array): Promise<LogoUploaded> {
    const { logos, shows } = this.#deps;
    const uploaded = await logos.add(show, bytes, shows.get(show).look?.logo ?? null);
    this.#deps.audit(who, 'show:logo', { show, ...uploaded });
    return uploaded;
  }

  async logo(show: string, hash: string): Promise<StoredLogo | null> {
    return this.#deps.logos.read(show, hash);
  }

  /** What is measured of the session that is on air, or, before anything has aired, of the one that runs. */
  #measured(show: string): MeasuredDelay | null {
    const broadcast = this.#deps.broadcasts.of(show);
    const sessionId = broadcast.airedSession() ?? this.#running(show)?.id;
    return sessionId === undefined ? null : broadcast.measured(sessionId);
  }

  #moves(show: string): string {
    return this.#deps.broadcasts.of(show).delays.graphics.playhead.moves;
  }

  /** The line of the session that the show follows: what is cued of one that has ended. */
  #endedLine(show: string): BroadcastSession | undefined {
    const { broadcasts } = this.#deps;
    return broadcasts.of(show).session(broadcasts.followed.of(show)?.sessionId ?? '');
  }

  #running(show: string): Session | null {
    const { registry, broadcasts } = this.#deps;
    const current = broadcasts.followed.of(show);
    return (current && registry.liveSession(current.sessionId)) ?? null;
  }
}

function noScene(name: string): CueError {
  return new CueError(`There is no scene "${name}".`, 'not_found');
}
