import {
  broadcastRoom,
  type ExtraDelay,
  MAX_BEHIND_MS,
  MAX_EXTRA_DELAYS,
  type MeasuredDelay,
  type MeasuredPicture,
  type Picture,
  pictureOf,
} from '@okboxbox/protocol';
import type { Airing } from '../../access/visitor.js';
import { FOLLOWS_NOTHING, type Following, isFollowed, isFollowedAt, nextChange } from '../../directory/following.js';
import { type Delays, type Playhead, settled } from '../../directory/playhead.js';
import {
  airedSession,
  airingOf,
  behindMsOf,
  delayState,
  delaysOf,
  dueFor,
  type PicturesOf,
  positionFor,
  type ShowRecord,
} from '../../directory/show-record.js';
import type { ShowSettings } from '../shows/show-settings.js';
import type { BroadcastAudience } from './broadcast-audience.js';
import { BroadcastSession, type BroadcastSessionDeps, USUAL_OUTPUTS } from './broadcast-session.js';
import { DelayTelling } from './delay-telling.js';
import type { PublicPicture } from './segment-run.js';

/** How often the picture is checked where nothing else is due, in ms: a hold or a glide may be over. */
const IDLE_MS = 1_000;
/** Where nothing has aired for this long, in ms, the measured delay is computed from the position instead. */
const MEASURED_MS = 1_000;

/** The output whose figures are those of a picture. */
const USUAL_OUTPUT = { graphics: 0, public: 'public' } as const satisfies Record<Picture, ExtraDelay>;

/**
 * The two pictures of one show: sessions one after another, each read as far as a picture's position says. Everything
 * public leaves through here.
 */
export class ShowBroadcast {
  readonly show: string;
  readonly #deps: BroadcastSessionDeps;
  readonly #sessions: BroadcastSession[] = [];
  #pictures: PicturesOf;
  #published: boolean;
  #following: Following;
  #look: ShowSettings['look'];
  /** As stored, and whether that instant has become due since. */
  #publicFrom: number | null;
  #wasDue = false;
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;
  #dueAt = Number.POSITIVE_INFINITY;
  /** The session that outputs were told last to be on, by extra delay. */
  readonly #aired = new Map<ExtraDelay, string>();
  readonly #lags = new Map<Picture, { readonly ms: number; readonly at: number }>();
  /** What the directory has of the show. */
  #known: { readonly pictures: PicturesOf; readonly following: Following; readonly rest: string } | null = null;
  readonly #telling: DelayTelling;

  constructor(settings: ShowSettings, deps: BroadcastSessionDeps) {
    this.show = settings.show;
    this.#deps = deps;
    this.#telling = new DelayTelling(this, deps.channel);
    this.#pictures = picturesOf(settings);
    this.#published = settings.published;
    this.#following = settings.following ?? FOLLOWS_NOTHING;
    this.#look = settings.look;
    this.#publicFrom = settings.publicFrom;
    this.#put();
  }

  /** What is set, and where the pictures are. */
  get pictures(): PicturesOf {
    return settledPictures(this.#pictures, this.#deps.clock.now());
  }

  /** The same as the delay of each picture. */
  get delays(): Delays {
    return delaysOf(this.pictures);
  }

  get published(): boolean {
    return this.#published;
  }

  /** What the public still waits for, as `ShowSettings` has it. */
  get publicFrom(): number | null {
    this.#wasDue ||=
      this.#publicFrom === null || this.#deps.clock.now() - behindMsOf(this.#pictures, 'public') >= this.#publicFrom;
    return this.#wasDue ? null : this.#publicFrom;
  }

  /** What every server may know of the show, as it is now. */
  get record(): ShowRecord {
    return {
      show: this.show,
      ...this.#pictures,
      published: this.#published,
      publicFrom: this.publicFrom,
      following: this.#following,
      look: this.#look,
      airing: this.#sessions.map((session) => ({
        sessionId: session.sessionId,
        isAwaited: session.isAwaited,
        hasEnded: session.hasEnded,
        outputs: [...session.audiences].map(({ extra, aired, hasEnded }) => ({
          extra,
          isAwaited: session.awaits(extra),
          hasAired: aired !== null,
          hasEnded,
        })),
      })),
    };
  }

  /** Whether a picture of the show, as it is on air now, may be of a session: the show followed it at that instant. */
  mayShow(sessionId: string, extra: ExtraDelay): boolean {
    return isFollowedAt(this.#following, sessionId, this.position(extra));
  }

  /** What of a session may be seen without a right to it, as an output is on air now. */
  airing(sessionId: string, extra: ExtraDelay): Airing {
    return airingOf(this.record, sessionId, extra, this.#deps.clock.now());
  }

  /** The newest instant that may be on air for an output. That of the graphics is the newest of all. */
  position(extra: ExtraDelay = 0): number {
    return positionFor(this.#pictures, extra, this.#deps.clock.now());
  }

  /** The session that is on air for an output. */
  airedSession(extra: ExtraDelay = 0): string | null {
    return airedSession(this.record, extra, this.#deps.clock.now());
  }

  /** What everyone has been sent of the session that is on air in the public picture; `null` where nothing is. */
  get publicPicture(): PublicPicture | null {
    const sessionId = this.airedSession('public');
    const audience = this.#sessions.find((session) => session.sessionId === sessionId)?.audience('public');
    const aired = audience?.aired;
    if (sessionId === null || audience === undefined || aired == null) return null;
    return { sessionId, state: aired.state, at: aired.at, logs: audience.logs };
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
    session.serve(this.#extras);
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
    session.serve(this.#extras);
    this.#sessions.unshift(session);
    this.#put();
    return session;
  }

  /** Takes what a director has set. */
  set(settings: ShowSettings): void {
    const { published, publicFrom, following, look } = settings;
    if (publicFrom !== this.#publicFrom) this.#wasDue = false;
    this.#publicFrom = publicFrom;
    this.#pictures = picturesOf(settings);
    this.#published = published;
    this.#following = following ?? FOLLOWS_NOTHING;
    this.#look = look;
    this.#put();
    this.tick();
  }

  /**
   * The audience of an output, made where there is room for one more; `full` where there is not. It has no feed before
   * anything has aired.
   */
  audienceFor(sessionId: string, extra: ExtraDelay): BroadcastAudience | 'full' | undefined {
    const session = this.session(sessionId);
    if (session === undefined) return undefined;
    if (!session.extras.includes(extra)) {
      this.#dropUnwatched();
      if (session.extras.length >= USUAL_OUTPUTS.length + MAX_EXTRA_DELAYS) return 'full';
      for (const each of this.#sessions) each.serve([...each.extras, extra]);
      this.tick();
    }
    return session.audience(extra);
  }

  /** Airs all that is due, and waits for what comes next. */
  tick(): void {
    // A line that was being made of its timeline may come when the server has ended: nothing airs, nothing is kept alive.
    if (this.#isClosed) return;
    const now = this.#deps.clock.now();
    this.#pictures = settledPictures(this.#pictures, now);
    // Sessions that the show follows first: a viewer of one that it has left is moved, or refused, before more of
    // that one leaves.
    this.#air(true, now);
    // Before anyone is told: what they may see is looked up in the directory.
    this.#put();
    for (const extra of this.#extras) this.#take(extra);
    this.#telling.tell(now);
    this.#air(false, now);
    this.#closeAired(now);
    this.#put();
    this.#wait(now);
  }

  /** Airs what is due of the sessions that the show follows in each output's picture, or of those that it has left there. */
  #air(areFollowed: boolean, now: number): void {
    const positions = new Map(this.#extras.map((extra) => [extra, positionFor(this.#pictures, extra, now)]));
    for (const session of this.#sessions) {
      for (const audience of session.audiences) {
        const { extra } = audience;
        const position = positions.get(extra) ?? Number.NEGATIVE_INFINITY;
        if (isFollowedAt(this.#following, session.sessionId, position) !== areFollowed) continue;
        const hasAired = audience.advance(position);
        const isOnAir = isUsual(extra) && this.#aired.get(extra) === session.sessionId;
        if (hasAired && isOnAir) this.#lags.set(pictureOf(extra), { ms: now - (audience.aired?.at ?? now), at: now });
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

  /** The delay's state with what is measured of both pictures. */
  measured(sessionId: string): MeasuredDelay {
    const now = this.#deps.clock.now();
    const waiting = this.session(sessionId)?.audience(0)?.waiting ?? NOTHING_WAITS;
    return {
      sessionId,
      delayMs: this.#pictures.delay.delayMs,
      ...this.#measuredPicture(sessionId, 'graphics', now),
      show: this.show,
      published: this.#published && isFollowed(this.#following, sessionId),
      publicExtraMs: this.#pictures.publicExtraMs,
      public: this.#measuredPicture(sessionId, 'public', now),
      bufferedMs: waiting.oldestAt === null ? 0 : Math.round((waiting.newestAt ?? 0) - waiting.oldestAt),
      bufferedEvents: waiting.events,
      bufferedBytes: waiting.bytes,
      oldestAt: waiting.oldestAt,
      newestAt: waiting.newestAt,
    };
  }

  #measuredPicture(sessionId: string, picture: Picture, now: number): MeasuredPicture {
    const extra = USUAL_OUTPUT[picture];
    const audience = this.session(sessionId)?.audience(extra);
    const airedAt = audience?.aired?.at ?? null;
    const lag = this.#lags.get(picture);
    const isFresh = lag !== undefined && now - lag.at < MEASURED_MS;
    const measured = airedAt === null ? null : isFresh ? lag.ms : now - positionFor(this.#pictures, extra, now);
    return {
      state: delayState(this.record, sessionId, picture, now).state,
      measuredMs: measured === null ? null : Math.round(measured),
      airedAt,
      holdMs: this.#holdMs(audience, picture, now),
    };
  }

  #holdMs(audience: BroadcastAudience | undefined, picture: Picture, now: number): number | null {
    const { playhead, delayMs } = delaysOf(this.#pictures)[picture];
    if (playhead.moves === 'holding') return Math.max(0, Math.round(playhead.at + delayMs - now));
    if (audience === undefined || audience.aired !== null || audience.nextAt === null) return null;
    const due = dueFor(this.#pictures, audience.extra, audience.nextAt, now);
    return due === null ? null : Math.max(0, Math.round(due - now));
  }

  /** Extra delays that are served. */
  get #extras(): readonly ExtraDelay[] {
    return this.#sessions.at(-1)?.extras ?? USUAL_OUTPUTS;
  }

  #take(extra: ExtraDelay): void {
    const sessionId = this.airedSession(extra);
    if (sessionId === null || this.#aired.get(extra) === sessionId) return;
    this.#aired.set(extra, sessionId);
    // Also where nothing has aired since the start: outputs may show a session of before it.
    this.#deps.channel.tell(this.show, { event: 'moved', extra, sessionId });
  }

  /**
   * Sessions whose end has aired for every output, the longest delay included, are closed once another is on air: the
   * archive has them.
   */
  #closeAired(now: number): void {
    for (const session of [...this.#sessions]) {
      const hasAired = session.hasEnded && [...session.audiences].every((audience) => audience.hasEnded);
      const isOver = hasAired && session.newestAt < now - MAX_BEHIND_MS;
      const isOnAir = [...this.#aired.values()].includes(session.sessionId);
      if (!isOver || isOnAir) continue;
      this.#sessions.splice(this.#sessions.indexOf(session), 1);
      session.close();
      this.#telling.forget(session.sessionId);
    }
  }

  #dropUnwatched(): void {
    const { channel } = this.#deps;
    const isWatched = (extra: ExtraDelay) =>
      this.#sessions.some(({ sessionId }) => channel.interest(broadcastRoom(sessionId, extra)) > 0);
    const extras = this.#extras.filter((extra) => isUsual(extra) || isWatched(extra));
    for (const session of this.#sessions) session.serve(extras);
    for (const extra of this.#aired.keys()) if (!extras.includes(extra)) this.#aired.delete(extra);
  }

  /** Puts the record into the directory where anything in it is different. */
  #put(): void {
    const { record } = this;
    const { delay: _, publicPlayhead: __, following, ...others } = record;
    const rest = JSON.stringify(others);
    const pictures = this.#pictures;
    const known = this.#known;
    if (known?.pictures === pictures && known.following === following && known.rest === rest) return;
    this.#known = { pictures, following, rest };
    this.#deps.directory.putShow(record);
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
    // A line that is made, or that cannot be, may put another session on air.
    const { record } = this;
    for (const extra of USUAL_OUTPUTS) {
      const aired = airedSession(record, extra, now);
      if (aired !== null && aired !== this.#aired.get(extra)) return now;
    }
    const positions = new Map(this.#extras.map((extra) => [extra, positionFor(this.#pictures, extra, now)]));
    for (const [extra, position] of positions) {
      const change = nextChange(this.#following, position);
      const at = change === null ? null : dueFor(this.#pictures, extra, change, now);
      if (at !== null) due = Math.min(due, at);
    }
    for (const session of this.#sessions) {
      for (const audience of session.audiences) {
        const { nextAt, extra } = audience;
        if (nextAt === null) continue;
        if (nextAt <= (positions.get(extra) ?? Number.NEGATIVE_INFINITY)) return now;
        const at = dueFor(this.#pictures, extra, nextAt, now);
        if (at !== null) due = Math.min(due, at);
      }
    }
    return due;
  }
}

const NOTHING_WAITS = { events: 0, bytes: 0, oldestAt: null, newestAt: null };

/** Whether an output is one that every session has. */
function isUsual(extra: ExtraDelay): boolean {
  return USUAL_OUTPUTS.includes(extra);
}

/** Where both pictures of a show are, of its settings. */
export function picturesOf({ delayMs, playhead, publicExtraMs, publicPlayhead }: ShowSettings): PicturesOf {
  return { delay: { delayMs, playhead }, publicExtraMs, publicPlayhead };
}

/** The same pictures where a hold, a glide or a pause is over by now; the same object where nothing is. */
function settledPictures(pictures: PicturesOf, now: number): PicturesOf {
  const { delay, publicPlayhead } = pictures;
  const settledDelay = settled(delay, now);
  const settledPlayhead: Playhead = settled(delaysOf(pictures).public, now).playhead;
  if (settledDelay === delay && settledPlayhead === publicPlayhead) return pictures;
  return { ...pictures, delay: settledDelay, publicPlayhead: settledPlayhead };
}
