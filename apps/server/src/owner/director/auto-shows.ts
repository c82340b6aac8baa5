import {
  type AutoMoment,
  type AutoState,
  NOTHING_CUED,
  type RulesSet,
  USUAL_RULES,
  withRules,
} from '@okboxbox/protocol';
import type { Clock } from '../../clock.js';
import type { AutoChange } from '../../directory/show-desk.js';
import type { Logger } from '../../log.js';
import type { Stored } from '../../unsaved-settings.js';
import type { BroadcastDelayService } from '../audience/broadcast-delay.js';
import type { FollowedSessions } from '../audience/followed-sessions.js';
import type { SessionRegistry } from '../session/registry.js';
import type { Session } from '../session/session.js';
import type { StoredAuto } from '../shows/show-settings.js';
import type { Shows } from '../shows/shows.js';
import { momentsWorthAiring, raceOf } from './auto-moments.js';
import { type AutoMemory, type AutoStep, momentName, NOTHING_AIRED, stepAuto } from './auto-show.js';
import { slotsOf } from './cues.js';

/** How often a show that runs itself looks at its race, in ms. */
const LOOK_MS = 1_000;
/** Cues that a desk lists. */
const MAX_AIRED = 8;

export interface AutoShowsDeps {
  readonly registry: Pick<SessionRegistry, 'liveSession'>;
  readonly broadcasts: Pick<BroadcastDelayService, 'cue'> & { readonly followed: Pick<FollowedSessions, 'of'> };
  readonly shows: Shows;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What is known of a show that runs by itself, beside its settings. */
interface Running {
  readonly sessionId: string | null;
  readonly memory: AutoMemory;
  readonly next: AutoStep['next'];
  /** Newest first. */
  readonly aired: readonly AutoMoment[];
}

const NOTHING_RUNNING: Running = { sessionId: null, memory: NOTHING_AIRED, next: null, aired: [] };

/**
 * The shows that run themselves: looks at the race as it happens, and cues with the picture of that moment, so that what
 * airs goes through the delay with what it shows. A show that a director has taken control of makes no cue.
 */
export class AutoShows {
  readonly #deps: AutoShowsDeps;
  readonly #running = new Map<string, Running>();
  readonly #looking: NodeJS.Timeout;

  constructor(deps: AutoShowsDeps) {
    this.#deps = deps;
    this.#looking = setInterval(() => this.look(), LOOK_MS);
    this.#looking.unref();
  }

  /** What a show's desk is told. */
  of(show: string): AutoState {
    const { isRunning, heldBy, rules } = this.#deps.shows.get(show).auto;
    const { next, aired } = this.#running.get(show) ?? NOTHING_RUNNING;
    const waiting = isRunning && next !== null;
    return {
      isRunning,
      heldBy,
      rules: withRules(USUAL_RULES, rules),
      next: waiting
        ? { kind: next.moment.kind, words: next.moment.words, at: Math.round(next.at), waitsFor: next.waitsFor }
        : null,
      aired,
    };
  }

  /** Lets a show run by itself, or holds it for `who`; what is left out stays as it is. In force at once. */
  set(show: string, who: string, change: AutoChange): Promise<Stored> {
    const { auto } = this.#deps.shows.get(show);
    const rules = change.rules === undefined ? auto.rules : merged(auto.rules, change.rules);
    const isRunning = change.on ?? auto.isRunning;
    const isTaken = auto.isRunning && !isRunning;
    const heldBy = isRunning ? null : isTaken ? who : auto.heldBy;
    return this.#adopt(show, { ...auto, rules, isRunning, heldBy });
  }

  /** A director has taken control: the show makes no cue from now on. False where it did not run by itself. */
  hold(show: string, who: string): boolean {
    const { auto } = this.#deps.shows.get(show);
    if (!auto.isRunning) return false;
    void this.#adopt(show, { ...auto, isRunning: false, heldBy: who });
    return true;
  }

  /** Looks at the race of every show that runs itself, once. */
  look(): void {
    for (const { show, auto } of this.#deps.shows.all()) {
      if (!auto.isRunning) continue;
      try {
        this.#lookAt(show);
      } catch (error) {
        this.#deps.log.error({ err: error, show }, 'a show that runs itself could not look at its race');
      }
    }
  }

  close(): void {
    clearInterval(this.#looking);
  }

  #lookAt(show: string): void {
    const { broadcasts, registry, clock, shows } = this.#deps;
    const followed = broadcasts.followed.of(show);
    const session = followed && registry.liveSession(followed.sessionId);
    const before = this.#of(show, session);
    if (session === undefined || session.state.status.status === 'ended') {
      if (before.next !== null) this.#running.set(show, { ...before, next: null });
      return;
    }
    const now = clock.now();
    const race = raceOf(session.state);
    const { rules } = this.of(show);
    const onAir = { ...NOTHING_CUED, ...session.state.onAir };
    const view = { now, moments: momentsWorthAiring(race), rules, onAir };
    const { memory, cue, next } = stepAuto(before.memory, view);
    if (cue === null) {
      this.#running.set(show, { ...before, memory, next });
      return;
    }
    const { kind, words } = cue.moment;
    const aired = [{ kind, words, at: Math.round(now) }, ...before.aired].slice(0, MAX_AIRED);
    this.#running.set(show, { ...before, memory, next, aired });
    const until = memory.last?.until ?? now + cue.holdMs;
    broadcasts.cue(session, { ...slotsOf(cue.set, race, until), scene: null }, 'picture');
    // What was shown last is not shown first after a restart.
    const last = { sessionId: session.id, ...momentName(cue.moment), kind };
    void this.#adopt(show, { ...shows.get(show).auto, last });
  }

  /** What is remembered of the session that the show is on; of another one nothing is. */
  #of(show: string, session: Session | undefined): Running {
    const running = this.#running.get(show) ?? NOTHING_RUNNING;
    if (session === undefined || running.sessionId === session.id) return running;
    const { last } = this.#deps.shows.get(show).auto;
    const isOfSession = last !== null && last.sessionId === session.id;
    const shown = isOfSession ? { ...last, from: Number.NEGATIVE_INFINITY, until: Number.NEGATIVE_INFINITY } : null;
    return { ...running, sessionId: session.id, memory: { last: shown, recent: [] }, next: null };
  }

  #adopt(show: string, auto: StoredAuto): Promise<Stored> {
    return this.#deps.shows.adopt(show, { auto });
  }
}

function merged(rules: RulesSet, change: RulesSet): RulesSet {
  const kinds = Object.keys({ ...rules, ...change }) as (keyof RulesSet)[];
  return Object.fromEntries(kinds.map((kind) => [kind, { ...rules[kind], ...change[kind] }]));
}
