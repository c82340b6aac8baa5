import type { FollowableSession, MainFeed, SessionSummary } from '@okboxbox/protocol';
import { isSameRelay, type KnownRelay } from '../../access/visitor.js';
import {
  closeLeft,
  FOLLOWS_NOTHING,
  type Following,
  followedBy,
  isMainFeed,
  onChoice,
  onEnded,
  onMainFeed,
  onMarked,
} from '../../directory/following.js';
import { OwnerRefusal } from '../../directory/owner-refusal.js';
import type { FollowChoice } from '../../directory/show-desk.js';
import type { Logger } from '../../log.js';
import type { SessionRegistry } from '../session/registry.js';
import type { Session } from '../session/session.js';
import type { Shows } from '../shows/shows.js';
import type { ShowClock } from './show-clock.js';

export interface FollowedSessionsDeps {
  readonly registry: SessionRegistry;
  readonly shows: Shows;
  readonly clockOf: (show: string) => ShowClock;
  /** The newest instant of a show that may have been seen. */
  readonly positionOf: (show: string) => number;
  readonly log: Logger;
}

/** A choice that cannot be made; the message says why, and what to do. */
export class FollowError extends OwnerRefusal {
  override readonly name = 'FollowError';

  constructor(message: string) {
    super('not_found', message);
  }
}

/**
 * Which session each show follows (contract, section 5): its main feed's, until somebody chooses another one, until the
 * main feed opens its next. What it decides is stored with the show and told to all that listen for changes of shows.
 */
export class FollowedSessions {
  readonly #deps: FollowedSessionsDeps;
  /** Choices that are being stored, by show: what the main feed does meanwhile comes behind them. */
  readonly #choosing = new Map<string, Promise<void>>();

  constructor(deps: FollowedSessionsDeps) {
    this.#deps = deps;
    this.#takeOver();
    deps.registry.listen({
      began: () => undefined,
      attached: (session, relay) => this.#attached(session, relay),
      ended: (session) => this.#ended(session),
    });
  }

  /** The session that a show is on, running or ended; `undefined` where it follows none. */
  of(show: string): SessionSummary | undefined {
    const sessionId = followedBy(this.#following(show));
    return sessionId === null ? undefined : this.#deps.registry.summary(sessionId);
  }

  /** A show's main feed; `null` before any relay has fed it. */
  mainFeed(show: string): MainFeed | null {
    const { mainFeed } = this.#following(show);
    return mainFeed && { relayId: mainFeed.relayId, isMarked: mainFeed.isMarked };
  }

  /** The running sessions of a show, newest first. */
  running(show: string): FollowableSession[] {
    return [...this.#deps.registry.live]
      .filter(({ state }) => state.facts.show === show)
      .map((session) => {
        const { sessionId, track, type, startedAt, lastFrameAt } = session.state.summary();
        return { sessionId, track, type, startedAt, lastFrameAt, relays: session.relays() };
      })
      .sort((a, b) => b.startedAt - a.startedAt);
  }

  /**
   * Follows what a director or operator chose; resolves when it is stored and in force, with what was followed before.
   * @throws FollowError where there is nothing of that id in the show; ShowStoreError where it cannot be stored
   */
  async choose(show: string, choice: FollowChoice): Promise<Following> {
    const { shows, clockOf, positionOf } = this.#deps;
    const fed = 'sessionId' in choice ? null : this.#fedBy(show, choice.relayId);
    const sessionId = 'sessionId' in choice ? this.#sessionIn(show, choice.sessionId) : (fed?.sessionId ?? null);
    let before = this.#following(show);
    const chosen = shows.change(show, (settings) => {
      before = settings.following ?? FOLLOWS_NOTHING;
      const marked = 'relayId' in choice ? onMarked(before, choice.relayId, sessionId, fed?.cars) : before;
      const times = { now: Math.ceil(clockOf(show).now()), onAirUpTo: positionOf(show) };
      const following = sessionId === null ? marked : onChoice(marked, sessionId, times, this.#isRunning);
      return { next: { following }, closes: false };
    });
    const done = chosen.then(
      () => undefined,
      () => undefined,
    );
    this.#choosing.set(show, done);
    await chosen.finally(() => {
      if (this.#choosing.get(show) === done) this.#choosing.delete(show);
    });
    return before;
  }

  readonly #isRunning = (sessionId: string): boolean => this.#deps.registry.liveSession(sessionId) !== undefined;

  /** Whether more may come of a session that the main feed leaves: its own ends with it where nobody else feeds it. */
  #goesOn(sessionId: string, mainFeed: KnownRelay): boolean {
    const session = this.#deps.registry.liveSession(sessionId);
    if (session === undefined) return false;
    return session.hasRelay || !session.relaysKnown().some((relay) => isSameRelay(relay, mainFeed));
  }

  #following(show: string): Following {
    return this.#deps.shows.get(show).following ?? FOLLOWS_NOTHING;
  }

  /** @throws FollowError */
  #sessionIn(show: string, sessionId: string): string {
    if (this.#deps.registry.summary(sessionId)?.show === show) return sessionId;
    throw new FollowError(`The show "${show}" has no session "${sessionId}". Choose one of its sessions.`);
  }

  /** The newest running session that a relay feeds or has fed; `null` where it is the main feed already and feeds none. */
  #fedBy(show: string, relayId: string): { sessionId: string; cars: readonly string[] | null } | null {
    const following = this.#following(show);
    const fed = [...this.#deps.registry.live]
      .filter(({ state }) => state.facts.show === show)
      .sort((a, b) => b.state.facts.startedAt - a.state.facts.startedAt)
      .flatMap((session) =>
        session
          .relaysKnown()
          .map((relay) => ({ ...relay, sessionId: session.id, isMain: isMainFeed(following, relay) })),
      )
      .filter((relay) => relay.relayId === relayId);
    // Of several relays of this name, the one that is the main feed.
    const found = fed.find(({ isMain }) => isMain) ?? fed[0];
    if (found !== undefined) return found;
    if (following.mainFeed?.relayId === relayId) return null;
    throw new FollowError(`No relay "${relayId}" feeds a running session of the show "${show}". Choose one that does.`);
  }

  #attached(session: Session, relay: KnownRelay): void {
    const { show } = session.state.facts;
    const choosing = this.#choosing.get(show);
    if (choosing !== undefined) {
      void choosing.then(() => this.#attached(session, relay));
      return;
    }
    const now = Math.ceil(this.#deps.clockOf(show).now());
    const before = closeLeft(this.#following(show), session.id, now);
    this.#set(
      show,
      onMainFeed(before, { ...relay, sessionId: session.id }, now, (left) => this.#goesOn(left, relay)),
    );
  }

  #ended(session: Session): void {
    const { id, state } = session;
    const { show } = state.facts;
    const choosing = this.#choosing.get(show);
    if (choosing !== undefined) {
      void choosing.then(() => this.#ended(session));
      return;
    }
    const before = this.#following(show);
    const fedByMain = session.relaysKnown().some((relay) => isMainFeed(before, relay));
    this.#set(show, onEnded(before, id, fedByMain, Math.ceil(this.#deps.clockOf(show).now())));
  }

  #set(show: string, following: Following): void {
    const { shows, log } = this.#deps;
    const before = shows.get(show).following;
    if (JSON.stringify(following) === JSON.stringify(before) || (before === null && following.follows.length === 0))
      return;
    const [from, to] = [before === null ? null : followedBy(before), followedBy(following)];
    if (from !== to)
      log.info({ show, from, to, mainFeed: following.mainFeed?.relayId }, 'the show goes on to a session');
    shows
      .adopt(show, { following })
      .catch((error) => log.error({ err: error, show }, 'what a show follows is not stored'));
  }

  /** Shows from before main feeds were stored follow what they were on; all their sessions are theirs. */
  #takeOver(): void {
    const { registry, shows } = this.#deps;
    const sessions = registry.list().reverse();
    for (const show of new Set(sessions.map((summary) => summary.show))) {
      const before = shows.get(show).following;
      if (before !== null && before.follows.length > 0) continue;
      const current = registry.newestOf(show);
      if (current === undefined) continue;
      const relayId = registry.liveSession(current.sessionId)?.state.streams[0]?.relayId;
      const mainFeed = relayId === undefined ? null : { relayId, isMarked: false, sessionId: current.sessionId };
      // Settings that could not be read say nothing of which sessions were the show's: only the newest is.
      const others = before === null ? sessions.filter((each) => each.show === show && each !== current) : [];
      const ids = [
        ...others.map(({ sessionId }) => sessionId).filter((id) => id !== current.sessionId),
        current.sessionId,
      ];
      const follows = ids.map((sessionId) => ({ sessionId, from: 0, until: null, by: 'main-feed' as const }));
      this.#set(show, { mainFeed, follows });
    }
  }
}
