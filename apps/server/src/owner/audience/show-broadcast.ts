import { broadcastRoom, type DelayState, MAX_DELAY_MS, MAX_EXTRA_DELAYS, type MeasuredDelay } from '@okboxbox/protocol';
import type { Airing } from '../../access/visitor.js';
import type { Output } from '../../channel/channel.js';
import { FOLLOWS_NOTHING, type Following, isFollowed, isFollowedAt, nextChange } from '../../directory/following.js';
import { behindBy, type Delay, dueAt, positionOf, settled } from '../../directory/playhead.js';
import { airedSession, airingOf, delayState, publicDelayState, type ShowRecord } from '../../directory/show-record.js';
import type { ShowSettings } from '../shows/show-settings.js';
import type { BroadcastAudience } from './broadcast-audience.js';
import { BroadcastSession, type BroadcastSessionDeps } from './broadcast-session.js';

/** How often the picture is checked where nothing else is due, in ms: a hold or a glide may be over. */
const IDLE_MS = 1_000;
/** Where nothing has aired for this long, in ms, the measured delay is computed from the position instead. */
const MEASURED_MS = 1_000;

/**
 * The public picture of one show: sessions one after another, each read as far as the show's position says. Everything
 * public leaves through here.
 */
export class ShowBroadcast {
  readonly show: string;
  readonly #deps: BroadcastSessionDeps;
  readonly #sessions: BroadcastSession[] = [];
  #delay: Delay;
  #published: boolean;
  #following: Following;
  /** As stored, and whether that instant has become due since. */
  #publicFrom: number | null;
  #wasDue = false;
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;
  #dueAt = Number.POSITIVE_INFINITY;
  /** The session that outputs were told last to be on, by extra delay. */
  readonly #aired = new Map<number, string>();
  #lag: { readonly ms: number; readonly at: number } | null = null;
  /** What the directory has of the show. */
  #known: (Pick<ShowRecord, 'delay' | 'following'> & { readonly rest: string }) | null = null;
  /** What was told last, by whom it was told. */
  readonly #told = new Map<string, string>();

  constructor(settings: ShowSettings, deps: BroadcastSessionDeps) {
    this.show = settings.show;
    this.#deps = deps;
    this.#delay = { delayMs: settings.delayMs, playhead: settings.playhead };
    this.#published = settings.published;
    this.#following = settings.following ?? FOLLOWS_NOTHING;
    this.#publicFrom = settings.publicFrom;
    this.#put();
  }

  /** The set delay and where the picture is. */
  get delay(): Delay {
    return settled(this.#delay, this.#deps.clock.now());
  }

  get published(): boolean {
    return this.#published;
  }

  /** What the public still waits for, as `ShowSettings` has it. */
  get publicFrom(): number | null {
    this.#wasDue ||= this.#publicFrom === null || this.#deps.clock.now() - this.#delay.delayMs >= this.#publicFrom;
    return this.#wasDue ? null : this.#publicFrom;
  }

  /** What every server may know of the show, as it is now. */
  get record(): ShowRecord {
    return {
      show: this.show,
      delay: this.#delay,
      published: this.#published,
      publicFrom: this.publicFrom,
      following: this.#following,
      airing: this.#sessions.map((session) => ({
        sessionId: session.sessionId,
        isAwaited: session.isAwaited,
        hasEnded: session.hasEnded,
        outputs: [...session.audiences].map(({ extraMs, aired, hasEnded }) => ({
          extraMs,
          hasAired: aired !== null,
          hasEnded,
        })),
      })),
    };
  }

  /** Whether a picture of the show, as it is on air now, may be of a session: the show followed it at that instant. */
  mayShow(sessionId: string, extraMs = 0): boolean {
    return isFollowedAt(this.#following, sessionId, this.#positionOf(extraMs));
  }

  /** What of a session may be seen without a right to it, as the picture is on air now. */
  airing(sessionId: string, extraMs = 0): Airing {
    return airingOf(this.record, sessionId, extraMs, this.#deps.clock.now());
  }

  /** The newest instant that may be on air. */
  get position(): number {
    return positionOf(this.#delay, this.#deps.clock.now());
  }

  /** The session that is on air for an output with an extra delay. */
  airedSession(extraMs = 0): string | null {
    return airedSession(this.record, extraMs, this.#deps.clock.now());
  }

  session(sessionId: string): BroadcastSession | undefined {
    return this.#sessions.find((session) => session.sessionId === sessionId);
  }

  get sessions(): readonly BroadcastSession[] {
    return this.#sessions;
  }

  /** Adds a session, whether the show follows it or not; its line begins when it is made. */
  add(sessionId: string): BroadcastSession {
    const session = new BroadcastSession({ show: this.show, sessionId }, () => this.#lookAt(), this.#deps);
    session.serve(this.#sessions.at(-1)?.extras ?? [0]);
    this.#sessions.push(session);
    this.#put();
    return session;
  }

  /**
   * Adds a session that was on air long ago, whose line is made anew: anyone who asks for it by name sees it, and no output is
   * moved to it.
   */
  addAside(sessionId: string): BroadcastSession {
    const session = new BroadcastSession({ show: this.show, sessionId }, () => this.#lookAt(), this.#deps);
    session.serve(this.#sessions.at(-1)?.extras ?? [0]);
    this.#sessions.unshift(session);
    this.#put();
    return session;
  }

  /** Takes what a director has set. */
  set({ delayMs, playhead, published, publicFrom, following }: ShowSettings): void {
    if (publicFrom !== this.#publicFrom) this.#wasDue = false;
    this.#publicFrom = publicFrom;
    this.#delay = { delayMs, playhead };
    this.#published = published;
    this.#following = following ?? FOLLOWS_NOTHING;
    this.#put();
    this.tick();
  }

  /**
   * The audience of an output with an extra delay, made where there is room for one more; `null` where there is not. It has
   * no feed before anything has aired.
   */
  audienceFor(sessionId: string, extraMs: number): BroadcastAudience | 'full' | undefined {
    const session = this.session(sessionId);
    if (session === undefined) return undefined;
    if (!session.extras.includes(extraMs)) {
      this.#dropUnwatched();
      if (session.extras.length > MAX_EXTRA_DELAYS) return 'full';
      for (const each of this.#sessions) each.serve([...each.extras, extraMs]);
      this.tick();
    }
    return session.audience(extraMs);
  }

  /** Airs all that is due, and waits for what comes next. */
  tick(): void {
    // A line that was being made of its timeline may come when the server has ended: nothing airs, nothing is kept alive.
    if (this.#isClosed) return;
    const now = this.#deps.clock.now();
    this.#delay = settled(this.#delay, now);
    const position = positionOf(this.#delay, now);
    // Sessions that the show follows first: a viewer of one that it has left is moved, or refused, before more of
    // that one leaves.
    const isLeft = (session: BroadcastSession) => !this.mayShow(session.sessionId);
    this.#air(
      this.#sessions.filter((session) => !isLeft(session)),
      position,
      now,
    );
    // Before anyone is told: what they may see is looked up in the directory.
    this.#put();
    for (const extraMs of this.#extras) this.#take(extraMs);
    this.#tell(now);
    this.#air(this.#sessions.filter(isLeft), position, now);
    this.#closeAired(now);
    this.#put();
    this.#wait(now);
  }

  #air(sessions: readonly BroadcastSession[], position: number, now: number): void {
    for (const session of sessions) {
      for (const audience of session.audiences) {
        const hasAired = audience.advance(behindBy(position, audience.extraMs, now));
        const isOnAir = audience.extraMs === 0 && this.#aired.get(0) === session.sessionId;
        if (hasAired && isOnAir) this.#lag = { ms: now - (audience.aired?.at ?? now), at: now };
      }
    }
  }

  /** Airs nothing more, whatever still comes into a line. */
  close(): void {
    this.#isClosed = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    for (const session of this.#sessions) session.detach();
  }

  /** The delay's state with what is measured. */
  measured(sessionId: string): MeasuredDelay {
    const now = this.#deps.clock.now();
    const audience = this.session(sessionId)?.audience(0);
    const waiting = audience?.waiting ?? { events: 0, bytes: 0, oldestAt: null, newestAt: null };
    const airedAt = audience?.aired?.at ?? null;
    const isFresh = this.#lag !== null && now - this.#lag.at < MEASURED_MS;
    const measured = airedAt === null ? null : isFresh ? (this.#lag?.ms ?? 0) : now - positionOf(this.#delay, now);
    return {
      ...delayState(this.record, sessionId, now),
      show: this.show,
      published: this.#published && isFollowed(this.#following, sessionId),
      measuredMs: measured === null ? null : Math.round(measured),
      airedAt,
      holdMs: this.#holdMs(audience, now),
      bufferedMs: waiting.oldestAt === null ? 0 : Math.round((waiting.newestAt ?? 0) - waiting.oldestAt),
      bufferedEvents: waiting.events,
      bufferedBytes: waiting.bytes,
      oldestAt: waiting.oldestAt,
      newestAt: waiting.newestAt,
    };
  }

  #holdMs(audience: BroadcastAudience | undefined, now: number): number | null {
    const { playhead, delayMs } = this.#delay;
    if (playhead.moves === 'holding') return Math.max(0, Math.round(playhead.at + delayMs - now));
    if (audience === undefined || audience.aired !== null || audience.nextAt === null) return null;
    const due = dueAt(this.#delay, audience.nextAt, now);
    return due === null ? null : Math.max(0, Math.round(due - now));
  }

  /** Extra delays that are served. */
  get #extras(): readonly number[] {
    return this.#sessions.at(-1)?.extras ?? [0];
  }

  /** The newest instant that may be on air for an output with an extra delay. */
  #positionOf(extraMs: number): number {
    const now = this.#deps.clock.now();
    return behindBy(positionOf(this.#delay, now), extraMs, now);
  }

  #take(extraMs: number): void {
    const sessionId = this.airedSession(extraMs);
    if (sessionId === null || this.#aired.get(extraMs) === sessionId) return;
    this.#aired.set(extraMs, sessionId);
    // Also where nothing has aired since the start: outputs may show a session of before it.
    this.#deps.channel.tell(this.show, { event: 'moved', extraMs, sessionId });
  }

  /**
   * Sessions whose end has aired for every output, the longest delay included, are closed once another is on air: the
   * archive has them.
   */
  #closeAired(now: number): void {
    for (const session of [...this.#sessions]) {
      const hasAired = session.hasEnded && [...session.audiences].every((audience) => audience.hasEnded);
      const isOver = hasAired && session.newestAt < now - MAX_DELAY_MS;
      const isOnAir = [...this.#aired.values()].includes(session.sessionId);
      if (!isOver || isOnAir) continue;
      this.#sessions.splice(this.#sessions.indexOf(session), 1);
      session.close();
      for (const room of ['broadcast', 'live']) this.#told.delete(`${room} ${session.sessionId}`);
    }
  }

  #dropUnwatched(): void {
    const { channel } = this.#deps;
    const isWatched = (extraMs: number) =>
      this.#sessions.some(({ sessionId }) => channel.interest(broadcastRoom(sessionId, extraMs)) > 0);
    const extras = this.#extras.filter((extraMs) => extraMs === 0 || isWatched(extraMs));
    for (const session of this.#sessions) session.serve(extras);
    for (const extraMs of this.#aired.keys()) if (!extras.includes(extraMs)) this.#aired.delete(extraMs);
  }

  /**
   * Tells both rooms of a session the delay's state, each only where it changed for that room: delayed viewers are not even
   * sent the same again when something happens that has not aired yet.
   */
  #tell(now: number): void {
    const { record } = this;
    const states = this.#sessions.map(({ sessionId }) => delayState(record, sessionId, now));
    for (const state of states) {
      const { sessionId } = state;
      const shown = publicDelayState(record, sessionId, now);
      if (this.#isNews(`broadcast ${sessionId}`, JSON.stringify(shown))) {
        const extras = this.session(sessionId)?.extras ?? [];
        this.#tellDelay(
          extras.map((extraMs) => this.#output(sessionId, 'broadcast', extraMs)),
          shown,
        );
      }
      if (this.#isNews(`live ${sessionId}`, JSON.stringify([state, this.#published])))
        this.#tellDelay([this.#output(sessionId, 'live', 0)], this.measured(sessionId));
    }
    const open = this.#sessions.map(({ sessionId, extras }) =>
      extras.map((extraMs) => this.mayShow(sessionId, extraMs)),
    );
    const told = JSON.stringify([states, this.#published, this.airedSession(), open]);
    if (this.#isNews('show', told)) this.#deps.channel.tell(this.show, { event: 'changed' });
  }

  /** Puts the record into the directory where anything in it is different. */
  #put(): void {
    const { record } = this;
    const { delay, following, ...others } = record;
    const rest = JSON.stringify(others);
    const known = this.#known;
    if (known?.delay === delay && known.following === following && known.rest === rest) return;
    this.#known = { delay, following, rest };
    this.#deps.directory.putShow(record);
  }

  #isNews(what: string, told: string): boolean {
    if (this.#told.get(what) === told) return false;
    this.#told.set(what, told);
    return true;
  }

  #tellDelay(outputs: readonly Output[], state: DelayState | MeasuredDelay): void {
    this.#deps.channel.tell(this.show, { event: 'delay', outputs, state });
  }

  #output(sessionId: string, audience: Output['audience'], extraMs: number): Output {
    return { show: this.show, sessionId, audience, extraMs };
  }

  /** Something came into a line: where it is due before what is waited for, that is waited for instead. */
  #lookAt(): void {
    const now = this.#deps.clock.now();
    if (this.#nextDue(now) < this.#dueAt) this.#wait(now);
  }

  #wait(now: number): void {
    if (this.#isClosed) return;
    if (this.#timer) clearTimeout(this.#timer);
    this.#dueAt = this.#nextDue(now);
    this.#timer = this.#deps.setTimeout(() => this.tick(), Math.max(0, Math.ceil(this.#dueAt - now)));
  }

  #nextDue(now: number): number {
    let due = now + IDLE_MS;
    const position = positionOf(this.#delay, now);
    // A line that is made, or that cannot be, may put another session on air.
    const aired = this.airedSession();
    if (aired !== null && aired !== this.#aired.get(0)) return now;
    for (const extraMs of this.#extras) {
      const change = nextChange(this.#following, behindBy(position, extraMs, now));
      const at = change === null ? null : dueAt(this.#delay, change + extraMs, now);
      if (at !== null) due = Math.min(due, at);
    }
    for (const session of this.#sessions) {
      for (const audience of session.audiences) {
        const { nextAt } = audience;
        if (nextAt === null) continue;
        if (nextAt <= behindBy(position, audience.extraMs, now)) return now;
        const at = dueAt(this.#delay, nextAt + audience.extraMs, now);
        if (at !== null) due = Math.min(due, at);
      }
    }
    return due;
  }
}
