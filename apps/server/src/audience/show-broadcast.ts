import {
  broadcastRoom,
  type DelayState,
  type DelayStateName,
  liveRoom,
  MAX_DELAY_MS,
  MAX_EXTRA_DELAYS,
  type MeasuredDelay,
} from '@okboxbox/protocol';
import type { Airing } from '../access/visitor.js';
import type { Hub } from '../hub/hub.js';
import {
  FOLLOWS_NOTHING,
  type Follow,
  type Following,
  followedBy,
  followsAt,
  isFollowed,
  isFollowedAt,
  nextChange,
} from '../shows/following.js';
import type { ShowSettings } from '../shows/show-settings.js';
import type { BroadcastAudience } from './broadcast-audience.js';
import { Channel, type ChannelWorld } from './channel.js';
import { behindBy, type Delay, dueAt, positionOf, settled, stateName } from './playhead.js';

/** The picture is looked at so often where nothing else is due, in ms: a hold or a glide may be over. */
const IDLE_MS = 1_000;
/** Without anything aired for this long, how far behind the picture is counts on, in ms. */
const MEASURED_MS = 1_000;

export interface ShowBroadcastWorld extends ChannelWorld {
  readonly hub: Hub;
  /** Outputs with an extra delay that follow the show are on another session from now on. */
  readonly onMoved: (show: string, extraMs: number, sessionId: string) => void;
  /** The delay's state is another, or has settled. */
  readonly onState: (show: string) => void;
}

/**
 * The public picture of one show: sessions one after another, each read as far as the show's position says. Everything
 * public leaves through here.
 */
export class ShowBroadcast {
  readonly show: string;
  readonly #world: ShowBroadcastWorld;
  readonly #channels: Channel[] = [];
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
  /** What was told last, by whom it was told. */
  readonly #told = new Map<string, string>();

  constructor(settings: ShowSettings, world: ShowBroadcastWorld) {
    this.show = settings.show;
    this.#world = world;
    this.#delay = { delayMs: settings.delayMs, playhead: settings.playhead };
    this.#published = settings.published;
    this.#following = settings.following ?? FOLLOWS_NOTHING;
    this.#publicFrom = settings.publicFrom;
  }

  /** The set delay and where the picture is. */
  get delay(): Delay {
    return settled(this.#delay, this.#world.now());
  }

  get published(): boolean {
    return this.#published;
  }

  /** What the public still waits for, as `ShowSettings` has it. */
  get publicFrom(): number | null {
    this.#wasDue ||= this.#publicFrom === null || this.#world.now() - this.#delay.delayMs >= this.#publicFrom;
    return this.#wasDue ? null : this.#publicFrom;
  }

  /** Whether the show is public: it is published, and due for those who have no right of their own. */
  get isPublic(): boolean {
    return this.#published && this.publicFrom === null;
  }

  /** Whether a picture of the show, as it is on air now, may be of a session: the show followed it at that instant. */
  mayShow(sessionId: string, extraMs = 0): boolean {
    return isFollowedAt(this.#following, sessionId, this.#positionOf(extraMs));
  }

  /** What of a session may be seen without a right to it, as the picture is on air now. */
  airing(sessionId: string, extraMs = 0): Airing {
    return { published: this.isPublic, followed: this.mayShow(sessionId, extraMs) };
  }

  /** Changes whenever another session may be seen. */
  get airingKey(): string {
    const { follows } = this.#following;
    const count = (at: (each: Follow) => number | null) =>
      follows.filter((each) => (at(each) ?? Number.POSITIVE_INFINITY) <= this.position).length;
    return `${this.isPublic} ${follows.length} ${followedBy(this.#following)} ${count(({ from }) => from)} ${count(({ until }) => until)}`;
  }

  /** The newest instant that may be on air. */
  get position(): number {
    return positionOf(this.#delay, this.#world.now());
  }

  /** The session that is on air for an output with an extra delay: of those the show followed, the newest that has aired. */
  airedSession(extraMs = 0): string | null {
    for (const { sessionId } of followsAt(this.#following, this.#positionOf(extraMs))) {
      const channel = this.channel(sessionId);
      // Its end has aired long since: the archive has it.
      if (channel === undefined) return sessionId;
      // After a restart: nobody falls back to a session that was over while the line of a newer one is made.
      if (channel.isAwaited) return null;
      const audience = channel.audience(extraMs) ?? channel.audience(0);
      if ((audience?.feed ?? null) !== null) return sessionId;
    }
    return null;
  }

  channel(sessionId: string): Channel | undefined {
    return this.#channels.find((channel) => channel.sessionId === sessionId);
  }

  get channels(): readonly Channel[] {
    return this.#channels;
  }

  /** Adds a session, whether the show follows it or not; its line begins when it is made. */
  add(sessionId: string): Channel {
    const channel = new Channel(sessionId, () => this.#lookAt(), this.#world);
    channel.serve(this.#channels.at(-1)?.extras ?? [0]);
    this.#channels.push(channel);
    return channel;
  }

  /**
   * Adds a session that was on air long ago, whose line is made anew: anyone who asks for it by name sees it, and no output is
   * moved to it.
   */
  addAside(sessionId: string): Channel {
    const channel = new Channel(sessionId, () => this.#lookAt(), this.#world);
    channel.serve(this.#channels.at(-1)?.extras ?? [0]);
    this.#channels.unshift(channel);
    return channel;
  }

  /** Takes what a director has set. */
  set({ delayMs, playhead, published, publicFrom, following }: ShowSettings): void {
    if (publicFrom !== this.#publicFrom) this.#wasDue = false;
    this.#publicFrom = publicFrom;
    this.#delay = { delayMs, playhead };
    this.#published = published;
    this.#following = following ?? FOLLOWS_NOTHING;
    this.tick();
  }

  /**
   * The audience of an output with an extra delay, made where there is room for one more; `null` where there is not. It has
   * no feed before anything has aired.
   */
  audienceFor(sessionId: string, extraMs: number): BroadcastAudience | 'full' | undefined {
    const channel = this.channel(sessionId);
    if (channel === undefined) return undefined;
    if (!channel.extras.includes(extraMs)) {
      this.#dropUnwatched();
      if (channel.extras.length > MAX_EXTRA_DELAYS) return 'full';
      for (const each of this.#channels) each.serve([...each.extras, extraMs]);
      this.tick();
    }
    return channel.audience(extraMs);
  }

  /** Airs all that is due, and waits for what comes next. */
  tick(): void {
    // A line that was being made of its timeline may come when the server has ended: nothing airs, nothing is kept alive.
    if (this.#isClosed) return;
    const now = this.#world.now();
    this.#delay = settled(this.#delay, now);
    const position = positionOf(this.#delay, now);
    // Sessions that the show follows first: a viewer of one that it has left is moved, or refused, before more of
    // that one leaves.
    const isLeft = (channel: Channel) => !this.mayShow(channel.sessionId);
    this.#air(
      this.#channels.filter((channel) => !isLeft(channel)),
      position,
      now,
    );
    for (const extraMs of this.#extras) this.#take(extraMs);
    this.#tell(now);
    this.#air(this.#channels.filter(isLeft), position, now);
    this.#letGo(now);
    this.#wait(now);
  }

  #air(channels: readonly Channel[], position: number, now: number): void {
    for (const channel of channels) {
      for (const audience of channel.audiences) {
        const hasAired = audience.advance(behindBy(position, audience.extraMs, now));
        const isOnAir = audience.extraMs === 0 && this.#aired.get(0) === channel.sessionId;
        if (hasAired && isOnAir) this.#lag = { ms: now - (audience.feed?.at ?? now), at: now };
      }
    }
  }

  /** Airs nothing more, whatever still comes into a line. */
  close(): void {
    this.#isClosed = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    for (const channel of this.#channels) channel.detach();
  }

  /** The delay's state with what is measured. */
  measured(sessionId: string): MeasuredDelay {
    const now = this.#world.now();
    const audience = this.channel(sessionId)?.audience(0);
    const waiting = audience?.waiting ?? { events: 0, bytes: 0, oldestAt: null, newestAt: null };
    const airedAt = audience?.feed?.at ?? null;
    const isFresh = this.#lag !== null && now - this.#lag.at < MEASURED_MS;
    const measured = airedAt === null ? null : isFresh ? (this.#lag?.ms ?? 0) : now - positionOf(this.#delay, now);
    return {
      ...this.#stateOf(sessionId, now),
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

  /** What everyone may know of the delay: that a session has ended is known when it has aired. */
  publicState(sessionId: string): DelayState {
    const state = this.#stateOf(sessionId, this.#world.now());
    if (state.state !== 'ending') return state;
    return { ...state, state: stateName(this.#delay, this.#world.now()) };
  }

  #stateOf(sessionId: string, now: number): DelayState {
    const channel = this.channel(sessionId);
    const audience = channel?.audience(0);
    let state: DelayStateName = stateName(this.#delay, now);
    if (channel?.hasEnded && audience?.hasEnded === false) state = 'ending';
    else if (channel !== undefined && (audience?.feed ?? null) === null && state !== 'paused') state = 'holding';
    return { sessionId, state, delayMs: this.#delay.delayMs };
  }

  #holdMs(audience: BroadcastAudience | undefined, now: number): number | null {
    const { playhead, delayMs } = this.#delay;
    if (playhead.moves === 'holding') return Math.max(0, Math.round(playhead.at + delayMs - now));
    if (audience === undefined || audience.feed !== null || audience.nextAt === null) return null;
    const due = dueAt(this.#delay, audience.nextAt, now);
    return due === null ? null : Math.max(0, Math.round(due - now));
  }

  /** Extra delays that are served. */
  get #extras(): readonly number[] {
    return this.#channels.at(-1)?.extras ?? [0];
  }

  /** The newest instant that may be on air for an output with an extra delay. */
  #positionOf(extraMs: number): number {
    const now = this.#world.now();
    return behindBy(positionOf(this.#delay, now), extraMs, now);
  }

  #take(extraMs: number): void {
    const sessionId = this.airedSession(extraMs);
    if (sessionId === null || this.#aired.get(extraMs) === sessionId) return;
    this.#aired.set(extraMs, sessionId);
    // Also where nothing has aired since the start: outputs may show a session of before it.
    this.#world.onMoved(this.show, extraMs, sessionId);
  }

  /**
   * Sessions whose end has aired everywhere, also for an output that were to come with the longest delay, are left to the
   * archive, once another is on air.
   */
  #letGo(now: number): void {
    for (const channel of [...this.#channels]) {
      const hasAired = channel.hasEnded && [...channel.audiences].every((audience) => audience.hasEnded);
      const isOver = hasAired && channel.newestAt < now - MAX_DELAY_MS;
      const isOnAir = [...this.#aired.values()].includes(channel.sessionId);
      if (!isOver || isOnAir) continue;
      this.#channels.splice(this.#channels.indexOf(channel), 1);
      for (const room of ['broadcast', 'live']) this.#told.delete(`${room} ${channel.sessionId}`);
    }
  }

  #dropUnwatched(): void {
    const { hub } = this.#world;
    const isWatched = (extraMs: number) =>
      this.#channels.some(({ sessionId }) => {
        const room = broadcastRoom(sessionId, extraMs);
        return hub.watchers(room, 'rows') + hub.watchers(room, 'json') > 0;
      });
    const extras = this.#extras.filter((extraMs) => extraMs === 0 || isWatched(extraMs));
    for (const channel of this.#channels) channel.serve(extras);
    for (const extraMs of this.#aired.keys()) if (!extras.includes(extraMs)) this.#aired.delete(extraMs);
  }

  /**
   * Tells both rooms of a session where the delay stands, each where that is another for those in it: whoever sees it later
   * is not even sent the same again when something happens that they do not know of yet.
   */
  #tell(now: number): void {
    const states = this.#channels.map(({ sessionId }) => this.#stateOf(sessionId, now));
    for (const state of states) {
      const { sessionId } = state;
      const shown = JSON.stringify(this.publicState(sessionId));
      if (this.#isNews(`broadcast ${sessionId}`, shown)) {
        for (const extraMs of this.channel(sessionId)?.extras ?? [])
          this.#publish(broadcastRoom(sessionId, extraMs), shown);
      }
      if (this.#isNews(`live ${sessionId}`, JSON.stringify([state, this.#published]))) {
        this.#publish(liveRoom(sessionId), JSON.stringify(this.measured(sessionId)));
      }
    }
    const open = this.#channels.map(({ sessionId, extras }) =>
      extras.map((extraMs) => this.mayShow(sessionId, extraMs)),
    );
    const told = JSON.stringify([states, this.#published, this.airedSession(), open]);
    if (this.#isNews('show', told)) this.#world.onState(this.show);
  }

  #isNews(what: string, told: string): boolean {
    if (this.#told.get(what) === told) return false;
    this.#told.set(what, told);
    return true;
  }

  #publish(room: string, json: string): void {
    for (const format of ['rows', 'json'] as const) {
      this.#world.hub.publish(room, format, 'broadcast:delay:state', json);
    }
  }

  /** Something came into a line: where it is due before what is waited for, that is waited for instead. */
  #lookAt(): void {
    const now = this.#world.now();
    if (this.#nextDue(now) < this.#dueAt) this.#wait(now);
  }

  #wait(now: number): void {
    if (this.#isClosed) return;
    if (this.#timer) clearTimeout(this.#timer);
    this.#dueAt = this.#nextDue(now);
    this.#timer = this.#world.setTimeout(() => this.tick(), Math.max(0, Math.ceil(this.#dueAt - now)));
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
    for (const channel of this.#channels) {
      for (const audience of channel.audiences) {
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
