import type { Server } from 'socket.io';
import { clientAddresses } from '../../access/client-address.js';
import { Limits } from '../../access/limits.js';
import { OpenRights } from '../../access/open-rights.js';
import { withoutRevoked } from '../../access/revoked-tokens.js';
import { ShareLinks } from '../../access/share-links.js';
import type { Tokens } from '../../access/tokens.js';
import { type Clock, systemClock } from '../../clock.js';
import type { ServerConfig } from '../../config.js';
import { farVisitor } from '../../link/link-messages.js';
import { OwnerLink } from '../../link/owner-link.js';
import type { SocketOrder } from '../../link/socket-reports.js';
import type { Logger } from '../../log.js';
import { Parts } from '../../parts.js';
import { closeSocket } from '../../sockets/close-socket.js';
import { guardMessages } from '../../sockets/message-guard.js';
import { holdSockets } from '../../sockets/open-sockets.js';
import { Taps } from '../../taps.js';
import type { DirectorDeps } from '../gateway/director-gateway.js';
import { serveDirectors } from '../gateway/director-gateway.js';
import { RoomMoves, RoomSweep } from '../gateway/room-sweep.js';
import { serveViewers, type Viewers } from '../gateway/viewer-gateway.js';
import { addAnswerHeaders, addSocketHeaders } from '../http/answer-headers.js';
import { guardDoor } from '../http/door.js';
import { allowForeignPages } from '../http/foreign-pages.js';
import { hostInUrl, listen } from '../http/listen.js';
import { passCallsOn } from '../http/owner-proxy.js';
import { servePages } from '../http/pages.js';
import { answerProblems } from '../http/problem.js';
import { Hub } from '../hub/hub.js';
import { openPort } from '../open-port.js';
import { bridgeRelays } from './relay-bridge.js';
import { reportSockets } from './report-sockets.js';

/** An edge in a process of its own. */
export interface EdgeOptions {
  readonly config: Pick<ServerConfig, 'host' | 'port' | 'trustedProxies' | 'opsUiEnabled' | 'publicUrl'>;
  /** The socket of the owner's server, and what it takes edges by. */
  readonly path: string;
  readonly key: string;
  readonly name: string;
  readonly tokens: Tokens;
  /** Folder of the built pages, or `null` to serve none. */
  readonly webDir: string | null;
  readonly log: Logger;
  readonly clock?: Clock;
  /** The wall clock, which tokens are dated by, in ms since the epoch. */
  readonly wallNow?: () => number;
}

/** An edge that listens. */
export interface RunningEdge {
  readonly url: string;
  readonly port: number;
  /** Calls a listener once when the owner is gone: an edge without one shows nothing. */
  onOwnerGone(listener: () => void): void;
  /** Lets viewers and relays go. */
  close(): Promise<void>;
}

/**
 * Starts an edge: viewers, directors, relays and pages on its port, and an owner in another process of this machine. It
 * sends viewers what the owner's channel says and answers their joins from its mirror; relays' calls and HTTP calls it
 * passes on.
 * @throws StartError where the port cannot be used, Error where there is no owner
 */
export async function startEdge(options: EdgeOptions): Promise<RunningEdge> {
  const { config, path, key, name, webDir, log } = options;
  const wallNow = options.wallNow ?? Date.now;
  const taps = new Taps();
  const parts = new Parts(log);
  try {
    const addressOf = clientAddresses(config.trustedProxies);
    const clock = options.clock ?? systemClock;
    const owner = await parts.start({
      name: 'owner',
      start: () => OwnerLink.connect({ path, key, name, clock, log, taps }),
      stop: (link) => link.close(),
    });
    const links = new ShareLinks(owner.links, owner.clock);
    const rights = parts.add(
      'open rights',
      new OpenRights({ revoked: owner.revoked, links, clock: owner.clock, wallNow }),
      {
        stop: (open) => open.close(),
      },
    );
    const limits = parts.add('limits', new Limits({ addressOf, log, taps }), { stop: (running) => running.close() });
    const tokens = withoutRevoked(options.tokens, owner.revoked);
    const hub = new Hub(log, () => clock.now(), taps);
    owner.channel.subscribe(hub);

    // A client's next poll may reach another process.
    const { http, io } = openPort(parts, limits, false);
    addAnswerHeaders(http);
    allowForeignPages(http, io);
    answerProblems(http, log, taps);
    parts.add('calls to the owner', await passCallsOn(http, { path, addressOf }), { stop: (letGo) => letGo() });
    await servePages(http, webDir, { withOps: config.opsUiEnabled, publicUrl: config.publicUrl });
    addSocketHeaders(io);
    guardDoor(http.server, { limits, isConnected: guardMessages(io, limits) });

    parts.add('relays', bridgeRelays(io, { path, addressOf }), { stop: (stop) => stop() });
    const { directory, channel } = owner;
    const known = {
      visitor: (code: string) => links.visitor(code),
      opened: (code: string) => owner.opened(code),
    };
    const viewers = serveViewers(io, {
      directory,
      channel,
      links: known,
      tokens,
      hub,
      clock: owner.clock,
      log,
      taps,
      limits,
    });
    holdSockets(io, { rights, log });
    const reporting = reportSockets(io, { owner, taps, hub, viewers, addressOf });
    parts.add('reports of sockets', reporting, { stop: (stop) => stop() });
    const rooms = parts.add(
      'rooms',
      new RoomSweep(
        {
          namespace: io.of('/'),
          hub,
          viewers,
          log,
          hasSession: (sessionId) => directory.session(sessionId) !== undefined,
          now: () => owner.clock.now(),
          // The adapter tells of it as well.
          onLeave: () => undefined,
        },
        new RoomMoves(),
      ),
      { stop: (sweep) => sweep.close() },
    );
    rooms.onSwept = (found) => owner.tellOfSockets({ what: 'rooms', found });
    rooms.onSwept(rooms.found);
    owner.onOrder((order) => runOrder(io, viewers, rooms, order));
    io.of('/').adapter.on('join-room', () => owner.reportSoon());
    owner.reportPresence(() => viewers.presence());
    const deskOf = (show: string) => owner.ask('desk', { show });
    const directors = { directory, channel, deskOf, acts: actsAt(owner), log, taps, limits };
    parts.add('directors', serveDirectors(io, directors), { stop: (running) => running.close() });
    const port = await listen(http, config.host, config.port);
    return {
      url: `http://${hostInUrl(config.host)}:${port}`,
      port,
      onOwnerGone: (listener) => owner.onGone(listener),
      close: () => parts.stop(),
    };
  } catch (error) {
    await parts.stop();
    throw error;
  }
}

/** What operations have done to a connection here. */
function runOrder(io: Server, viewers: Viewers, rooms: RoomSweep, order: SocketOrder): unknown {
  if (order.what === 'sweep') return rooms.sweep().then(() => rooms.found);
  if (order.what === 'move')
    return viewers.moveToBroadcast(order.socketId, order.sessionId ?? undefined, order.isAsked);
  const socket = io.sockets.sockets.get(order.socketId);
  if (socket !== undefined) closeSocket(socket, 'by_operations');
  return socket !== undefined;
}

/** What directors do is done by the owner, which looks at their rights. */
function actsAt(owner: OwnerLink): DirectorDeps['acts'] {
  const run = (name: string, visitor: Parameters<typeof farVisitor>[0], input: unknown) =>
    owner.ask('act', { name, visitor: farVisitor(visitor), input });
  // The owner answers each act as it declares it.
  return { run: run as DirectorDeps['acts']['run'], onActed: (listener) => owner.onActed(listener) };
}
