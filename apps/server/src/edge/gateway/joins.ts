import { broadcastRoom, EXTRA_DELAY_STEP_MS, type SessionJoin } from '@okboxbox/protocol';
import { deny, denyExtraDelay, denyOwnCar, maySeeBroadcast, type Place, type Visitor } from '../../access/visitor.js';
import type { EdgeChannel } from '../../channel/channel.js';
import type { Directory } from '../../directory/directory.js';
import { followedBy } from '../../directory/following.js';
import type { LastState } from '../../directory/owner.js';
import { airedSession, airingOf, airingOfFollowed } from '../../directory/show-record.js';
import { CallRefused } from '../../sockets/calls.js';

export interface JoinDeps {
  readonly directory: Directory;
  readonly channel: EdgeChannel;
}

/** Where a viewer of the public picture is: a session, and its extra delay in ms. */
export type BroadcastPlace = Place & { readonly extraMs: number };

/** Finds what a join asks for in real time. @throws CallRefused */
export function findLive({ directory }: JoinDeps, visitor: Visitor, join: SessionJoin): Place {
  const sessionId = join.sessionId ?? followedBy(directory.show(join.show ?? '').following) ?? '';
  const found = directory.session(sessionId);
  // A show has its rights whether it runs or not: a refusal does not tell.
  const place = join.show === undefined ? found?.summary : { sessionId, show: join.show };
  const denial = deny(visitor, 'session:live', place);
  if (denial) throw new CallRefused(denial.code, denial.message, denial.capability);
  if (found === undefined) throw notFound(join);
  for (const carNumber of join.cars ?? []) {
    const refused = denyOwnCar(visitor, found.summary, carNumber, found.sharedCars.includes(carNumber));
    if (refused) throw new CallRefused(refused.code, refused.message, refused.capability);
  }
  return found.summary;
}

/** Finds what a join asks for of the public picture: nothing that has not aired is there. @throws CallRefused */
export function findBroadcast({ directory }: JoinDeps, visitor: Visitor, join: SessionJoin): BroadcastPlace {
  const extraMs = join.extraDelayMs ?? 0;
  if (extraMs % EXTRA_DELAY_STEP_MS !== 0) {
    throw new CallRefused('bad_request', `extraDelayMs is ${extraMs}. Use a multiple of ${EXTRA_DELAY_STEP_MS}.`);
  }
  const show = join.show ?? directory.session(join.sessionId ?? '')?.summary.show;
  if (show === undefined) throw notFound(join);
  const record = directory.show(show);
  const now = directory.now(show);
  const sessionId = join.sessionId ?? airedSession(record, extraMs, now) ?? airedSession(record, 0, now);
  const place = { sessionId: sessionId ?? '', show, extraMs };
  // What is on air of a show is what it follows, and so is what is still to air.
  const airing =
    join.sessionId === undefined ? airingOfFollowed(record, now) : airingOf(record, join.sessionId, extraMs, now);
  if (!maySeeBroadcast(visitor, place, airing)) throw notFound(join);
  // After the right to see it at all: a refusal must not say that there is such a show.
  const denial = extraMs === 0 ? null : denyExtraDelay(visitor, place);
  if (denial) throw new CallRefused(denial.code, denial.message, denial.capability);
  if (sessionId === null) throw notAired(visitor, place, join);
  return place;
}

/**
 * What airs of a session for viewers with an extra delay: the running output, or, once its end has aired, its last state.
 * The owner is asked only where neither is known here; rights are to be looked up again after that.
 * @throws CallRefused where nothing airs, OwnerRefusal where the owner cannot answer
 */
export async function broadcastOf(
  { directory, channel }: JoinDeps,
  visitor: Visitor,
  join: SessionJoin,
  place: BroadcastPlace,
): Promise<LastState> {
  const { sessionId, show, extraMs } = place;
  const room = broadcastRoom(sessionId, extraMs);
  const open = channel.view(room);
  if (open !== undefined) return open;
  const owner = await directory.ownerOf(show);
  const output = await owner.openOutput(show, sessionId, extraMs);
  if (output === 'full') {
    throw new CallRefused(
      'bad_request',
      'This session has outputs with four different extra delays already. Use one of them.',
    );
  }
  const view = channel.view(room);
  if (view !== undefined) return view;
  const last = output === 'none' ? await owner.lastState(sessionId, 'public') : null;
  if (last === null) throw notAired(visitor, place, join);
  return last;
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
