import type { SocketGroup } from '@okboxbox/protocol';
import { waitingPackets } from '../hub/finished-bytes.js';
import type { Connection, SocketRegistry } from './socket-registry.js';

/** How long one turn of the event loop looks at connections, in ms; it looks at the clock after so many of them. */
const SLICE_MS = 4;
const LOOK_EVERY = 32;
/** Ids that a group names. */
const MOST_IDS = 5;
/** Waiting messages beyond which a line does not keep up: a healthy one has next to none. */
const BUFFERED = 8;
/** Skipped within this is slow; joined to nothing for this is idle, in ms. */
const SLOW_MS = 30_000;
const IDLE_MS = 10_000;
/** Shown nothing newer than this, beyond its room's delay, in ms. */
const STALE_MS = 6_000;

const LIVE = /^session:(sess_[\w-]+)$/;
const BROADCAST = /^broadcast:session:(sess_[\w-]+?)(?::plus:(\d+))?$/;

interface Counting {
  readonly role: string;
  readonly sessionId: string | null;
  readonly room: SocketGroup['room'];
  readonly isOfStrangers?: true;
  count: number;
  buffered: number;
  slow: number;
  stale: number;
  idle: number;
  left: number;
  readonly refused: Record<string, number>;
  readonly socketIds: string[];
  /** Waiting messages of the worst ones, the most first. */
  worst: { readonly id: string; readonly packets: number; readonly ageMs: number | null }[];
  worstBufferedPackets: number;
  worstAgeMs: number | null;
}

/**
 * All viewers' connections by role, session and room, those of strangers by themselves, in one pass that lets others in between: ten thousand of them
 * hold up nobody. `delayOf` gives a session's delay in ms.
 */
export async function socketGroups(
  sockets: SocketRegistry,
  delayOf: (sessionId: string) => number,
  now: number,
): Promise<SocketGroup[]> {
  const groups = new Map<string, Counting>();
  const places = new Map<string, Place | null>();
  let looked = 0;
  let sliceEnd = performance.now() + SLICE_MS;
  for (const connection of sockets.open()) {
    if (connection.role !== 'relay')
      for (const place of placesOf(connection, places)) count(groups, connection, place, delayOf, now);
    looked += 1;
    if (looked % LOOK_EVERY !== 0 || performance.now() < sliceEnd) continue;
    await new Promise((resolve) => setImmediate(resolve));
    sliceEnd = performance.now() + SLICE_MS;
  }
  return [...groups.values()].map(({ worst, ...group }) => ({ ...group, worstSocketIds: worst.map(({ id }) => id) }));
}

interface Place {
  readonly sessionId: string | null;
  readonly room: SocketGroup['room'];
  readonly extraMs: number;
}

const NOWHERE: readonly Place[] = [{ sessionId: null, room: 'none', extraMs: 0 }];

/** Where a connection is; `known` keeps what each room's name says, since thousands share a room. */
function placesOf({ socket }: Connection, known: Map<string, Place | null>): readonly Place[] {
  let places: Place[] | null = null;
  for (const room of socket.rooms) {
    if (room === socket.id) continue;
    let place = known.get(room);
    if (place === undefined) {
      place = placeOf(room);
      known.set(room, place);
    }
    if (place === null) continue;
    places ??= [];
    places.push(place);
  }
  return places ?? NOWHERE;
}

function placeOf(room: string): Place | null {
  const live = LIVE.exec(room);
  if (live) return { sessionId: live[1] ?? null, room: 'live', extraMs: 0 };
  const broadcast = BROADCAST.exec(room);
  return broadcast ? { sessionId: broadcast[1] ?? null, room: 'broadcast', extraMs: Number(broadcast[2] ?? 0) } : null;
}

function count(
  groups: Map<string, Counting>,
  connection: Connection,
  { sessionId, room, extraMs }: Place,
  delayOf: (sessionId: string) => number,
  now: number,
): void {
  const { socket, newestAt, joinedAt, skippedAt, joinedNothingSince, hasJoined, refusedJoin } = connection;
  const group = groupOf(groups, connection, sessionId, room);
  const packets = waitingPackets(socket);
  const ageMs = newestAt === null ? null : Math.round(now - newestAt);
  const delayMs = room === 'broadcast' && sessionId !== null ? delayOf(sessionId) + extraMs : 0;
  const isSlow = skippedAt !== null && now - skippedAt <= SLOW_MS;
  // Whoever has just come in has the whole state, and waits for the next change.
  const isStale = room !== 'none' && now - joinedAt > STALE_MS && (ageMs === null || ageMs > STALE_MS + delayMs);
  group.count += 1;
  if (group.socketIds.length < MOST_IDS) group.socketIds.push(socket.id);
  if (packets > BUFFERED) group.buffered += 1;
  if (isSlow) group.slow += 1;
  if (isStale) group.stale += 1;
  if (room === 'none' && joinedNothingSince !== null && now - joinedNothingSince >= IDLE_MS) {
    group.idle += 1;
    if (hasJoined) group.left += 1;
    if (refusedJoin !== null) group.refused[refusedJoin] = (group.refused[refusedJoin] ?? 0) + 1;
  }
  if (packets <= BUFFERED && !isSlow && !isStale) return;
  group.worstBufferedPackets = Math.max(group.worstBufferedPackets, packets);
  if (ageMs !== null) group.worstAgeMs = Math.max(group.worstAgeMs ?? 0, ageMs);
  const last = group.worst.at(-1);
  const candidate = { id: socket.id, packets, ageMs };
  if (group.worst.length >= MOST_IDS && last !== undefined && worseFirst(last, candidate) <= 0) return;
  group.worst = [...group.worst, candidate].sort(worseFirst).slice(0, MOST_IDS);
}

type Waiting = Counting['worst'][number];

function worseFirst(a: Waiting, b: Waiting): number {
  return b.packets - a.packets || (b.ageMs ?? 0) - (a.ageMs ?? 0);
}

function groupOf(
  groups: Map<string, Counting>,
  { role, isStranger }: Connection,
  sessionId: string | null,
  room: SocketGroup['room'],
): Counting {
  const key = `${role} ${room} ${sessionId} ${isStranger}`;
  let group = groups.get(key);
  if (group === undefined) {
    group = {
      ...{ role, sessionId, room, count: 0, buffered: 0, slow: 0, stale: 0, idle: 0, left: 0 },
      ...(isStranger && { isOfStrangers: true }),
      ...{ refused: {}, socketIds: [], worst: [], worstBufferedPackets: 0, worstAgeMs: null },
    };
    groups.set(key, group);
  }
  return group;
}
