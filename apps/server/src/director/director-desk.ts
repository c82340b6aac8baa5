import {
  type CueSet,
  type DelayMode,
  type DeskState,
  type DirectorAct,
  MAX_DELAY_MS,
  type Moment,
  NOTHING_CUED,
  type Scene,
  type ShowFollowed,
} from '@okboxbox/protocol';
import type { ShareLinks, WantedLink } from '../access/share-links.js';
import type { BroadcastDelayService } from '../audience/broadcast-delay.js';
import { feedStateOf } from '../audience/feed-view.js';
import type { FollowChoice } from '../audience/followed-sessions.js';
import type { Clock } from '../clock.js';
import type { SessionRegistry } from '../session/registry.js';
import type { Session } from '../session/session.js';
import type { StoredLink } from '../shows/show-settings.js';
import type { Shows } from '../shows/shows.js';
import type { Stored } from '../unsaved-settings.js';
import { CueError, slotNames, slotsOf, withScene, withSceneSaved } from './cues.js';
import { momentsOf } from './moments.js';

/** Acts of a show's directors that the desk lists. */
const MAX_ACTS = 50;

/** Who watches a show, as the gateway knows it. */
export interface Audiences {
  watchers(show: string): Pick<DeskState, 'watchers' | 'publicViewers'>;
  viewersOfLink(code: string): number;
}

export interface DirectorDeskWorld {
  readonly registry: SessionRegistry;
  readonly broadcasts: BroadcastDelayService;
  readonly shows: Shows;
  readonly links: ShareLinks;
  readonly clock: Clock;
  readonly audit: (who: string, action: string, detail: object) => void;
  /** What links that people are given begin with; `null` where that is not configured. */
  readonly publicUrl?: string | null;
}

/** Something that a director asks for and that cannot be done now; the message says why. */
export class DeskError extends Error {
  override readonly name = 'DeskError';
}

/**
 * All that a director may do to a show, each act noted with who did it, from what and to what. Rights are decided before
 * it is asked.
 */
export class DirectorDesk {
  readonly #world: DirectorDeskWorld;
  readonly #acts = new Map<string, DirectorAct[]>();

  constructor(world: DirectorDeskWorld) {
    this.#world = world;
  }

  /** What links that people are given begin with; `null` where that is not configured. */
  get publicUrl(): string | null {
    return this.#world.publicUrl ?? null;
  }

  /** All that the desk of a show shows. */
  state(show: string, audiences: Audiences): DeskState {
    const { broadcasts, shows, links } = this.#world;
    const broadcast = broadcasts.of(show);
    const session = this.#running(show);
    const airedSessionId = broadcast.airedSession();
    const sessionId = session?.id ?? null;
    const measured = airedSessionId ?? sessionId;
    return {
      show,
      sessionId,
      airedSessionId,
      followedSessionId: broadcasts.followed.of(show)?.sessionId ?? null,
      mainFeed: broadcasts.followed.mainFeed(show),
      sessions: broadcasts.followed.running(show),
      published: shows.get(show).published,
      notStoredBecause: shows.notStoredBecause(show),
      delay: measured === null ? null : broadcast.measured(measured),
      cued: session?.state.onAir ?? NOTHING_CUED,
      scenes: shows.get(show).scenes,
      links: links.of(show, (code) => audiences.viewersOfLink(code)),
      publicUrl: this.publicUrl,
      acts: this.#acts.get(show) ?? [],
      ...audiences.watchers(show),
    };
  }

  async setDelay(show: string, who: string, delayMs: number, mode: DelayMode): Promise<Stored> {
    const from = this.#world.shows.get(show).delayMs;
    const stored = await this.#world.broadcasts.setDelay(show, delayMs, mode);
    this.#note(show, who, 'broadcast:delay:set', from, delayMs);
    return stored;
  }

  /** Sets the delay so that a moment that is seen on the stream now airs now. Answers with the delay before and after. */
  async match(
    show: string,
    who: string,
    { at, agoMs, mode }: { readonly at: number; readonly agoMs: number; readonly mode: DelayMode },
  ): Promise<Stored & { readonly from: number; readonly delayMs: number }> {
    const from = this.#world.shows.get(show).delayMs;
    const delayMs = Math.round(this.#world.clock.now() - agoMs - at);
    if (delayMs < 0 || delayMs > MAX_DELAY_MS) {
      const seconds = (delayMs / 1000).toFixed(1);
      throw new DeskError(`That moment was ${seconds} s ago; the delay can be 0 to ${MAX_DELAY_MS / 1000} s.`);
    }
    const stored = await this.#world.broadcasts.setDelay(show, delayMs, mode);
    this.#note(show, who, 'broadcast:match', from, delayMs);
    return { from, delayMs, ...stored };
  }

  async pause(show: string, who: string): Promise<Stored> {
    const from = this.#world.broadcasts.of(show).delay.playhead.moves;
    const stored = await this.#world.broadcasts.pause(show);
    this.#note(show, who, 'broadcast:pause', from, 'paused');
    return stored;
  }

  async resume(show: string, who: string, mode: DelayMode): Promise<Stored> {
    const from = this.#world.broadcasts.of(show).delay.playhead.moves;
    const stored = await this.#world.broadcasts.resume(show, mode);
    this.#note(show, who, 'broadcast:resume', from, this.#world.broadcasts.of(show).delay.playhead.moves);
    return stored;
  }

  async publish(show: string, who: string, published: boolean): Promise<Stored> {
    const from = this.#world.shows.get(show).published;
    const stored = await this.#world.broadcasts.publish(show, published);
    this.#note(show, who, published ? 'publish' : 'unpublish', from, published);
    return stored;
  }

  /**
   * Follows another session, or what another relay feeds. `who` is a director or an operator.
   * @throws FollowError, ShowStoreError
   */
  async follow(show: string, who: string, choice: FollowChoice, because?: string): Promise<ShowFollowed> {
    const { followed } = this.#world.broadcasts;
    const from = { sessionId: followed.of(show)?.sessionId ?? null, relayId: followed.mainFeed(show)?.relayId ?? null };
    await followed.choose(show, choice);
    const mainFeed = followed.mainFeed(show);
    const sessionId = followed.of(show)?.sessionId ?? null;
    const to = { sessionId, relayId: mainFeed?.relayId ?? null };
    this.#note(show, who, 'show:follow', from, to, because === undefined ? {} : { because });
    return { show, sessionId, mainFeed };
  }

  /** @throws DeskError, CueError */
  cue(show: string, who: string, { set, scene, when = 'picture', forMs = null }: CueSet): void {
    const { broadcasts, clock } = this.#world;
    const session = this.#running(show);
    if (session === null) throw new DeskError(`The show "${show}" has no running session: there is nothing to cue.`);
    const broadcast = broadcasts.of(show);
    const aired = broadcast.channel(session.id)?.audience(0)?.feed?.state;
    if (when === 'now' && aired === undefined) {
      throw new DeskError('Nothing of this session has aired yet: cue with the picture instead.');
    }
    const picture = when === 'now' && aired !== undefined ? aired : feedStateOf(session.state, null);
    const now = when === 'now' ? broadcast.position : clock.now();
    const from = session.state.onAir.scene;
    const slots = withScene(slotsOf(set, picture, forMs === null ? null : now + forMs), scene);
    broadcasts.cue(session, slots, when);
    this.#note(
      show,
      who,
      'broadcast:cue',
      from,
      [...(scene === undefined ? [] : [scene]), ...slotNames(set), when].join(' '),
    );
  }

  /** What was seen lately, to match the stream's picture with. @throws DeskError */
  moments(show: string, car: number | undefined): Moment[] {
    const session = this.#running(show);
    if (session === null) return [];
    const { broadcasts, clock } = this.#world;
    const instantOf = (sessionTimeMs: number) => broadcasts.instantOf(session.id, sessionTimeMs);
    return momentsOf(session.state.timing, car, instantOf, clock.now());
  }

  /** @throws CueError */
  async saveScene(show: string, who: string, scene: Scene, replaces?: string): Promise<void> {
    await this.#world.shows.change(show, ({ scenes }) => ({
      next: { scenes: withSceneSaved(scenes, scene, replaces) },
      closes: false,
    }));
    this.#note(show, who, 'scene:save', replaces ?? null, scene.name);
  }

  /** @throws CueError */
  async deleteScene(show: string, who: string, name: string): Promise<void> {
    await this.#world.shows.change(show, ({ scenes }) => {
      if (!scenes.some((scene) => scene.name === name)) throw new CueError(`There is no scene "${name}".`);
      return { next: { scenes: scenes.filter((scene) => scene.name !== name) }, closes: false };
    });
    this.#note(show, who, 'scene:delete', name, null);
  }

  async createLink(wanted: WantedLink): Promise<StoredLink> {
    const link = await this.#world.links.create(wanted);
    // The code is the link: it does not stand in the trail.
    const to = { kind: link.kind, label: link.label, expiresAt: link.expiresAt };
    this.#note(wanted.show, wanted.createdBy, 'link:create', null, to);
    return link;
  }

  /** @throws DeskError where the show has no such link that still opens something. */
  async revokeLink(show: string, who: string, code: string): Promise<Stored> {
    const link = this.#world.shows.get(show).links.find((each) => each.code === code);
    const stored = await this.#world.links.revoke(show, code);
    if (stored === null) {
      throw new DeskError('There is no such link of this show, or it was revoked before.');
    }
    this.#note(show, who, 'link:revoke', { kind: link?.kind, label: link?.label }, null);
    return stored;
  }

  #running(show: string): Session | null {
    const { registry, broadcasts } = this.#world;
    const current = broadcasts.followed.of(show);
    return (current && registry.liveSession(current.sessionId)) ?? null;
  }

  #note(show: string, who: string, act: string, from: unknown, to: unknown, more: object = {}): void {
    const at = Math.round(this.#world.clock.now());
    this.#acts.set(show, [{ at, who, act, from, to }, ...(this.#acts.get(show) ?? [])].slice(0, MAX_ACTS));
    this.#world.audit(who, act, { show, from, to, ...more });
  }
}
