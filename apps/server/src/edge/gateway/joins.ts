import { broadcastRoom, EXTRA_DELAY_STEP_MS, type ExtraDelay, type SessionJoin } from '@okboxbox/protocol';
import { deny, denyExtraDelay, denyOwnCar, maySeeBroadcast, type Place, type Visitor } from '../../access/visitor.js';
import type { EdgeChannel } from '../../channel/channel.js';
import type { Directory } from '../../directory/directory.js';
import { followedBy } from '../../directory/following.js';
import type { SocketOwner } from '../../directory/owner.js';
import { airingOf, airingOfFollowed } from '../../directory/show-record.js';
import { CallRefused } from '../../sockets/calls.js';
import { seenPicture } from '../seen-picture.js';

export interface JoinDeps {
  readonly directory: Directory<SocketOwner>;
  readonly channel: EdgeChannel;
}

/** Where a viewer of the broadcast is: a session, and how much later than the show's delay. */
export type BroadcastPlace = Place & { readonly extra: ExtraDelay };

/** What a join is answered from: a mirror, or a last state. */
export type Shown = NonNullable<Awaited<ReturnType<SocketOwner['lastState']>>>;

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

/**
 * Finds what a join asks for of the broadcast, in the picture that the visitor gets: nothing that has not aired there is there.
 * @throws CallRefused
 */
export function findBroadcast({ directory }: JoinDeps, visitor: Visitor, join: SessionJoin): BroadcastPlace {
  const extraMs = join.extraDelayMs ?? 0;
  if (extraMs % EXTRA_DELAY_STEP_MS !== 0) {
    throw new CallRefused('bad_request', `extraDelayMs is ${extraMs}. Use a multiple of ${EXTRA_DELAY_STEP_MS}.`);
  }
  const show = join.show ?? directory.session(join.sessionId ?? '')?.summary.show;
  if (show === undefined) throw notFound(join);
  const record = directory.show(show);
  const now = directory.now(show);
  const wanted = { sessionId: join.sessionId, picture: join.picture, extraMs };
  const { sessionId, extra } = seenPicture(visitor, record, wanted, now);
  const place = { sessionId: sessionId ?? '', show, extra };
  // What is on air of a show is what it follows, and so is what is still to air.
  const airing =
    join.sessionId === undefined ? airingOfFollowed(record, now) : airingOf(record, join.sessionId, extra, now);
  if (!maySeeBroadcast(visitor, place, airing)) throw notFound(join);
  // After the right to see it at all: a refusal must not say that there is such a show.
  const denial = extraMs === 0 ? null : denyExtraDelay(visitor, place);
  if (denial) throw new CallRefused(denial.code, denial.message, denial.capability);
  if (join.picture === 'graphics' && extra === 'public') {
    const message =
      'The graphics picture needs broadcast:view with the role overlay, director or admin, or an overlay link.';
    throw new CallRefused('forbidden', message, 'broadcast:view');
  }
  if (extraMs !== 0 && extra === 'public') {
    throw new CallRefused(
      'bad_request',
      'An extra delay is of the graphics picture. Leave extraDelayMs or picture out.',
    );
  }
  if (sessionId === null) throw notAired(visitor, place, join);
  return place;
}

/**
 * What airs of a session for an output: the running one, or, once its end has aired, its last state.
 * The owner is asked only where neither is known here; rights are to be looked up again after that.
 * @throws CallRefused where nothing airs, OwnerRefusal where the owner cannot answer
 */
export async function broadcastOf(
  { directory, channel }: JoinDeps,
  visitor: Visitor,
  join: SessionJoin,
  place: BroadcastPlace,
): Promise<Shown> {
  const { sessionId, show, extra } = place;
  const room = broadcastRoom(sessionId, extra);
  const open = channel.view(room);
  if (open !== undefined) return open;
  const owner = await directory.ownerOf(show);
  const output = await owner.openOutput(show, sessionId, extra);
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
