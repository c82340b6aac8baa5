import type { ExtraDelay, GroupBeats, SocketGroup } from '@okboxbox/protocol';
import { cameBack } from './came-back.js';
import type { Connection, SocketRegistry } from './socket-registry.js';

/** How long one turn of the event loop looks at connections, in ms; it looks at the clock after each batch of them. */
const SLICE_MS = 4;
const LOOK_EVERY = 32;
/** Ids that a group names. */
const MOST_IDS = 5;
/** Waiting messages beyond which a line does not keep up: a healthy one has next to none. */
const BUFFERED = 8;
/** The same in bytes, some of which the transport has taken: more than the whole state that a joiner gets. */
const BUFFERED_BYTES = 128 * 1024;
/** Skipped within this is slow; joined to nothing for this is idle, in ms. */
const SLOW_MS = 30_000;
const IDLE_MS = 10_000;
/** A beat within this, in ms, says that the connection works now: they come every two seconds. */
const ANSWERING_MS = 3_000;
/** Shown nothing newer than this, beyond its room's delay, in ms. */
const STALE_MS = 6_000;

const LIVE = /^session:(sess_[\w-]+)$/;
const BROADCAST = /^broadcast:session:(sess_[\w-]+?)(?::(public)|:plus:(\d+))?$/;

interface Counting {
  readonly role: string;
  readonly sessionId: string | null;
  readonly room: SocketGroup['room'];
  readonly isOfStrangers?: true;
  readonly isOfPublicPicture?: true;
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
  worstWaitingBytes: number;
  worstAgeMs: number | null;
  idleWithRight: number;
  /** Those that send beats, and of them those in trouble, by their verdict. */
  beating: number;
  answering: number;
  readonly troubles: Readonly<Record<Trouble, Troubled[]>>;
}

type Trouble = Exclude<keyof GroupBeats, 'count' | 'answering'>;

/** A connection in trouble, and its figure in ms. */
interface Troubled {
  readonly id: string;
  readonly ms: number;
}

/**
 * All viewers' connections by role, session and room, those of strangers by themselves, in one pass that lets others in between: ten thousand of them
 * hold up nobody. `behindMsOf` says how far behind an output of a session is set to be, in ms.
 */
export async function socketGroups(
  sockets: SocketRegistry,
  behindMsOf: Look['behindMsOf'],
  now: number,
): Promise<SocketGroup[]> {
  const groups = new Map<string, Counting>();
  const places = new Map<string, Place | null>();
  const open = sockets.open();
  const { attentiveSince } = sockets;
  const back = cameBack(deadAmong(open, now, attentiveSince), open);
  let looked = 0;
  let sliceEnd = performance.now() + SLICE_MS;
  for (const connection of open) {
    if (connection.role !== 'relay' && !back.has(connection))
      for (const place of placesOf(connection, places)) {
        const group = groupOf(groups, connection, place);
        // Of one whose connection is dead or slow, nothing else is said.
        const isTrouble = place.room !== 'none' && countBeats(group, connection, now, attentiveSince);
        count(group, connection, place, { behindMsOf, now, isTrouble });
      }
    looked += 1;
    if (looked % LOOK_EVERY !== 0 || performance.now() < sliceEnd) continue;
    await new Promise((resolve) => setImmediate(resolve));
    sliceEnd = performance.now() + SLICE_MS;
  }
  return [...groups.values()].map(({ worst, beating, answering, troubles, ...group }) => ({
    ...group,
    worstSocketIds: worst.map(({ id }) => id),
    ...(beating > 0 && { beats: { count: beating, answering, ...beatsOf(troubles) } }),
  }));
}

function deadAmong(open: readonly Connection[], now: number, attentiveSince: number): ReadonlySet<Connection> {
  return new Set(open.filter(({ beats }) => beats?.judge(now, attentiveSince) === 'dead'));
}

/** Counts what its beats tell of a connection; returns whether it is in trouble. */
function countBeats(group: Counting, { socket, beats }: Connection, now: number, attentiveSince: number): boolean {
  if (beats === null) return false;
  group.beating += 1;
  if (now - beats.at <= ANSWERING_MS) group.answering += 1;
  const verdict = beats.judge(now, attentiveSince);
  if (verdict === 'ok') return false;
  const figures = { dead: beats.silentMs(now, attentiveSince), slow: beats.rttMs ?? 0, behind: beats.behindMs ?? 0 };
  group.troubles[verdict].push({ id: socket.id, ms: figures[verdict] });
  return true;
}

function beatsOf(troubles: Counting['troubles']): Pick<GroupBeats, Trouble> {
  const trouble = (each: readonly Troubled[]) => {
    const worst = [...each].sort((a, b) => b.ms - a.ms);
    const socketIds = worst.slice(0, MOST_IDS).map(({ id }) => id);
    return { count: each.length, socketIds, worstMs: Math.round(worst[0]?.ms ?? 0) };
  };
  return { dead: trouble(troubles.dead), slow: trouble(troubles.slow), behind: trouble(troubles.behind) };
}

interface Place {
  readonly sessionId: string | null;
  readonly room: SocketGroup['room'];
  readonly extra: ExtraDelay;
}

const NOWHERE: readonly Place[] = [{ sessionId: null, room: 'none', extra: 0 }];

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
  if (live) return { sessionId: live[1] ?? null, room: 'live', extra: 0 };
  const broadcast = BROADCAST.exec(room);
  if (!broadcast) return null;
  const extra = broadcast[2] === 'public' ? 'public' : Number(broadcast[3] ?? 0);
  return { sessionId: broadcast[1] ?? null, room: 'broadcast', extra };
}

interface Look {
  readonly behindMsOf: (sessionId: string, extra: ExtraDelay) => number;
  readonly now: number;
  readonly isTrouble: boolean;
}

function count(
  group: Counting,
  connection: Connection,
  { sessionId, room, extra }: Place,
  { behindMsOf, now, isTrouble }: Look,
): void {
  const { socket, newestAt, joinedAt, skippedAt, joinedNothingSince, hasJoined, refusedJoin } = connection;
  const packets = socket.waitingPackets;
  const bytes = socket.waitingBytes;
  const ageMs = newestAt === null ? null : Math.round(now - newestAt);
  const delayMs = room === 'broadcast' && sessionId !== null ? behindMsOf(sessionId, extra) : 0;
  const isBuffered = !isTrouble && (packets > BUFFERED || bytes > BUFFERED_BYTES);
  const isSlow = !isTrouble && skippedAt !== null && now - skippedAt <= SLOW_MS;
  // A socket that has just joined has the whole state, and waits for the next change.
  const isStale = room !== 'none' && now - joinedAt > STALE_MS && (ageMs === null || ageMs > STALE_MS + delayMs);
  group.count += 1;
  if (group.socketIds.length < MOST_IDS) group.socketIds.push(socket.id);
  if (isBuffered) group.buffered += 1;
  if (isSlow) group.slow += 1;
  if (isStale) group.stale += 1;
  if (room === 'none' && joinedNothingSince !== null && now - joinedNothingSince >= IDLE_MS) {
    group.idle += 1;
    if (hasJoined) group.left += 1;
    if (connection.seesUnpublished) group.idleWithRight += 1;
    if (refusedJoin !== null) group.refused[refusedJoin] = (group.refused[refusedJoin] ?? 0) + 1;
  }
  if (!isBuffered && !isSlow && !isStale) return;
  group.worstWaitingBytes = Math.max(group.worstWaitingBytes, bytes);
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
  { sessionId, room, extra }: Place,
): Counting {
  const isOfPublicPicture = extra === 'public';
  const key = `${role} ${room} ${sessionId} ${isStranger} ${isOfPublicPicture}`;
  let group = groups.get(key);
  if (group === undefined) {
    group = {
      role,
      sessionId,
      room,
      count: 0,
      buffered: 0,
      slow: 0,
      stale: 0,
      idle: 0,
      left: 0,
      ...(isStranger && { isOfStrangers: true }),
      ...(isOfPublicPicture && { isOfPublicPicture }),
      refused: {},
      socketIds: [],
      worst: [],
      worstBufferedPackets: 0,
      worstWaitingBytes: 0,
      worstAgeMs: null,
      idleWithRight: 0,
      beating: 0,
      answering: 0,
      troubles: { dead: [], slow: [], behind: [] },
    };
    groups.set(key, group);
  }
  return group;
}
