import { RELAY_NAMESPACE, type TokenClaims } from '@okboxbox/protocol';
import type { Server, Socket } from 'socket.io';
import { deny, onlyShow, type Visitor } from '../access/visitor.js';
import { HandshakeError, helloOf, refused } from '../gateway/handshake.js';
import { RateRequests } from './rate-requests.js';
import { type IngestWorld, RelayConnection } from './relay-connection.js';
import { ServerLoad } from './server-load.js';
import { RUNS, SessionLimit } from './session-limit.js';

/**
 * The socket calls of relays: checks right, schema and sequence, and hands records to their session. Returns the way to
 * stop what runs beside them.
 */
export function serveRelays(
  io: Server,
  world: IngestWorld,
  load: Pick<ServerLoad, 'took' | 'look' | 'close'> = new ServerLoad(),
): () => void {
  const rates = new RateRequests({ clock: world.clock, log: world.log, load: () => load.look() });
  const namespace = io.of(RELAY_NAMESPACE);
  namespace.use((socket, next) => {
    helloOf(socket, world)
      .then(({ visitor }) => {
        const claims = visitor.kind === 'token' ? visitor.claims : undefined;
        refusePages(socket, claims);
        const denial = deny(visitor, 'relay:publish');
        if (denial) throw new HandshakeError(denial.code, denial.message, denial.capability, claims);
        socket.data = { visitor };
        next();
      })
      .catch((error) => {
        if (error instanceof HandshakeError && !QUIET_CODES.has(error.data.code)) {
          const { code, message, capability } = error.data;
          const why = originOf(socket) === undefined ? 'token' : 'origin';
          const { claims } = error;
          const tell = world.taps?.relayRefusal.hear;
          tell?.(why, code, capability ?? null, message, onlyShow(claims), claims?.sub ?? null);
        }
        refused('relay', socket, world.taps, next)(error);
      });
  });
  const shared = {
    ...world,
    feeders: new Map(),
    proven: new WeakMap(),
    load,
    rates,
    limitOf: { session: new SessionLimit(world.clock), run: new SessionLimit(world.clock, RUNS) },
  };
  namespace.on('connection', (socket) => {
    new RelayConnection(socket, (socket.data as { visitor: Visitor }).visitor, shared);
  });
  return () => {
    rates.close();
    load.close();
  };
}

/** Refusals that say nothing of the relay's right. */
const QUIET_CODES: ReadonlySet<string> = new Set(['bad_request', 'rate_limited']);

/** What a page's browser says of where it is from; programs do not say it. */
function originOf(socket: Socket): string | undefined {
  return socket.handshake.headers.origin;
}

/** An origin as browsers write it. Whatever else the header says is not told on: it would become an event. */
const ORIGIN = /^https?:\/\/[a-z0-9.-]{1,80}(?::\d{1,5})?$/;

/** @throws HandshakeError where a page calls: relays are programs */
function refusePages(socket: Socket, claims: TokenClaims | undefined): void {
  const origin = originOf(socket);
  if (origin === undefined) return;
  const page = ORIGIN.test(origin) ? `A page of ${origin}` : 'A page';
  throw new HandshakeError(
    'forbidden',
    `${page} calls as a relay. Relays are programs, not pages: feed with "okboxbox relay".`,
    undefined,
    claims,
  );
}
