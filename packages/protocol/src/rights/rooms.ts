/** The room of a car's own data: fuel, temperatures, inputs. Only tokens that name the car come in. */
export function carRoom(sessionId: string, carNumber: string): string {
  return `session:${sessionId}:car:${carNumber}`;
}

/** The room that sees a session in real time, by right. */
export function liveRoom(sessionId: string): string {
  return `session:${sessionId}`;
}

/**
 * What the messages of a room are sent in one order with. A socket may be in the rooms of several of a session's cars beside
 * its live room; it hears of all of them in the order in which they were sent.
 */
export function orderOf(room: string): string {
  return /^session:[^:]+(?=:car:)/.exec(room)?.[0] ?? room;
}

/** The pictures of a show: what OBS lays over the video, and what everyone else sees, who sees the mix later. */
export const PICTURES = ['graphics', 'public'] as const;
export type Picture = (typeof PICTURES)[number];

/**
 * How much later than the show's delay an output is: an output of the graphics picture by ms of its own, mostly 0; the public
 * picture by the show's `publicExtraMs`.
 */
export type ExtraDelay = number | 'public';

/** The picture of an output. */
export function pictureOf(extra: ExtraDelay): Picture {
  return extra === 'public' ? 'public' : 'graphics';
}

/**
 * The room that sees a session later and only what is public: the graphics picture's, each extra delay in a room of its own,
 * or the public picture's.
 */
export function broadcastRoom(sessionId: string, extra: ExtraDelay): string {
  const room = `broadcast:session:${sessionId}`;
  if (extra === 'public') return `${room}:public`;
  return extra === 0 ? room : `${room}:plus:${extra}`;
}

/** The picture that a room gets; `null` for a room that is not of the broadcast. */
export function pictureOfRoom(room: string): Picture | null {
  if (!room.startsWith('broadcast:session:')) return null;
  return room.endsWith(':public') ? 'public' : 'graphics';
}
