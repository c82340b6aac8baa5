import { type Capability, type ErrorCode, RELAY_PROTOCOL_VERSION, type RelayHello } from '@okboxbox/protocol';
import { coversShow, onlyShow, type Visitor } from '../../access/visitor.js';
import { CallRefused } from '../../sockets/calls.js';
import type { ConnectionDeps } from './ingest-deps.js';

/** Show of a relay whose token names none. */
const DEFAULT_SHOW = 'local';

/** What a relay is called before its hello. */
export function nameOf(visitor: Visitor): string {
  return visitor.kind === 'token' ? visitor.claims.sub : 'unknown';
}

/** The show that a relay will feed, as far as that is known before its hello. */
export function expectedShow(visitor: Visitor): string | null {
  return visitor.kind === 'token' ? onlyShow(visitor.claims) : null;
}

/**
 * The show that a relay's hello is for.
 * @throws CallRefused where the relay speaks another protocol, or its token does not cover the show.
 */
export function checkHello(hello: RelayHello, visitor: Visitor, deps: Pick<ConnectionDeps, 'log' | 'taps'>): string {
  const shows = visitor.kind === 'token' ? visitor.claims.shows : undefined;
  const show = hello.show ?? shows?.[0] ?? DEFAULT_SHOW;
  const rejectHello = (why: 'version' | 'token', code: ErrorCode, message: string, capability?: Capability) => {
    const user = visitor.kind === 'token' ? visitor.claims.sub : null;
    deps.taps?.relayRefusal.emit?.({ why, code, capability: capability ?? null, message, show, user });
    return new CallRefused(code, message, capability);
  };
  if (hello.protocol !== RELAY_PROTOCOL_VERSION) {
    throw rejectHello(
      'version',
      'version_mismatch',
      `The relay speaks protocol ${hello.protocol}, this server ${RELAY_PROTOCOL_VERSION}. ` +
        `Update ${hello.protocol < RELAY_PROTOCOL_VERSION ? 'the relay' : 'the server'}.`,
    );
  }
  if (!coversShow(visitor, show)) {
    // The show is only logged: a refusal becomes an event, and the name is what the caller wrote.
    deps.log.warn({ relayId: hello.relayId, show }, 'a relay is refused: its token does not cover its show');
    throw rejectHello(
      'token',
      'forbidden',
      "The token's relay:publish does not cover the show that this relay feeds.",
      'relay:publish',
    );
  }
  return show;
}

/** How long a relay must wait before it may open a session or a run, in ms; 0 where it may. */
export function waitToOpen(
  what: 'session' | 'run',
  visitor: Visitor,
  show: string,
  { limitOf }: Pick<ConnectionDeps, 'limitOf'>,
): number {
  const token = visitor.kind === 'token' ? (visitor.claims.jti ?? visitor.claims.sub) : '';
  return limitOf?.[what].take(token, show) ?? 0;
}
