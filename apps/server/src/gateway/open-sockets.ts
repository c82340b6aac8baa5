import { type CloseReason, RELAY_NAMESPACE } from '@okboxbox/protocol';
import type { Server, Socket } from 'socket.io';
import type { RevokedTokens } from '../access/revoked-tokens.js';
import type { Visitor } from '../access/visitor.js';
import type { Clock } from '../clock.js';
import { closeSocket } from '../hub/hub.js';
import type { Logger } from '../log.js';

/** How often tokens of open sockets are looked at, in ms. */
const LOOK_MS = 1_000;

/**
 * A right that has gone ends the connection that rests on it: at once where a token is revoked, within a second where
 * it runs out. Returns the way to stop looking.
 */
export function watchTokens(
  io: Server,
  { revoked, clock, log }: { readonly revoked: RevokedTokens; readonly clock: Clock; readonly log: Logger },
): () => void {
  const close = (ends: (visitor: Visitor & { kind: 'token' }) => boolean, reason: CloseReason) => {
    for (const namespace of ['/', RELAY_NAMESPACE]) {
      for (const socket of io.of(namespace).sockets.values()) {
        const visitor = visitorOf(socket);
        if (visitor?.kind !== 'token' || !ends(visitor)) continue;
        log.info({ socketId: socket.id, sub: visitor.claims.sub, reason }, 'a connection is closed with its token');
        closeSocket(socket, reason);
      }
    }
  };
  revoked.onRevoked((jti) => close((visitor) => visitor.claims.jti === jti, 'token_revoked'));
  const timer = setInterval(() => {
    const seconds = clock.now() / 1000;
    close((visitor) => visitor.claims.exp <= seconds, 'token_expired');
  }, LOOK_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function visitorOf(socket: Socket): Visitor | undefined {
  return (socket.data as { visitor?: Visitor }).visitor;
}
