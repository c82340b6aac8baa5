import type { ErrorCode, ShowFollow, ShowFollowed } from '@okboxbox/protocol';
import { type Denial, denyFollow, type Visitor } from '../access/visitor.js';
import { FollowError } from '../audience/followed-sessions.js';
import type { SessionRegistry } from '../session/registry.js';
import { ShowStoreError } from '../shows/shows.js';
import type { DirectorDesk } from './director-desk.js';

/** What came of `show:follow`, for a socket and for HTTP alike. */
export type FollowOutcome =
  | { readonly done: ShowFollowed }
  | { readonly denial: Denial }
  | { readonly failed: ErrorCode; readonly message: string };

/** Follows what a visitor chooses, where it may (contract, section 5). */
export async function followChoice(
  { registry, desk }: { readonly registry: SessionRegistry; readonly desk: DirectorDesk },
  visitor: Visitor,
  { show, sessionId, relayId }: ShowFollow,
): Promise<FollowOutcome> {
  const named = show ?? registry.summary(sessionId ?? '')?.show;
  // Without the right, nobody learns whether there is such a session.
  const denial = denyFollow(visitor, named === undefined ? undefined : { show: named, sessionId: sessionId ?? '' });
  if (denial !== null) return { denial };
  if (named === undefined) return { failed: 'not_found', message: `There is no session "${sessionId}".` };
  const choice = relayId === undefined ? { sessionId: sessionId ?? '' } : { relayId };
  try {
    return { done: await desk.follow(named, visitor.kind === 'token' ? visitor.claims.sub : '', choice) };
  } catch (error) {
    if (error instanceof FollowError) return { failed: 'not_found', message: error.message };
    if (error instanceof ShowStoreError) return { failed: 'internal', message: error.message };
    throw error;
  }
}
