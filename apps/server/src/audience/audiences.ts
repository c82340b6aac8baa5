import { type FeedPosition, type FeedState, publicStates } from '@okboxbox/protocol';
import { SharedJson } from '../hub/shared-json.js';
import type { SessionRegistry } from '../session/registry.js';
import type { Feed } from './feed.js';
import { type AudienceWorld, LiveAudience } from './live-audience.js';
import type { PastSession, PastSessions } from './past-sessions.js';
import { Snapshots } from './snapshots.js';

/** Epoch of a session that has ended: its state does not change any more. */
const ENDED_EPOCH = 'ended';

/** A feed that does not change any more. */
export type EndedFeed = Pick<Feed, 'snapshots' | 'since'>;

/** The live audiences of all running sessions, made and closed with them. */
export class Audiences {
  readonly #live = new Map<string, LiveAudience>();
  readonly #past: PastSessions;
  /** What was made of sessions that have ended, as long as their last states are kept. */
  readonly #made = new WeakMap<PastSession, { whole?: EndedFeed; public?: EndedFeed }>();

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
    made[picture] ??= endedFeed(picture === 'whole' ? ended.feed : publicStates()(ended.feed), ended.at);
    return made[picture];
  }

  close(): void {
    for (const audience of this.#live.values()) audience.close();
    this.#live.clear();
  }
}

function endedFeed(state: FeedState, at: number | null): EndedFeed {
  const position: FeedPosition = { epoch: ENDED_EPOCH, seq: 0, at };
  const nothing = new SharedJson(JSON.stringify({ ...position, changes: [] }));
  return {
    snapshots: new Snapshots(position, state),
    since: (epoch, seq) => (epoch === ENDED_EPOCH && seq === 0 ? nothing : null),
  };
}
