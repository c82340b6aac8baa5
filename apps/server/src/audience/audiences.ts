import { type FeedPosition, type FeedState, publicStates } from '@okboxbox/protocol';
import type { SessionRegistry } from '../session/registry.js';
import type { Feed } from './feed.js';
import { namedTiming } from './feed-view.js';
import { type AudienceWorld, LiveAudience } from './live-audience.js';
import type { PastSessions } from './past-sessions.js';

/** Epoch of a session that has ended: its state does not change any more. */
const ENDED_EPOCH = 'ended';

/** A feed that does not change any more. */
type EndedFeed = Pick<Feed, 'snapshot' | 'namedSnapshot' | 'since'>;

/** The live audiences of all running sessions, made and closed with them. */
export class Audiences {
  readonly #live = new Map<string, LiveAudience>();
  readonly #past: PastSessions;

  constructor(registry: SessionRegistry, past: PastSessions, world: AudienceWorld) {
    this.#past = past;
    registry.listen({
      began: (session) => this.#live.set(session.id, new LiveAudience(session, world)),
      ended: (session) => {
        this.#live.get(session.id)?.close();
        this.#live.delete(session.id);
      },
    });
  }

  live(sessionId: string): LiveAudience | undefined {
    return this.#live.get(sessionId);
  }

  /** The last state of an ended session, or `null` where it runs or is unknown. */
  ended(sessionId: string): Promise<EndedFeed | null> {
    return this.#ended(sessionId, (state) => state);
  }

  /** The public part of it; who asks must know that its end has aired. */
  endedPublic(sessionId: string): Promise<EndedFeed | null> {
    return this.#ended(sessionId, publicStates());
  }

  async #ended(sessionId: string, view: (state: FeedState) => FeedState): Promise<EndedFeed | null> {
    if (this.#live.has(sessionId)) return null;
    const ended = await this.#past.last(sessionId);
    if (ended === null) return null;
    const { at } = ended;
    const state = view(ended.feed);
    const position: FeedPosition = { epoch: ENDED_EPOCH, seq: 0, at };
    return {
      snapshot: () => ({ ...position, state }),
      namedSnapshot: () => ({ ...position, state: namedTiming(state, at) }),
      since: (epoch, seq) => (epoch === ENDED_EPOCH && seq === 0 ? [] : null),
    };
  }

  close(): void {
    for (const audience of this.#live.values()) audience.close();
    this.#live.clear();
  }
}
