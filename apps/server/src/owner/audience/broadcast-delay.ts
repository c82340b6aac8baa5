import {
  type DelayMode,
  type ExtraDelay,
  type MeasuredDelay,
  type OnAir,
  PICTURES,
  type Picture,
  SLOTS,
} from '@okboxbox/protocol';
import { diskReason } from '../../data-files.js';
import { followedBy, shifted } from '../../directory/following.js';
import { bothResumed, type Delays, type Playhead, paused, restarted, withDelays } from '../../directory/playhead.js';
import type { DelayChange } from '../../directory/show-desk.js';
import { delaysOf } from '../../directory/show-record.js';
import type { Logger } from '../../log.js';
import type { Stored } from '../../unsaved-settings.js';
import type { SessionRegistry } from '../session/registry.js';
import type { Session } from '../session/session.js';
import type { ShowSettings } from '../shows/show-settings.js';
import type { Change, Shows } from '../shows/shows.js';
import { readAired, writeAired } from './aired-file.js';
import type { BroadcastAudience } from './broadcast-audience.js';
import type { AiredBefore, BroadcastSession, BroadcastSessionDeps } from './broadcast-session.js';
import { FollowedSessions } from './followed-sessions.js';
import { LineMaker } from './line-maker.js';
import { rebuildLine } from './rebuild-line.js';
import { picturesOf, ShowBroadcast } from './show-broadcast.js';
import type { ShowClock } from './show-clock.js';

/** How often the position of a picture that is not where its delay says is stored, in ms. */
const STORE_MS = 1_000;

export interface BroadcastDelayDeps extends Omit<BroadcastSessionDeps, 'clock'> {
  readonly clockOf: (show: string) => ShowClock;
  readonly registry: SessionRegistry;
  readonly shows: Shows;
  readonly log: Logger;
}

/** What operations see of the service. */
export interface BroadcastDelayStatus {
  readonly initialized: boolean;
  /** Why not, where it is not. */
  readonly because: string | null;
  readonly sessions: readonly MeasuredDelay[];
}

/** What a change of a show started from. */
export interface Before {
  readonly settings: ShowSettings;
  readonly delays: Delays;
}

/** What came of a change: whether it is stored, and what was in force until it was. */
export interface Changed {
  readonly stored: Stored;
  readonly before: Before;
}

/** A show's settings of before a restart, in the terms of this run, whose clock was set forward by `shiftMs`. */
export function afterRestart(settings: ShowSettings, shiftMs: number | null, now: number): ShowSettings {
  const onThisClock = (at: number | null) => (shiftMs === null || at === null ? null : at + shiftMs);
  const aired = { graphics: onThisClock(settings.airedAt), public: onThisClock(settings.publicAiredAt) };
  const delays = restarted(delaysOf(picturesOf(settings)), aired, now);
  const playhead = delays.graphics.playhead;
  const publicPlayhead = delays.public.playhead;
  return {
    ...settings,
    playhead,
    publicPlayhead,
    // Where a picture stands is known from now on, if it was not before.
    airedAt: playhead.moves === 'paused' ? playhead.at : aired.graphics,
    publicAiredAt: publicPlayhead.moves === 'paused' ? publicPlayhead.at : aired.public,
    publicFrom: onThisClock(settings.publicFrom),
    finishing: settings.finishing && finishingAfter(settings.finishing, shiftMs, now),
    following: settings.following && shifted(settings.following, shiftMs, Math.ceil(now)),
  };
}

/** A planned end by this run's clock; where nobody knows that, it counts from now, which the picture shows no earlier. */
function finishingAfter(finishing: Finishing, shiftMs: number | null, now: number): Finishing {
  const { at, until } = finishing;
  if (shiftMs === null) return { ...finishing, at: now, until: Math.ceil(now) };
  return { ...finishing, at: at + shiftMs, until: until + shiftMs };
}

/** How a show is planned to end. */
type Finishing = NonNullable<ShowSettings['finishing']>;

/**
 * The `BroadcastDelayService`: the two pictures of every show, what directors may do to it, and what is known of it.
 * Rights are decided before it is asked.
 */
export class BroadcastDelayService {
  readonly #deps: BroadcastDelayDeps;
  /** Which session each show follows. */
  readonly followed: FollowedSessions;
  readonly #shows = new Map<string, ShowBroadcast>();
  readonly #preparing = new Set<string>();
  readonly #beingPrepared = new Set<Promise<void>>();
  readonly #failed = new Set<string>();
  /** Instants that were noted last, by picture and session. */
  readonly #noted = new Map<string, number>();
  /** Sessions that have ended and take what a relay had not sent. */
  readonly #reopened = new Map<string, Session>();
  #storing: NodeJS.Timeout | null = null;

  constructor(deps: BroadcastDelayDeps) {
    this.#deps = deps;
    const { registry, shows } = deps;
    this.followed = new FollowedSessions({ ...deps, positionOf: (show) => this.of(show).position() });
    shows.onChange((settings, before) => {
      const { show, following } = settings;
      this.of(show).set(settings);
      const sessionId = following && followedBy(following);
      if (sessionId !== null && sessionId !== (before.following && followedBy(before.following))) {
        deps.channel.tell(show, { event: 'followed', sessionId });
      }
      if (settings.look !== before.look) deps.channel.tell(show, { event: 'look', look: settings.look });
      deps.channel.tell(show, { event: 'changed' });
    });
    for (const { show, sessionId } of registry.endedLately()) this.#prepareLater(this.of(show).add(sessionId), null);
    registry.listen({
      began: (session) => this.#begin(session),
      ended: (session) => this.#sessionOf(session.id)?.detach(),
      reopened: (session) => this.#reopen(session),
      closedAgain: ({ id }) => {
        this.#reopened.delete(id);
        this.#sessionOf(id)?.detach();
      },
    });
    // What every server may know of them is in the directory before anyone can ask.
    for (const { show } of [...shows.all(), ...registry.list()]) this.of(show);
    this.#storing = setInterval(() => {
      this.#storePositions();
      void this.#noteAired();
    }, STORE_MS);
    this.#storing.unref();
  }

  /** The pictures of a show. */
  of(show: string): ShowBroadcast {
    let broadcast = this.#shows.get(show);
    if (broadcast === undefined) {
      broadcast = new ShowBroadcast(this.#deps.shows.get(show), {
        ...this.#deps,
        clock: this.#deps.clockOf(show),
      });
      this.#shows.set(show, broadcast);
      broadcast.tick();
    }
    return broadcast;
  }

  /** Whether a session's end, or its beginning, may still have to air: then its last state is not public. */
  isAiring(sessionId: string): boolean {
    return this.#sessionOf(sessionId) !== undefined;
  }

  /** Whether a session's line could not be made of its timeline: nothing of it airs then. */
  hasFailed(sessionId: string): boolean {
    return this.#failed.has(sessionId);
  }

  /** The audience of a session for an output; see `ShowBroadcast.audienceFor`. */
  audience(show: string, sessionId: string, extra: ExtraDelay): BroadcastAudience | 'full' | undefined {
    return this.of(show).audienceFor(sessionId, extra);
  }

  /**
   * Sets the delay of the graphics, how much later the public picture is, or both; what of it makes a picture later is in
   * force at once. Resolves with whether it is stored, as `Shows.change` does, and with what was before, here and in the
   * calls below.
   * @throws ShowStoreError
   */
  async setDelay(show: string, change: DelayChange, mode: DelayMode): Promise<Changed> {
    const before = this.#deps.shows.get(show);
    const { delayMs = before.delayMs, publicExtraMs = before.publicExtraMs } = change;
    const totalMs = delayMs + publicExtraMs;
    const later = { delayMs: Math.max(delayMs, before.delayMs), totalMs };
    later.totalMs = Math.max(totalMs, before.delayMs + before.publicExtraMs);
    const opens = later.delayMs > delayMs || later.totalMs > totalMs;
    const closes = later.delayMs > before.delayMs || later.totalMs > before.delayMs + before.publicExtraMs;
    // One picture gets later and the other nearer: the first half is not to wait for the disk.
    const closed =
      opens && closes
        ? this.#setDelay(show, { delayMs: later.delayMs, publicExtraMs: later.totalMs - later.delayMs }, 'glide')
        : null;
    const [first, second] = await Promise.all([closed, this.#setDelay(show, change, mode)]);
    return { stored: second.stored, before: (first ?? second).before };
  }

  #setDelay(show: string, change: DelayChange, mode: DelayMode): Promise<Changed> {
    return this.#change(show, (settings, now) => {
      const { delayMs = settings.delayMs, publicExtraMs = settings.publicExtraMs } = change;
      const delays = withDelays(this.of(show).delays, { delayMs: change.delayMs, publicExtraMs }, mode, now);
      const closes = delayMs > settings.delayMs || delays.public.delayMs > settings.delayMs + settings.publicExtraMs;
      return { next: { ...settingsOf(delays), ...this.#whereTheyAre(show) }, closes };
    });
  }

  /** Stops both pictures where they are. */
  async pause(show: string): Promise<Changed> {
    return this.#change(show, (_settings, now) => {
      const next = settingsOf(paused(this.of(show).delays, now));
      return { next: { ...next, ...this.#whereTheyAre(show) }, closes: true };
    });
  }

  async resume(show: string, mode: DelayMode): Promise<Changed> {
    return this.#change(show, (_settings, now) => {
      const delays = bothResumed(this.of(show).delays, mode, now);
      return { next: { ...settingsOf(delays), ...this.#whereTheyAre(show) }, closes: false };
    });
  }

  async publish(show: string, published: boolean): Promise<Changed> {
    return this.#change(show, (settings, now) => {
      // What somebody says of it now takes the place of what was planned.
      if (!published) return { next: { published, finishing: null }, closes: true };
      const broadcast = this.of(show);
      const { delays, publicFrom } = broadcast;
      const position = broadcast.position('public');
      // What stood still before anybody public saw it is new to them.
      const isNew = !settings.published && position > now - delays.public.delayMs;
      return { next: { published, publicFrom: isNew ? position : publicFrom, finishing: null }, closes: false };
    });
  }

  /** Plans how the show ends; `null` ends a plan. A plan lets less out than there is now, as far as anybody knows. */
  async planFinish(show: string, finishing: Finishing | null): Promise<Changed> {
    return this.#change(show, () => ({ next: { finishing }, closes: finishing !== null }));
  }

  /** The show ends as it was planned, unless that is not the plan any more. */
  async endFinish(show: string, planned: Finishing): Promise<Changed> {
    return this.#change(show, ({ finishing }) => {
      if (finishing !== planned) return { next: {}, closes: false };
      return { next: { finishing: null, ...(planned.publish === 'unpublish' && { published: false }) }, closes: true };
    });
  }

  /**
   * Puts slots on air with the picture of this moment, or at once onto the one that is on air. Gives the instant of the
   * picture from which they are there.
   */
  cue(session: Session, set: Partial<OnAir>, when: 'picture' | 'now'): number {
    const broadcast = this.of(session.state.facts.show);
    if (when === 'now') return this.#cueAt(session, set, broadcast.position());
    session.cue(set, null);
    const { newestAt = Number.POSITIVE_INFINITY } = broadcast.session(session.id) ?? {};
    return Number.isFinite(newestAt) ? newestAt : session.state.at;
  }

  /**
   * Takes a cue back that airs from `at` on: `set` is what is in its slots instead, at once where it has aired already, and
   * otherwise in its place. What is to have left by then is not there.
   */
  uncue(session: Session, set: Partial<OnAir>, at: number): void {
    const from = Math.max(at, this.of(session.state.facts.show).position());
    const left = SLOTS.filter((slot) => (set[slot]?.until ?? Number.POSITIVE_INFINITY) <= from);
    this.#cueAt(session, { ...set, ...Object.fromEntries(left.map((slot) => [slot, null])) }, from);
  }

  #cueAt(session: Session, set: Partial<OnAir>, at: number): number {
    const broadcast = this.of(session.state.facts.show);
    const aired = broadcast.session(session.id);
    // The line has it at that instant already when the session's state says so.
    session.cue(set, at, () => aired?.cueAt(session, set, at));
    broadcast.tick();
    return at;
  }

  /** When an instant of a session's clock was, on the server's clock; `null` where that is not known any more. */
  instantOf(sessionId: string, sessionTimeMs: number): number | null {
    return this.#sessionOf(sessionId)?.instantOf(sessionTimeMs) ?? null;
  }

  get status(): BroadcastDelayStatus {
    const sessions = [...this.#shows.values()].flatMap((broadcast) =>
      broadcast.sessions.map(({ sessionId }) => broadcast.measured(sessionId)),
    );
    const waits = [...this.#preparing].join(', ');
    // One that has ended keeps nothing from the air: what is wrong with it is said with the session.
    const failed = [...this.#failed].filter((id) => this.#deps.registry.liveSession(id) !== undefined).join(', ');
    return {
      initialized: waits === '' && failed === '',
      because:
        failed !== ''
          ? `The timelines of ${failed} cannot be read: nothing of them airs.`
          : waits !== ''
            ? `The last minutes of ${waits} are read from the timeline; nothing of them airs before.`
            : null,
      sessions,
    };
  }

  /**
   * Resolves when what was on air before a restart can be shown again, or when that takes too long: those who come before
   * are told that there is nothing.
   */
  async prepared(withinMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, withinMs);
    });
    await Promise.race([Promise.all(this.#beingPrepared), tooLong]);
    clearTimeout(timer);
  }

  async close(): Promise<void> {
    if (this.#storing) clearInterval(this.#storing);
    this.#storePositions();
    for (const broadcast of this.#shows.values()) broadcast.close();
    await this.#deps.shows.idle();
  }

  /** What a change of the delays starts from. */
  #whereTheyAre(show: string): Pick<ShowSettings, 'airedAt' | 'publicAiredAt' | 'publicFrom'> {
    const broadcast = this.of(show);
    const { publicFrom } = broadcast;
    return { airedAt: broadcast.position(), publicAiredAt: broadcast.position('public'), publicFrom };
  }

  async #change(show: string, make: (settings: ShowSettings, now: number) => Change): Promise<Changed> {
    let before = this.#before(show);
    const stored = await this.#deps.shows.change(show, (settings) => {
      before = this.#before(show);
      return make(settings, this.#deps.clockOf(show).now());
    });
    return { stored, before };
  }

  #before(show: string): Before {
    return { settings: this.#deps.shows.get(show), delays: this.of(show).delays };
  }

  #begin(session: Session): void {
    const { facts } = session.state;
    const added = this.of(facts.show).add(session.id);
    if (session.isResumed) this.#prepareLater(added, session);
    else added.begin(new LineMaker(session.state), session);
  }

  /** What is added to a session after its end airs when it is due, like all before it. */
  #reopen(session: Session): void {
    this.#reopened.set(session.id, session);
    const known = this.#sessionOf(session.id);
    if (known === undefined) this.#prepareLater(this.of(session.state.facts.show).addAside(session.id), session);
    // A line that is being made goes on with it when it is.
    else if (!known.isPreparing) known.goOnAnew(session);
  }

  #prepareLater(broadcast: BroadcastSession, session: Session | null): void {
    const preparing = this.#prepare(broadcast, session).finally(() => this.#beingPrepared.delete(preparing));
    this.#beingPrepared.add(preparing);
  }

  async #prepare(broadcast: BroadcastSession, session: Session | null): Promise<void> {
    const { registry, clockOf, log } = this.#deps;
    const { show, sessionId } = broadcast;
    const now = () => clockOf(show).now();
    this.#preparing.add(sessionId);
    const folded = session?.state;
    try {
      // What was noted when it was resumed says how the clock was set; an ended session's timeline has no such note.
      await session?.synced();
      const shiftMs = session === null || session.state.status.status === 'ended' ? registry.shiftOf(sessionId) : 0;
      const maker = await rebuildLine(registry.timelineDir(sessionId), {
        now,
        shiftMs,
        log,
        onLoss: (loss) => void registry.damaged.lost(sessionId, loss),
      });
      if (maker === null) throw new Error('the timeline does not say what session it is');
      const airedBefore = await this.#airedBefore(show, sessionId, session === null ? shiftMs : registry.clockShiftMs);
      // What has come meanwhile follows in one step.
      const feeding = session ?? this.#reopened.get(sessionId) ?? null;
      if (feeding !== null) {
        // Folded alike, from the same records, unless the session was folded again or is about to be.
        const isSameFold = feeding.state === folded && feeding.state.provisionalFrom === null;
        if (!isSameFold) maker.beginEpoch(feeding.state);
        maker.observe(feeding.state, now());
        maker.flush(feeding.state, now());
      }
      broadcast.begin(maker, feeding, airedBefore);
    } catch (error) {
      this.#failed.add(sessionId);
      broadcast.fail();
      if (registry.liveSession(sessionId) === undefined) await registry.damaged.cannotBeUsed(sessionId, error);
      log.error({ err: error, sessionId }, 'the line of a session could not be made: nothing of it airs');
    } finally {
      this.#preparing.delete(sessionId);
    }
  }

  /** What had aired of a session before a restart, by this run's clock. */
  async #airedBefore(show: string, sessionId: string, shiftMs: number | null): Promise<AiredBefore> {
    const { registry, shows } = this.#deps;
    const dir = registry.timelineDir(sessionId);
    const [graphics, noted] = await Promise.all(PICTURES.map((picture) => readAired(dir, picture)));
    // An earlier version noted one picture for both.
    const ofPublic = noted ?? (shows.get(show).publicExtraMs === 0 ? graphics : null);
    const onThisClock = (at: number | null | undefined) => (shiftMs === null || at == null ? null : at + shiftMs);
    return { graphics: onThisClock(graphics), public: onThisClock(ofPublic) };
  }

  #sessionOf(sessionId: string): BroadcastSession | undefined {
    for (const broadcast of this.#shows.values()) {
      const found = broadcast.session(sessionId);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Stores where pictures are that are not where their delay says: a restart goes on from there. */
  #storePositions(): void {
    for (const [show, broadcast] of this.#shows) {
      const { delays } = broadcast;
      const { playhead, publicPlayhead } = this.#deps.shows.get(show);
      const moved = hasMoved(delays.graphics.playhead, playhead) || hasMoved(delays.public.playhead, publicPlayhead);
      if (!moved) continue;
      const whereTheyAre = () => {
        const { graphics, public: ofPublic } = broadcast.delays;
        const playheads = { playhead: graphics.playhead, publicPlayhead: ofPublic.playhead };
        return { next: { ...playheads, ...this.#whereTheyAre(show) }, closes: false };
      };
      this.#deps.shows.change(show, whereTheyAre).catch(() => undefined);
    }
  }

  /**
   * Notes how far the pictures of each session that is on air have come: after a restart nothing older airs, whatever is
   * missing of its timeline by then. It is not synced: what a power cut takes of it, it takes of the timeline as well.
   */
  async #noteAired(): Promise<void> {
    for (const broadcast of this.#shows.values()) {
      for (const picture of PICTURES) await this.#noteAiredOf(broadcast, picture);
    }
  }

  async #noteAiredOf(broadcast: ShowBroadcast, picture: Picture): Promise<void> {
    const extra = picture === 'public' ? picture : 0;
    const sessionId = broadcast.airedSession(extra);
    const at = sessionId === null ? undefined : broadcast.session(sessionId)?.audience(extra)?.aired?.at;
    const key = `${picture} ${sessionId}`;
    if (sessionId === null || at == null || at <= (this.#noted.get(key) ?? Number.NEGATIVE_INFINITY)) return;
    this.#noted.set(key, at);
    await writeAired(this.#deps.registry.timelineDir(sessionId), picture, at).catch((error) =>
      this.#deps.log.debug(
        { sessionId, because: diskReason(error) },
        'how far the picture has come could not be noted',
      ),
    );
  }
}

/** Both delays as they are stored. */
function settingsOf({ graphics, public: ofPublic }: Delays): Partial<ShowSettings> {
  return {
    delayMs: graphics.delayMs,
    playhead: graphics.playhead,
    publicExtraMs: ofPublic.delayMs - graphics.delayMs,
    publicPlayhead: ofPublic.playhead,
  };
}

/** Whether a picture is to be stored where it is: it glides, or has come to stand otherwise than it is stored. */
function hasMoved(now: Playhead, stored: Playhead): boolean {
  return now.moves === 'gliding' || now.moves !== stored.moves;
}
