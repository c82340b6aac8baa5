import type { ShowFollow, ShowFollowed } from '@okboxbox/protocol';
import { type Denial, denyFollow, type Visitor } from '../access/visitor.js';
import type { Directory } from '../directory/directory.js';
import { OwnerRefusal } from '../directory/owner-refusal.js';

/**
 * Follows what a visitor chooses, where it may (contract, section 5), for a socket and for HTTP alike. Resolves with why
 * not where it may not.
 * @throws OwnerRefusal where there is no such session or relay, or the choice could not be stored
 */
export async function followChoice(
  directory: Directory,
  visitor: Visitor,
  { show, sessionId, relayId }: ShowFollow,
): Promise<{ readonly done: ShowFollowed } | { readonly denial: Denial }> {
  const named = show ?? directory.session(sessionId ?? '')?.summary.show;
  // Without the right, nobody learns whether there is such a session.
  const denial = denyFollow(visitor, named === undefined ? undefined : { show: named, sessionId: sessionId ?? '' });
  if (denial !== null) return { denial };
  if (named === undefined) throw new OwnerRefusal('not_found', `There is no session "${sessionId}".`);
  const choice = relayId === undefined ? { sessionId: sessionId ?? '' } : { relayId };
  const { desk } = await directory.ownerOf(named);
  return { done: await desk.follow(named, visitor.kind === 'token' ? visitor.claims.sub : '', choice) };
}
