import { type FeedPosition, type FeedState, NO_TOPICS, publicStates } from '@okboxbox/protocol';
import { UNNUMBERED_RULES } from '@okboxbox/timing';
import type { OwnerChannel } from '../../channel/channel.js';
import { SharedJson } from '../../channel/shared-json.js';
import { Snapshots } from '../../channel/snapshots.js';
import { type RowsOf, TopicLogs } from '../../channel/topic-logs.js';
import type { LastState } from '../../directory/owner.js';
import type { Taps } from '../../taps.js';
import type { SessionRegistry } from '../session/registry.js';
import type { Session } from '../session/session.js';
import type { SessionState } from '../session/session-state.js';
import { LiveAudience } from './live-audience.js';
import type { PastSession, PastSessions } from './past-sessions.js';
import { publicRows } from './public-rows.js';
import type { ShowClock } from './show-clock.js';

/** Epoch of a session that has ended: its state does not change any more, unless records come after its end. */
function endedEpoch(lateAt: number | undefined): string {
  return lateAt === undefined ? 'ended' : `ended-${lateAt}`;
}

export interface AudiencesDeps {
  readonly registry: SessionRegistry;
  readonly past: PastSessions;
  readonly channel: OwnerChannel;
  readonly clockOf: (show: string) => ShowClock;
  readonly setTimeout: (run: () => void, ms: number) => NodeJS.Timeout;
  readonly taps?: Taps;
}

/** The live audiences of all running sessions, made and closed with them. */
export class Audiences {
  readonly #live = new Map<string, LiveAudience>();
  readonly #past: PastSessions;
  readonly #registry: SessionRegistry;
  /** What was made of sessions that have ended, as long as their last states are kept. */
  readonly #made = new WeakMap<PastSession, { whole?: LastState; public?: LastState }>();
  readonly #endedLogsOf = new WeakMap<SessionState, { whole?: TopicLogs; public?: TopicLogs }>();

  constructor({ registry, past, clockOf, ...deps }: AudiencesDeps) {
    this.#past = past;
    this.#registry = registry;
    const begin = (session: Session) => {
      const clock = clockOf(session.state.facts.show);
      this.#live.set(session.id, new LiveAudience(session, { ...deps, clock }));
    };
    const end = ({ id, state }: Session) => {
      this.#live.get(id)?.close();
      this.#live.delete(id);
      deps.channel.tell(state.facts.show, { event: 'ended', sessionId: id });
    };
    registry.listen({ began: begin, ended: end, reopened: begin, closedAgain: end });
  }

  /** The last state of an ended session, or `null` where it runs or is unknown. */
  ended(sessionId: string): Promise<LastState | null> {
    return this.#ended(sessionId, 'whole');
  }

  /** The public part of it; who asks must know that its end has aired. */
  endedPublic(sessionId: string): Promise<LastState | null> {
    return this.#ended(sessionId, 'public');
  }

  async #ended(sessionId: string, picture: 'whole' | 'public'): Promise<LastState | null> {
    if (this.#live.has(sessionId)) return null;
    const ended = await this.#past.last(sessionId);
    if (ended === null) return null;
    const made = this.#made.get(ended) ?? {};
    this.#made.set(ended, made);
    const summary = this.#registry.summary(sessionId);
    const epoch = endedEpoch(summary?.lateAt);
    const { topics } = ended.feed;
    // One that was stored before there were logs does not count them.
    const hasLogs = topics.laps !== undefined;
    const logsEpoch = `${epoch}-rules-${summary?.rulesVersion ?? UNNUMBERED_RULES}`;
    const whole = { ...ended.feed, topics: hasLogs ? { ...topics, epoch: logsEpoch } : NO_TOPICS };
    const state = picture === 'whole' ? whole : publicStates()(whole);
    made[picture] ??= endedFeed(state, { epoch, at: ended.at }, () => this.#endedLogs(sessionId, logsEpoch, picture));
    return made[picture];
  }

  /** The logs of a session that has ended, as long as its state is kept. */
  async #endedLogs(sessionId: string, epoch: string, picture: 'whole' | 'public'): Promise<TopicLogs | null> {
    const state = await this.#registry.stateOf(sessionId, 'refuse');
    if (state === null) return null;
    const made = this.#endedLogsOf.get(state) ?? {};
    this.#endedLogsOf.set(state, made);
    const known = made[picture];
    if (known?.epoch === epoch) return known;
    const rows: RowsOf = (...asked) => state.logs.rows(...asked);
    const logs = new TopicLogs(sessionId, epoch, picture === 'whole' ? rows : publicRows(rows));
    made[picture] = logs;
    return logs;
  }

  close(): void {
    for (const audience of this.#live.values()) audience.close();
    this.#live.clear();
  }
}

function endedFeed(
  state: FeedState,
  { epoch: own, at }: Pick<FeedPosition, 'epoch' | 'at'>,
  logs: () => Promise<TopicLogs | null>,
): LastState {
  const position: FeedPosition = { epoch: own, seq: 0, at };
  const nothing = new SharedJson(JSON.stringify({ ...position, changes: [] }));
  return {
    snapshots: new Snapshots(position, state),
    since: (epoch, seq) => (epoch === own && seq === 0 ? nothing : null),
    chunk: async (topic, epoch, nr) =>
      epoch === state.topics.epoch ? ((await logs())?.chunk(state.topics, topic, nr) ?? null) : null,
  };
}
