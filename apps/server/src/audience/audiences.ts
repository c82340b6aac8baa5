import type { FeedMessage, FeedPosition, FeedState, TimingAnswer } from '@okboxbox/protocol';
import type { SessionRegistry } from '../session/registry.js';
import { namedTiming } from './feed-view.js';
import { type AudienceWorld, LiveAudience } from './live-audience.js';
import type { PastSessions } from './past-sessions.js';

/** What a joining viewer needs of an audience, of a running session or an ended one. */
export interface Viewable {
  snapshot(): FeedPosition & { readonly state: FeedState };
  namedSnapshot(): FeedPosition & { readonly state: TimingAnswer };
  since(epoch: string, seq: number): readonly FeedMessage[] | null;
}

/** Epoch of a session that has ended: its state does not change any more. */
const ENDED_EPOCH = 'ended';

/** The audiences of all running sessions, made and closed with them. */
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
  async ended(sessionId: string): Promise<Viewable | null> {
    if (this.#live.has(sessionId)) return null;
    const ended = await this.#past.last(sessionId);
    if (ended === null) return null;
    const { feed: state, at } = ended;
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
