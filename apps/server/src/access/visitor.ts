import type { Capability, LinkKind, Picture, Role, TokenClaims } from '@okboxbox/protocol';

/** A caller: without a token, or with one and what it allows. */
export type Visitor =
  | { readonly kind: 'anonymous' }
  /** A visitor with a share link: the broadcast of one show, or of one session of it. */
  | {
      readonly kind: 'link';
      readonly code: string;
      readonly label: string | null;
      readonly opens: LinkKind;
      readonly show: string;
      readonly sessionId: string | null;
      readonly expiresAt: number;
    }
  | { readonly kind: 'token'; readonly claims: TokenClaims; readonly capabilities: ReadonlySet<Capability> };

export const ANONYMOUS: Visitor = { kind: 'anonymous' };

/** A car number as they are on cars. */
const CAR_NUMBER = /^[A-Za-z0-9]{1,4}$/;

/** What a right is asked for. */
export interface Place {
  readonly sessionId: string;
  readonly show: string;
}

/** Why something is refused, in words for the caller. */
export interface Denial {
  readonly code: 'unauthenticated' | 'forbidden';
  readonly message: string;
  readonly capability: Capability;
}

/**
 * The one place where rights are decided: whether a visitor has a capability, and whether its token covers the
 * session asked for. Returns `null` where it may, else why not.
 */
export function deny(visitor: Visitor, capability: Capability, place?: Place): Denial | null {
  if (visitor.kind !== 'token') {
    return {
      code: 'unauthenticated',
      message: `This needs a token with the capability ${capability}. Sign in.`,
      capability,
    };
  }
  const { claims, capabilities } = visitor;
  if (!capabilities.has(capability)) {
    return {
      code: 'forbidden',
      message: `This needs the capability ${capability}, which a token of the role ${claims.role} does not have.`,
      capability,
    };
  }
  if (place && !covers(claims, place)) {
    return { code: 'forbidden', message: `The token's ${capability} does not cover this session.`, capability };
  }
  return null;
}

/**
 * Whether a visitor has a capability for the whole server, as operations need it: what they look at and act on is of all
 * shows, so a token that is limited to some does not open it. Returns `null` where it may, else why not.
 */
export function denyWholeServer(visitor: Visitor, capability: Capability): Denial | null {
  const denial = deny(visitor, capability);
  if (denial !== null || visitor.kind !== 'token') return denial;
  const { shows, sessions } = visitor.claims;
  if (shows === undefined && sessions === undefined) return null;
  // Which ones, the holder can read in the token; a pack must not.
  const limits = shows === undefined ? 'sessions' : 'shows';
  const message = `The token's ${capability} is limited to some ${limits}; this is of the whole server. Make one without limits.`;
  return { code: 'forbidden', message, capability };
}

/**
 * Whether a visitor may see a car's own data in a session: its token must have `session:live` there and name the car
 * exactly as the sim writes its number, no matter what else it allows, and the number must be that of one entry alone
 * (`isShared` says that it is not). Returns `null` where it may, else why not.
 */
export function denyOwnCar(visitor: Visitor, place: Place, carNumber: string, isShared: boolean): Denial | null {
  const denial = deny(visitor, 'session:live', place);
  if (denial !== null || visitor.kind !== 'token') return denial;
  // What refusals say is kept as an event and may leave in a pack: of what a caller says, only what can be no secret.
  const isPlain = CAR_NUMBER.test(carNumber);
  const car = isPlain ? `car ${carNumber}` : 'that car';
  const refuse = (message: string): Denial => ({ code: 'forbidden', message, capability: 'session:live' });
  if (!namedCars(visitor)?.includes(carNumber)) {
    const command = `okboxbox token --role team --session ${place.sessionId} --car ${isPlain ? carNumber : 'NUMBER'}`;
    return refuse(
      `Own-car data of ${car} needs session:live with a token that names the car ("cars"). On the server, "${command}" prints one.`,
    );
  }
  if (isShared) {
    return refuse(
      `The number of ${car} is not unique in this session: two entries have it, so a token opens own-car data of neither.`,
    );
  }
  return null;
}

/**
 * The car numbers that a visitor's token names, as they are written there: whose own-car data it may see, or, for a relay,
 * send. `null` where it names none.
 */
export function namedCars(visitor: Visitor): readonly string[] | null {
  return visitor.kind === 'token' ? (visitor.claims.cars ?? null) : null;
}

/** What of a session may be seen without a right to it. */
export interface Airing {
  /** The show is published, and that is due. */
  readonly published: boolean;
  /** The show follows the session in the picture that is on air, or followed it until it ended. */
  readonly followed: boolean;
}

/**
 * Whether a visitor may see a session's broadcast, in the picture that is meant for it: everyone where the show is published and follows the session;
 * anyone who has `broadcast:view` or `session:live` there also before, and also where the show does not follow it; an
 * overlay link to the show what that follows, one to the session that alone. Where not, nobody is told whether there is
 * such a session (audience/SPEC.md, PUB-5, FLW-4).
 */
export function maySeeBroadcast(visitor: Visitor, place: Place, { published, followed }: Airing): boolean {
  const isPublic = published && followed;
  if (visitor.kind === 'link') {
    const isMeant = visitor.opens === 'overlay' && isMeantFor(visitor, place);
    return isPublic || (isMeant && (followed || visitor.sessionId === place.sessionId));
  }
  if (isPublic || visitor.kind === 'anonymous') return isPublic;
  return deny(visitor, 'broadcast:view', place) === null || deny(visitor, 'session:live', place) === null;
}

/**
 * Whether a visitor may ask what is on air of a show: with `broadcast:view` there, or with a link to it. Whether it is
 * published does not count here; see `maySeeBroadcast`. Returns `null` where it may, else why not.
 */
export function denyShown(visitor: Visitor, place: Place): Denial | null {
  if (visitor.kind !== 'link') return deny(visitor, 'broadcast:view', place);
  if (isMeantFor(visitor, place)) return null;
  const message = 'This link does not open what is on air of this show.';
  return { code: 'forbidden', message, capability: 'broadcast:view' };
}

/** Roles of the people and outputs that make the show: those who see the mix one stream latency later have others. */
const GRAPHICS_ROLES: ReadonlySet<Role> = new Set(['overlay', 'director', 'admin']);

/**
 * Which picture of a place a visitor gets where it sees the broadcast: the graphics with a token of the role overlay, director
 * or admin that covers the place, or with an overlay link to it. Everyone else gets the public one, those with `session:live`
 * as well: what they open is the public page, in step with the stream. Neither added capabilities nor what a client calls
 * itself count.
 */
export function pictureFor(visitor: Visitor, place: Place): Picture {
  if (visitor.kind === 'link') return visitor.opens === 'overlay' && isMeantFor(visitor, place) ? 'graphics' : 'public';
  if (visitor.kind !== 'token' || !GRAPHICS_ROLES.has(visitor.claims.role)) return 'public';
  return deny(visitor, 'broadcast:view', place) === null ? 'graphics' : 'public';
}

/**
 * Whether a visitor may ask for an extra delay: where it gets the graphics; there are few such delays, and a viewer must not
 * use them up. Returns `null` where it may, else why not.
 */
export function denyExtraDelay(visitor: Visitor, place: Place): Denial | null {
  if (pictureFor(visitor, place) === 'graphics') return null;
  if (visitor.kind === 'anonymous') return extraDelayDenial('unauthenticated');
  if (visitor.kind === 'link') return extraDelayDenial('forbidden');
  if (GRAPHICS_ROLES.has(visitor.claims.role)) return deny(visitor, 'broadcast:view', place);
  return extraDelayDenial('forbidden', ` A token of the role ${visitor.claims.role} may not.`);
}

function extraDelayDenial(code: Denial['code'], more = ''): Denial {
  const message = `An extra delay needs broadcast:view with the role overlay, director or admin, or an overlay link to this show.${more} Leave extraDelayMs out.`;
  return { code, message, capability: 'broadcast:view' };
}

/**
 * Whether a visitor may choose which session a show follows: as its director, or to act as an operator. Returns `null`
 * where it may, else why not.
 */
export function denyFollow(visitor: Visitor, place?: Place): Denial | null {
  const denial = deny(visitor, 'racebox:director:control', place);
  return denial === null || deny(visitor, 'ops:act', place) === null ? null : denial;
}

/** A relay as it is known again: by its name, and by the car numbers that its token names; `null` where it names none. */
export interface KnownRelay {
  readonly relayId: string;
  readonly cars: readonly string[] | null;
}

/**
 * Whether two relays count as one: they have the same name, and tokens of the same kind. A relay says its name itself, so a
 * driver's relay, whose token names cars, does not become the organiser's by it, nor that of another car.
 */
export function isSameRelay(a: KnownRelay, b: KnownRelay): boolean {
  if (a.relayId !== b.relayId) return false;
  return a.cars === null || b.cars === null ? a.cars === b.cars : a.cars.some((car) => b.cars?.includes(car));
}

/** Whether a token that may publish may do so for a show. */
export function coversShow(visitor: Visitor, show: string): boolean {
  return visitor.kind === 'token' && (visitor.claims.shows === undefined || visitor.claims.shows.includes(show));
}

/** The show that a token is for; `null` where it is for several, or for all. */
export function onlyShow(claims: Pick<TokenClaims, 'shows'> | undefined): string | null {
  return claims?.shows?.length === 1 ? (claims.shows[0] ?? null) : null;
}

/** Whether a link is to this session, or to its show as a whole. */
function isMeantFor(link: Visitor & { kind: 'link' }, place: Place): boolean {
  return link.show === place.show && (link.sessionId ?? place.sessionId) === place.sessionId;
}

function covers(claims: TokenClaims, place: Place): boolean {
  if (claims.shows !== undefined && !claims.shows.includes(place.show)) return false;
  return claims.sessions === undefined || claims.sessions.includes(place.sessionId);
}
