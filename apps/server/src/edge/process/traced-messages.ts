import type { OwnerLink } from '../../link/owner-link.js';
import type { SocketReport } from '../../link/socket-reports.js';
import type { Taps } from '../../taps.js';

/** Messages that are not written to all by then are told of as far as they have come, in ms. */
const WRITING_MS = 1_000;
/** How often that is looked at, in ms. */
const LOOK_MS = 250;
const ROOM_SESSION = /^(?:broadcast:)?session:(sess_[\w-]+?)(?::public|:plus:\d+)?$/;

/** A message of a traced session on its way to the sockets here. */
interface Traced {
  readonly room: string;
  readonly shownAt: number | null;
  readonly isProbe: boolean;
  readonly at: number;
  readonly members: number;
  bytes: number;
  readonly socketIds: string[];
  readonly times: number[];
  readonly skipped: string[];
}

/**
 * Tells the owner what becomes of each message of the sessions that its operations trace, once it has been written to all
 * who are to get it. Of other sessions nothing is kept. Returns the way to stop.
 */
export function tellOfTraced(taps: Taps, owner: OwnerLink, tell: (report: SocketReport) => void): () => void {
  const byMessage = new WeakMap<object, Traced>();
  const open = new Set<Traced>();
  let tick = { room: '', at: null as number | null };
  const finish = (traced: Traced) => {
    open.delete(traced);
    tell({ what: 'delivery', delivery: traced });
  };
  const passed = (traced: Traced) => {
    if (open.has(traced) && traced.socketIds.length + traced.skipped.length >= traced.members) finish(traced);
  };
  const stops = [
    taps.tick.listen((_sessionId, room, at) => {
      tick = { room, at };
    }),
    taps.room.listen((room, event, message, members) => {
      if (owner.traced.size === 0 || !owner.traced.has(ROOM_SESSION.exec(room)?.[1] ?? '')) return;
      const isProbe = event === 'noop';
      if (!isProbe && (event !== 'feed' || room !== tick.room)) return;
      const shownAt = isProbe ? null : tick.at;
      const nothing = { bytes: 0, socketIds: [], times: [], skipped: [] };
      const traced = { room, shownAt, isProbe, at: owner.clock.now(), members, ...nothing };
      byMessage.set(message, traced);
      open.add(traced);
    }),
    taps.write.listen((socketId, message, bytes) => {
      const traced = open.size === 0 ? undefined : byMessage.get(message);
      if (traced === undefined) return;
      traced.bytes = bytes;
      traced.socketIds.push(socketId);
      traced.times.push(owner.clock.now());
      passed(traced);
    }),
    taps.skip.listen((socketId, message) => {
      const traced = open.size === 0 ? undefined : byMessage.get(message);
      if (traced === undefined) return;
      traced.skipped.push(socketId);
      passed(traced);
    }),
  ];
  const looking = setInterval(() => {
    const until = owner.clock.now() - WRITING_MS;
    for (const traced of open) if (traced.at <= until) finish(traced);
  }, LOOK_MS);
  return () => {
    clearInterval(looking);
    for (const stop of stops) stop();
  };
}
