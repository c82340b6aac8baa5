import { EXTRA_DELAY_STEP_MS, type SessionJoin } from '@okboxbox/protocol';
import { deny, denyExtraDelay, denyOwnCar, maySeeBroadcast, type Place, type Visitor } from '../access/visitor.js';
import type { Audiences, EndedFeed } from '../audience/audiences.js';
import type { BroadcastDelayService } from '../audience/broadcast-delay.js';
import type { SessionRegistry } from '../session/registry.js';
import { CallRefused } from './calls.js';

export interface JoinWorld {
  readonly registry: SessionRegistry;
  readonly audiences: Audiences;
  readonly broadcasts: BroadcastDelayService;
}

/** What a viewer needs of what it has joined: a running feed, or the state that does not change any more. */
export type Viewable = EndedFeed;

/** Finds what a join asks for in real time. @throws CallRefused */
export function findLive({ registry, broadcasts }: JoinWorld, visitor: Visitor, join: SessionJoin): Place {
  const found =
    join.sessionId === undefined ? broadcasts.followed.of(join.show ?? '') : registry.summary(join.sessionId);
  // A show has its rights whether it runs or not: a refusal does not tell.
  const place = join.show === undefined ? found : { sessionId: found?.sessionId ?? '', show: join.show };
  const denial = deny(visitor, 'session:live', place);
  if (denial) throw new CallRefused(denial.code, denial.message, denial.capability);
  if (found === undefined) throw notFound(join);
  for (const carNumber of join.cars ?? []) {
    const isShared = registry.liveSession(found.sessionId)?.state.own.isShared(carNumber) ?? false;
    const refused = denyOwnCar(visitor, found, carNumber, isShared);
    if (refused) throw new CallRefused(refused.code, refused.message, refused.capability);
  }
  return found;
}

/** Finds what a join asks for of the public picture: nothing that has not aired is there. @throws CallRefused */
export function findBroadcast(
  { registry, broadcasts }: JoinWorld,
  visitor: Visitor,
  join: SessionJoin,
): Place & { extraMs: number } {
  const extraMs = join.extraDelayMs ?? 0;
  if (extraMs % EXTRA_DELAY_STEP_MS !== 0) {
    throw new CallRefused('bad_request', `extraDelayMs is ${extraMs}; it goes in steps of ${EXTRA_DELAY_STEP_MS}.`);
  }
  const show = join.show ?? registry.summary(join.sessionId ?? '')?.show;
  if (show === undefined) throw notFound(join);
  const broadcast = broadcasts.of(show);
  const sessionId = join.sessionId ?? broadcast.airedSession(extraMs) ?? broadcast.airedSession();
  const place = { sessionId: sessionId ?? '', show, extraMs };
  // What is on air of a show is what it follows, and so is what is still to air.
  const airing =
    join.sessionId === undefined
      ? { published: broadcast.isPublic, followed: true }
      : broadcast.airing(join.sessionId, extraMs);
  if (!maySeeBroadcast(visitor, place, airing)) throw notFound(join);
  // After the right to see it at all: a refusal must not say that there is such a show.
  const denial = extraMs === 0 ? null : denyExtraDelay(visitor, place);
  if (denial) throw new CallRefused(denial.code, denial.message, denial.capability);
  if (sessionId === null) throw notAired(visitor, place, join);
  return place;
}

/** What airs of a session, for an output with an extra delay. @throws CallRefused where nothing does */
export async function broadcastOf(
  { broadcasts, audiences }: JoinWorld,
  visitor: Visitor,
  join: SessionJoin,
  { sessionId, show, extraMs }: Place & { extraMs: number },
): Promise<Viewable> {
  const audience = broadcasts.audience(show, sessionId, extraMs);
  if (audience === 'full') {
    throw new CallRefused(
      'bad_request',
      'This session has outputs with four different extra delays already. Use one of them.',
    );
  }
  if (audience?.feed) return audience.feed;
  // Where it may still have to air, its last state is nobody's business.
  const ended =
    audience === undefined && !broadcasts.isAiring(sessionId) ? await audiences.endedPublic(sessionId) : null;
  if (ended === null) throw notAired(visitor, { sessionId, show }, join);
  return ended;
}

/** The refusal of what is not there, or not for this visitor: it does not say which. */
export function notFound(join: SessionJoin): CallRefused {
  const what = join.sessionId === undefined ? `show "${join.show}"` : `session "${join.sessionId}"`;
  return new CallRefused('not_found', `There is no ${what}, or it has no session yet.`);
}

function notAired(visitor: Visitor, place: Place, join: SessionJoin): CallRefused {
  if (deny(visitor, 'session:live', place) !== null) return notFound(join);
  return new CallRefused('not_available', 'Nothing of this session has aired yet; its picture is held for the delay.');
}
