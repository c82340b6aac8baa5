import { RELAY_NAMESPACE, type TokenClaims } from '@okboxbox/protocol';
import type { Server, Socket } from 'socket.io';
import { deny, onlyShow, type Visitor } from '../../access/visitor.js';
import { authenticate, HandshakeError, refused } from '../../sockets/handshake.js';
import type { IngestDeps } from './ingest-deps.js';
import { RateRequests } from './rate-requests.js';
import { RelayConnection } from './relay-connection.js';
import { ServerLoad } from './server-load.js';
import { RUNS, SessionLimit } from './session-limit.js';

/**
 * The socket calls of relays: checks token, schema and sequence, and gives records to their session. Returns a
 * function that stops what it has started.
 */
export function serveRelays(
  io: Server,
  deps: IngestDeps,
  load: Pick<ServerLoad, 'took' | 'look' | 'close'> = new ServerLoad(),
): () => void {
  const rates = new RateRequests({ clock: deps.clock, log: deps.log, load: () => load.look() });
  const namespace = io.of(RELAY_NAMESPACE);
  namespace.use((socket, next) => {
    authenticate(socket, deps)
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
          const show = onlyShow(claims);
          const user = claims?.sub ?? null;
          deps.taps?.relayRefusal.emit?.({ why, code, capability: capability ?? null, message, show, user });
        }
        refused('relay', socket, deps.taps, next)(error);
      });
  });
  const shared = {
    ...deps,
    feeders: new Map(),
    proven: new WeakMap(),
    load,
    rates,
    limitOf: { session: new SessionLimit(deps.clock), run: new SessionLimit(deps.clock, RUNS) },
  };
  namespace.on('connection', (socket) => {
    new RelayConnection(socket, (socket.data as { visitor: Visitor }).visitor, shared);
  });
  return () => {
    rates.close();
    load.close();
  };
}

/** Refusals that have nothing to do with the relay's token. */
const QUIET_CODES: ReadonlySet<string> = new Set(['bad_request', 'rate_limited']);

/** The origin that a browser sends; programs send none. */
function originOf(socket: Socket): string | undefined {
  return socket.handshake.headers.origin;
}

/** An origin as browsers write it. Anything else in the header is not repeated: it would become an event. */
const ORIGIN = /^https?:\/\/[a-z0-9.-]{1,80}(?::\d{1,5})?$/;

/** @throws HandshakeError where a web page connects: relays are programs. */
function refusePages(socket: Socket, claims: TokenClaims | undefined): void {
  const origin = originOf(socket);
  if (origin === undefined) return;
  const page = ORIGIN.test(origin) ? `A page of ${origin}` : 'A page';
  throw new HandshakeError(
    'forbidden',
    `${page} connects as a relay. Relays are programs, not pages: use "okboxbox relay".`,
    undefined,
    claims,
  );
}
