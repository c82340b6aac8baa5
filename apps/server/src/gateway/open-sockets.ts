import { type CloseReason, RELAY_NAMESPACE } from '@okboxbox/protocol';
import type { Server, Socket } from 'socket.io';
import type { RevokedTokens } from '../access/revoked-tokens.js';
import type { ShareLinks } from '../access/share-links.js';
import type { Visitor } from '../access/visitor.js';
import type { Clock } from '../clock.js';
import { closeSocket } from '../hub/hub.js';
import type { Logger } from '../log.js';

/** How often tokens of open sockets are looked at, in ms. */
const LOOK_MS = 1_000;

export interface OpenSocketsWorld {
  readonly revoked: RevokedTokens;
  readonly links: ShareLinks;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * A right that has gone ends the connection that rests on it: at once where a token is revoked, within a second where
 * it runs out. Returns the way to stop looking.
 */
export function watchTokens(io: Server, { revoked, links, clock, log }: OpenSocketsWorld): () => void {
  const close = (ends: (visitor: Visitor) => boolean, reason: CloseReason) => {
    for (const namespace of ['/', RELAY_NAMESPACE]) {
      for (const socket of io.of(namespace).sockets.values()) {
        const visitor = visitorOf(socket);
        if (visitor === undefined || !ends(visitor)) continue;
        log.info({ socketId: socket.id, reason }, 'a connection is closed with the right that it rests on');
        closeSocket(socket, reason);
      }
    }
  };
  revoked.onRevoked((jti) =>
    close((visitor) => visitor.kind === 'token' && visitor.claims.jti === jti, 'token_revoked'),
  );
  links.onRevoked((code) => close((visitor) => visitor.kind === 'link' && visitor.code === code, 'link_revoked'));
  const timer = setInterval(() => {
    const seconds = clock.now() / 1000;
    close((visitor) => visitor.kind === 'token' && visitor.claims.exp <= seconds, 'token_expired');
    close((visitor) => visitor.kind === 'link' && visitor.expiresAt <= clock.now(), 'link_expired');
    // One that was revoked while its connection was being made was not there to be closed.
    close((visitor) => visitor.kind === 'link' && !links.isOpen(visitor.code), 'link_revoked');
  }, LOOK_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function visitorOf(socket: Socket): Visitor | undefined {
  return (socket.data as { visitor?: Visitor }).visitor;
}
