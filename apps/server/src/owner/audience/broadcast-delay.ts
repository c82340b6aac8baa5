import { type DelayMode, type ExtraDelay, type MeasuredDelay, type OnAir, SLOTS } from '@okboxbox/protocol';
import { followedBy, shifted } from '../../directory/following.js';
import { bothResumed, type Delays, paused, restarted, withDelays } from '../../directory/playhead.js';
import type { DelayChange } from '../../directory/show-desk.js';
import { delaysOf } from '../../directory/show-record.js';
import type { Logger } from '../../log.js';
import type { Stored } from '../../unsaved-settings.js';
import type { SessionRegistry } from '../session/registry.js';
import type { Session } from '../session/session.js';
import type { ShowSettings } from '../shows/show-settings.js';
import type { Change, Shows } from '../shows/shows.js';
import { AiredNotes, whereTheyAre } from './aired-notes.js';
import type { BroadcastAudience } from './broadcast-audience.js';
import type { BroadcastSession, BroadcastSessionDeps } from './broadcast-session.js';
import { FollowedSessions } from './followed-sessions.js';
import { LineMaker } from './line-maker.js';
import { PreparedLines } from './prepared-lines.js';
import { picturesOf, ShowBroadcast } from './show-broadcast.js';
import type { ShowClock } from './show-clock.js';

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
  readonly #notes: AiredNotes;
  readonly #lines: PreparedLines;

  constructor(deps: BroadcastDelayDeps) {
    this.#deps = deps;
    const { registry, shows } = deps;
    this.#notes = new AiredNotes(this.#shows, deps);
    this.#lines = new PreparedLines({ ...deps, notes: this.#notes });
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
    for (const { show, sessionId } of registry.endedLately()) this.#lines.prepare(this.of(show).add(sessionId), null);
    registry.listen({
      began: (session) => this.#begin(session),
      ended: (session) => this.#sessionOf(session.id)?.detach(),
      reopened: (session) => this.#reopen(session),
      closedAgain: ({ id }) => {
        this.#lines.closedAgain(id);
        this.#sessionOf(id)?.detach();
      },
    });
    // What every server may know of them is in the directory before anyone can ask.
    for (const { show } of [...shows.all(), ...registry.list()]) this.of(show);
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
    return this.#lines.hasFailed(sessionId);
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
      return { next: { ...settingsOf(delays), ...whereTheyAre(this.of(show)) }, closes };
    });
  }

  /** Stops both pictures where they are. */
  async pause(show: string): Promise<Changed> {
    return this.#change(show, (_settings, now) => {
      const next = settingsOf(paused(this.of(show).delays, now));
      return { next: { ...next, ...whereTheyAre(this.of(show)) }, closes: true };
    });
  }

  async resume(show: string, mode: DelayMode): Promise<Changed> {
    return this.#change(show, (_settings, now) => {
      const delays = bothResumed(this.of(show).delays, mode, now);
      return { next: { ...settingsOf(delays), ...whereTheyAre(this.of(show)) }, closes: false };
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
    const waits = this.#lines.preparing.join(', ');
    // One that has ended keeps nothing from the air: what is wrong with it is said with the session.
    const failed = this.#lines.failed.filter((id) => this.#deps.registry.liveSession(id) !== undefined).join(', ');
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
  prepared(withinMs: number): Promise<void> {
    return this.#lines.prepared(withinMs);
  }

  async close(): Promise<void> {
    this.#notes.close();
    for (const broadcast of this.#shows.values()) broadcast.close();
    await this.#deps.shows.idle();
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
    if (session.isResumed) this.#lines.prepare(added, session);
    else added.begin(new LineMaker(session.state), session);
  }

  /** What is added to a session after its end airs when it is due, like all before it. */
  #reopen(session: Session): void {
    this.#lines.reopened(session);
    const known = this.#sessionOf(session.id);
    if (known === undefined) this.#lines.prepare(this.of(session.state.facts.show).addAside(session.id), session);
    // A line that is being made goes on with it when it is.
    else if (!known.isPreparing) known.goOnAnew(session);
  }

  #sessionOf(sessionId: string): BroadcastSession | undefined {
    for (const broadcast of this.#shows.values()) {
      const found = broadcast.session(sessionId);
      if (found !== undefined) return found;
    }
    return undefined;
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
