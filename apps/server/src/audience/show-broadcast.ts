import {
  broadcastRoom,
  type DelayState,
  type DelayStateName,
  liveRoom,
  MAX_DELAY_MS,
  MAX_EXTRA_DELAYS,
  type MeasuredDelay,
} from '@okboxbox/protocol';
import type { Hub } from '../hub/hub.js';
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
  readonly #aside = new WeakSet<Channel>();
  #delay: Delay;
  #published: boolean;
  /** As stored, and whether that instant has become due since. */
  #publicFrom: number | null;
  #wasDue = false;
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;
  #dueAt = Number.POSITIVE_INFINITY;
  /** The session that is on air, by extra delay. */
  readonly #aired = new Map<number, Channel>();
  #lag: { readonly ms: number; readonly at: number } | null = null;
  /** What was told last, by whom it was told. */
  readonly #told = new Map<string, string>();

  constructor(settings: ShowSettings, world: ShowBroadcastWorld) {
    this.show = settings.show;
    this.#world = world;
    this.#delay = { delayMs: settings.delayMs, playhead: settings.playhead };
    this.#published = settings.published;
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

  /** Whether whoever has no right of their own may see the picture: it is published, and due for them. */
  get isPublic(): boolean {
    return this.#published && this.publicFrom === null;
  }

  /** The newest instant that may be on air. */
  get position(): number {
    return positionOf(this.#delay, this.#world.now());
  }

  /** The session that is on air for an output with an extra delay. */
  airedSession(extraMs = 0): string | null {
    return this.#aired.get(extraMs)?.sessionId ?? null;
  }

  channel(sessionId: string): Channel | undefined {
    return this.#channels.find((channel) => channel.sessionId === sessionId);
  }

  get channels(): readonly Channel[] {
    return this.#channels;
  }

  /** Adds a session, the newest of the show; its line begins when it is made. */
  add(sessionId: string): Channel {
    const channel = new Channel(sessionId, () => this.#lookAt(), this.#world);
    channel.serve(this.#channels.at(-1)?.extras ?? [0]);
    this.#channels.push(channel);
    return channel;
  }

  /**
   * Adds a session that was on air long ago, whose line is made anew: whoever asks for it by name sees it, and no output is
   * moved to it.
   */
  addAside(sessionId: string): Channel {
    const channel = new Channel(sessionId, () => this.#lookAt(), this.#world);
    this.#aside.add(channel);
    channel.serve(this.#channels.at(-1)?.extras ?? [0]);
    this.#channels.unshift(channel);
    return channel;
  }

  /** Takes what a director has set. */
  set({ delayMs, playhead, published, publicFrom }: ShowSettings): void {
    if (publicFrom !== this.#publicFrom) this.#wasDue = false;
    this.#publicFrom = publicFrom;
    this.#delay = { delayMs, playhead };
    this.#published = published;
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
    const airing = this.#airing;
    for (const channel of airing) {
      for (const audience of channel.audiences) {
        const hasAired = audience.advance(behindBy(position, audience.extraMs, now));
        if (hasAired && audience.extraMs === 0) this.#lag = { ms: now - (audience.feed?.at ?? now), at: now };
      }
    }
    // The newest first: where two have begun to air since the last look, outputs go to the newer one at once.
    for (const channel of airing.toReversed()) {
      for (const { feed, extraMs } of channel.audiences) if (feed !== null) this.#take(channel, extraMs);
    }
    this.#letGo(now);
    this.#tell(now);
    this.#wait(now);
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
      published: this.#published,
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

  /**
   * The sessions that air when they are due. After a restart the older ones wait for the newer ones' lines: as long as one
   * is still made, nobody knows which of them is on air, and outputs would fall back to a session that was over.
   */
  get #airing(): readonly Channel[] {
    return this.#channels.slice(
      Math.max(
        0,
        this.#channels.findLastIndex((channel) => channel.isAwaited),
      ),
    );
  }

  #take(channel: Channel, extraMs: number): void {
    const before = this.#aired.get(extraMs);
    if (before === channel || this.#aside.has(channel)) return;
    if (before !== undefined && this.#channels.indexOf(before) > this.#channels.indexOf(channel)) return;
    this.#aired.set(extraMs, channel);
    // Also where nothing has aired since the start: outputs may show a session of before it.
    this.#world.onMoved(this.show, extraMs, channel.sessionId);
  }

  /**
   * Sessions whose end has aired everywhere, also for an output that were to come with the longest delay, are left to the
   * archive, once another is on air.
   */
  #letGo(now: number): void {
    for (const channel of [...this.#channels]) {
      const hasAired = channel.hasEnded && [...channel.audiences].every((audience) => audience.hasEnded);
      const isOver = hasAired && channel.newestAt < now - MAX_DELAY_MS;
      const isOnAir = [...this.#aired.values()].includes(channel);
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
    const extras = (this.#channels.at(-1)?.extras ?? []).filter((extraMs) => extraMs === 0 || isWatched(extraMs));
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
    const told = JSON.stringify([states, this.#published, this.airedSession()]);
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
    for (const channel of this.#airing) {
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
