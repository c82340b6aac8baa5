import { type FeedPosition, type FeedState, publicStates } from '@okboxbox/protocol';
import { SharedJson } from '../hub/shared-json.js';
import type { SessionRegistry } from '../session/registry.js';
import type { Session } from '../session/session.js';
import type { Feed } from './feed.js';
import { type AudienceWorld, LiveAudience } from './live-audience.js';
import type { PastSession, PastSessions } from './past-sessions.js';
import { Snapshots } from './snapshots.js';

/** Epoch of a session that has ended: its state does not change any more, unless records come after its end. */
function endedEpoch(lateAt: number | undefined): string {
  return lateAt === undefined ? 'ended' : `ended-${lateAt}`;
}

/** A feed that does not change any more. */
export type EndedFeed = Pick<Feed, 'snapshots' | 'since'>;

/** The live audiences of all running sessions, made and closed with them. */
export class Audiences {
  readonly #live = new Map<string, LiveAudience>();
  readonly #past: PastSessions;
  readonly #registry: SessionRegistry;
  /** What was made of sessions that have ended, as long as their last states are kept. */
  readonly #made = new WeakMap<PastSession, { whole?: EndedFeed; public?: EndedFeed }>();

  constructor(registry: SessionRegistry, past: PastSessions, world: AudienceWorld) {
    this.#past = past;
    this.#registry = registry;
    const begin = (session: Session) => this.#live.set(session.id, new LiveAudience(session, world));
    const end = ({ id }: Session) => {
      this.#live.get(id)?.close();
      this.#live.delete(id);
    };
    registry.listen({ began: begin, ended: end, reopened: begin, closedAgain: end });
  }

  live(sessionId: string): LiveAudience | undefined {
    return this.#live.get(sessionId);
  }

  /** The last state of an ended session, or `null` where it runs or is unknown. */
  ended(sessionId: string): Promise<EndedFeed | null> {
    return this.#ended(sessionId, 'whole');
  }

  /** The public part of it; who asks must know that its end has aired. */
  endedPublic(sessionId: string): Promise<EndedFeed | null> {
    return this.#ended(sessionId, 'public');
  }

  async #ended(sessionId: string, picture: 'whole' | 'public'): Promise<EndedFeed | null> {
    if (this.#live.has(sessionId)) return null;
    const ended = await this.#past.last(sessionId);
    if (ended === null) return null;
    const made = this.#made.get(ended) ?? {};
    this.#made.set(ended, made);
    const epoch = endedEpoch(this.#registry.summary(sessionId)?.lateAt);
    made[picture] ??= endedFeed(picture === 'whole' ? ended.feed : publicStates()(ended.feed), { epoch, at: ended.at });
    return made[picture];
  }

  close(): void {
    for (const audience of this.#live.values()) audience.close();
    this.#live.clear();
  }
}

function endedFeed(state: FeedState, { epoch: own, at }: Pick<FeedPosition, 'epoch' | 'at'>): EndedFeed {
  const position: FeedPosition = { epoch: own, seq: 0, at };
  const nothing = new SharedJson(JSON.stringify({ ...position, changes: [] }));
  return {
    snapshots: new Snapshots(position, state),
    since: (epoch, seq) => (epoch === own && seq === 0 ? nothing : null),
  };
}
