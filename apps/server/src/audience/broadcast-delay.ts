import type { DelayMode, MeasuredDelay, OnAir } from '@okboxbox/protocol';
import type { Logger } from '../log.js';
import type { SessionRegistry } from '../session/registry.js';
import type { Session } from '../session/session.js';
import { followedBy, shifted } from '../shows/following.js';
import type { ShowSettings } from '../shows/show-settings.js';
import type { Shows } from '../shows/shows.js';
import type { Stored } from '../unsaved-settings.js';
import type { BroadcastAudience } from './broadcast-audience.js';
import type { Channel, ChannelWorld } from './channel.js';
import { FollowedSessions } from './followed-sessions.js';
import { LineMaker } from './line-maker.js';
import { paused, restarted, resumed, withDelay } from './playhead.js';
import { rebuildLine } from './rebuild-line.js';
import { ShowBroadcast } from './show-broadcast.js';

/** While a picture is not where its delay says, where it is is stored so often, in ms. */
const STORE_MS = 1_000;

export interface BroadcastDelayWorld extends ChannelWorld {
  readonly registry: SessionRegistry;
  readonly shows: Shows;
  readonly log: Logger;
}

/** Who hears of what the public picture does. */
export interface BroadcastListener {
  /** Outputs that follow a show, with this extra delay, are on another session from now on. */
  moved(show: string, extraMs: number, sessionId: string): void;
  /** A show follows another session from now on; its picture shows it when that is due. */
  followed?(show: string, sessionId: string): void;
  /** The delay, its state or the publishing switch of a show is another. */
  changed(show: string): void;
}

/** What operations see of the service. */
export interface BroadcastDelayStatus {
  readonly initialized: boolean;
  /** Why not, where it is not. */
  readonly because: string | null;
  readonly sessions: readonly MeasuredDelay[];
}

/** A show's settings of before a restart, in the terms of this run, whose clock was set forward by `shiftMs`. */
export function afterRestart(settings: ShowSettings, shiftMs: number | null, now: number): ShowSettings {
  const airedAt = shiftMs === null || settings.airedAt === null ? null : settings.airedAt + shiftMs;
  const { delayMs, playhead } = restarted(settings, airedAt, now);
  // Where a picture stands is known from now on, if it was not before.
  const publicFrom = shiftMs === null || settings.publicFrom === null ? null : settings.publicFrom + shiftMs;
  const following = settings.following && shifted(settings.following, shiftMs, Math.ceil(now));
  const stands = playhead.moves === 'paused' ? playhead.at : airedAt;
  return { ...settings, delayMs, playhead, airedAt: stands, publicFrom, following };
}

/**
 * The `BroadcastDelayService`: the public picture of every show, what directors may do to it, and what is known of it.
 * Rights are decided before it is asked.
 */
export class BroadcastDelayService {
  readonly #world: BroadcastDelayWorld;
  /** Which session each show follows. */
  readonly followed: FollowedSessions;
  readonly #shows = new Map<string, ShowBroadcast>();
  readonly #listeners = new Set<BroadcastListener>();
  readonly #preparing = new Set<string>();
  readonly #failed = new Set<string>();
  /** Sessions that have ended and take what a relay had not sent. */
  readonly #reopened = new Map<string, Session>();
  #storing: NodeJS.Timeout | null = null;

  constructor(world: BroadcastDelayWorld) {
    this.#world = world;
    const { registry, shows } = world;
    this.followed = new FollowedSessions({ ...world, positionOf: (show) => this.of(show).position });
    shows.onChange((settings, before) => {
      const { show, following } = settings;
      this.of(show).set(settings);
      const sessionId = following && followedBy(following);
      if (sessionId !== null && sessionId !== (before.following && followedBy(before.following))) {
        for (const listener of this.#listeners) listener.followed?.(show, sessionId);
      }
      this.#changed(show);
    });
    for (const { show, sessionId } of registry.endedLately()) void this.#prepare(this.of(show).add(sessionId), null);
    registry.listen({
      began: (session) => this.#begin(session),
      ended: (session) => this.#channelOf(session.id)?.detach(),
      reopened: (session) => this.#reopen(session),
      closedAgain: ({ id }) => {
        this.#reopened.delete(id);
        this.#channelOf(id)?.detach();
      },
    });
    this.#storing = setInterval(() => this.#storePositions(), STORE_MS);
    this.#storing.unref();
  }

  /** The public picture of a show. */
  of(show: string): ShowBroadcast {
    let broadcast = this.#shows.get(show);
    if (broadcast === undefined) {
      broadcast = new ShowBroadcast(this.#world.shows.get(show), {
        ...this.#world,
        onMoved: (name, extraMs, sessionId) => {
          for (const listener of this.#listeners) listener.moved(name, extraMs, sessionId);
        },
        onState: (name) => this.#changed(name),
      });
      this.#shows.set(show, broadcast);
      broadcast.tick();
    }
    return broadcast;
  }

  listen(listener: BroadcastListener): void {
    this.#listeners.add(listener);
  }

  /** Whether a session's end, or its beginning, may still have to air: then its last state is not public. */
  isAiring(sessionId: string): boolean {
    return this.#channelOf(sessionId) !== undefined;
  }

  /** Whether a session's line could not be made of its timeline: nothing of it airs then. */
  hasFailed(sessionId: string): boolean {
    return this.#failed.has(sessionId);
  }

  /** The audience of a session for an output; see `ShowBroadcast.audienceFor`. */
  audience(show: string, sessionId: string, extraMs: number): BroadcastAudience | 'full' | undefined {
    return this.of(show).audienceFor(sessionId, extraMs);
  }

  /**
   * Resolves with whether it is stored, as `Shows.change` does, here and in the calls below.
   * @throws ShowStoreError
   */
  async setDelay(show: string, delayMs: number, mode: DelayMode): Promise<Stored> {
    return this.#change(show, (settings, now) => {
      const next = withDelay(this.of(show).delay, delayMs, mode, now);
      return { next: { ...next, ...this.#whereItIs(show) }, closes: delayMs > settings.delayMs };
    });
  }

  async pause(show: string): Promise<Stored> {
    return this.#change(show, (_settings, now) => {
      const next = paused(this.of(show).delay, now);
      return { next: { ...next, ...this.#whereItIs(show) }, closes: true };
    });
  }

  async resume(show: string, mode: DelayMode): Promise<Stored> {
    return this.#change(show, (_settings, now) => {
      const next = resumed(this.of(show).delay, mode, now);
      return { next: { ...next, ...this.#whereItIs(show) }, closes: false };
    });
  }

  async publish(show: string, published: boolean): Promise<Stored> {
    return this.#change(show, (settings, now) => {
      if (!published) return { next: { published }, closes: true };
      const { position, delay, publicFrom } = this.of(show);
      // What stood still before anybody public saw it is new to them.
      const isNew = !settings.published && position > now - delay.delayMs;
      return { next: { published, publicFrom: isNew ? position : publicFrom }, closes: false };
    });
  }

  /** Puts slots on air with the picture of this moment, or at once onto the one that is on air. */
  cue(session: Session, set: Partial<OnAir>, when: 'picture' | 'now'): void {
    const broadcast = this.of(session.state.facts.show);
    if (when === 'picture') {
      session.cue(set, null);
      return;
    }
    const at = broadcast.position;
    const channel = broadcast.channel(session.id);
    // The line has it at that instant already when the session's state says so.
    session.cue(set, at, () => channel?.cueAt(session, set, at));
    broadcast.tick();
  }

  /** When an instant of a session's clock was, on the server's clock; `null` where that is not known any more. */
  instantOf(sessionId: string, sessionTimeMs: number): number | null {
    return this.#channelOf(sessionId)?.instantOf(sessionTimeMs) ?? null;
  }

  get status(): BroadcastDelayStatus {
    const sessions = [...this.#shows.values()].flatMap((broadcast) =>
      broadcast.channels.map(({ sessionId }) => broadcast.measured(sessionId)),
    );
    const waits = [...this.#preparing].join(', ');
    const failed = [...this.#failed].join(', ');
    return {
      initialized: waits === '' && failed === '',
      because:
        failed !== ''
          ? `The timelines of ${failed} cannot be read: nothing of them airs.`
          : waits !== ''
            ? `The last two minutes of ${waits} are read from the timeline; nothing of them airs before.`
            : null,
      sessions,
    };
  }

  async close(): Promise<void> {
    if (this.#storing) clearInterval(this.#storing);
    this.#storePositions();
    for (const broadcast of this.#shows.values()) broadcast.close();
    await this.#world.shows.idle();
  }

  /** What a change of the delay starts from. */
  #whereItIs(show: string): Pick<ShowSettings, 'airedAt' | 'publicFrom'> {
    const { position, publicFrom } = this.of(show);
    return { airedAt: position, publicFrom };
  }

  async #change(
    show: string,
    make: (settings: ShowSettings, now: number) => { next: Partial<ShowSettings>; closes: boolean },
  ): Promise<Stored> {
    return this.#world.shows.change(show, (settings) => make(settings, this.#world.now()));
  }

  #begin(session: Session): void {
    const { facts } = session.state;
    const channel = this.of(facts.show).add(session.id);
    if (session.isResumed) void this.#prepare(channel, session);
    else channel.begin(new LineMaker(session.state), session);
  }

  /** What is added to a session after its end airs when it is due, like all before it. */
  #reopen(session: Session): void {
    this.#reopened.set(session.id, session);
    const channel = this.#channelOf(session.id);
    if (channel === undefined) void this.#prepare(this.of(session.state.facts.show).addAside(session.id), session);
    // A line that is being made goes on with it when it is.
    else if (!channel.isPreparing) channel.goOn(session);
  }

  async #prepare(channel: Channel, session: Session | null): Promise<void> {
    const { registry, now, log } = this.#world;
    const { sessionId } = channel;
    this.#preparing.add(sessionId);
    try {
      // What was noted when it was resumed says how the clock was set; an ended session's timeline has no such note.
      await session?.synced();
      const shiftMs = session === null || session.state.status.status === 'ended' ? registry.shiftOf(sessionId) : 0;
      const maker = await rebuildLine(registry.timelineDir(sessionId), { now, shiftMs, log });
      if (maker === null) throw new Error('the timeline does not say what session it is');
      // What has come meanwhile follows in one step.
      const feeding = session ?? this.#reopened.get(sessionId) ?? null;
      if (feeding !== null) {
        maker.observe(feeding.state, now());
        maker.flush(feeding.state, now());
      }
      channel.begin(maker, feeding);
    } catch (error) {
      this.#failed.add(sessionId);
      channel.fail();
      log.error({ err: error, sessionId }, 'the line of a session could not be made: nothing of it airs');
    } finally {
      this.#preparing.delete(sessionId);
    }
  }

  #channelOf(sessionId: string): Channel | undefined {
    for (const broadcast of this.#shows.values()) {
      const channel = broadcast.channel(sessionId);
      if (channel !== undefined) return channel;
    }
    return undefined;
  }

  #changed(show: string): void {
    for (const listener of this.#listeners) listener.changed(show);
  }

  /** Stores where pictures are that are not where their delay says: a restart goes on from there. */
  #storePositions(): void {
    for (const [show, broadcast] of this.#shows) {
      const { moves } = broadcast.delay.playhead;
      const hasSettled = moves === 'running' && this.#world.shows.get(show).playhead.moves !== 'running';
      if (moves !== 'gliding' && !hasSettled) continue;
      const whereItIs = () => {
        const { playhead } = broadcast.delay;
        return { next: { playhead, airedAt: broadcast.position }, closes: false };
      };
      this.#world.shows.change(show, whereItIs).catch(() => undefined);
    }
  }
}
