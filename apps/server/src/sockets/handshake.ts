import {
  type Capability,
  type CLIENT_KINDS,
  type ErrorCode,
  handshakeAuth,
  type TokenClaims,
} from '@okboxbox/protocol';
import type { Socket } from 'socket.io';
import type { Limits } from '../access/limits.js';
import { LinkError, type ShareLinks } from '../access/share-links.js';
import { TokenError, type Tokens } from '../access/tokens.js';
import { ANONYMOUS, type Visitor } from '../access/visitor.js';
import type { Subsystem, Taps } from '../taps.js';

/** A refused connection: Socket.IO hands `message` and `data` to the client's `connect_error`. */
export class HandshakeError extends Error {
  override readonly name = 'HandshakeError';
  readonly data: {
    readonly code: ErrorCode;
    readonly message: string;
    readonly capability?: Capability;
    readonly retryAfterMs?: number;
  };

  /** Whose token was not accepted, where that is known: for operations, and not in what the client is told. */
  readonly claims: TokenClaims | undefined;

  constructor(code: ErrorCode, message: string, capability?: Capability, claims?: TokenClaims, retryAfterMs?: number) {
    super(message);
    this.claims = claims;
    this.data = {
      code,
      message,
      ...(capability && { capability }),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    };
  }
}

/** Who is at the other end of a socket, and what it calls itself. */
export interface SocketHello {
  readonly visitor: Visitor;
  /** Shown to operators; decides nothing. */
  readonly clientKind: (typeof CLIENT_KINDS)[number] | undefined;
  readonly surface: string | undefined;
}

/** What a handshake is checked with; without `links`, a link opens nothing. */
export interface HandshakeDeps {
  readonly tokens: Tokens;
  readonly links?: Pick<ShareLinks, 'visitor'>;
  readonly limits?: Limits;
}

/**
 * Checks a socket's handshake and resolves with who connects. A token counts before a link.
 * @throws HandshakeError where the handshake is malformed, or its token or link is not accepted
 */
export async function authenticate(socket: Socket, { tokens, links, limits }: HandshakeDeps): Promise<SocketHello> {
  const auth = handshakeAuth.safeParse(socket.handshake.auth);
  if (!auth.success) {
    const issue = auth.error.issues[0];
    throw new HandshakeError(
      'bad_request',
      `The handshake's "${issue?.path.join('.')}" cannot be used: ${issue?.message}.`,
    );
  }
  const { token, link, clientKind, surface } = auth.data;
  try {
    const visitor =
      token !== undefined ? await tokens.verify(token) : link !== undefined && links ? links.visitor(link) : ANONYMOUS;
    if (limits !== undefined) await limitToken(visitor, limits);
    return { visitor, clientKind, surface };
  } catch (error) {
    if (error instanceof TokenError) {
      // Clients come back by themselves after `not_available`, and not after a token that was refused.
      const code = error.fault === 'unchecked' ? 'not_available' : 'unauthenticated';
      throw new HandshakeError(code, error.message, undefined, error.claims);
    }
    if (error instanceof LinkError) throw new HandshakeError('forbidden', error.message);
    throw error;
  }
}

/** @throws HandshakeError where too many sockets connect with one token */
async function limitToken(visitor: Visitor, limits: Limits): Promise<void> {
  if (visitor.kind !== 'token') return;
  const { jti, sub } = visitor.claims;
  const waitMs = await limits.take('token-connection', jti ?? sub);
  if (waitMs === 0) return;
  const message = `Too many connections with this token. Wait ${waitMs} ms.`;
  throw new HandshakeError('rate_limited', message, undefined, undefined, waitMs);
}

/** Refuses a connection and reports it to operations. */
export function refused(
  from: Subsystem,
  socket: Socket,
  taps: Taps | undefined,
  next: (error: Error) => void,
): (error: unknown) => void {
  return (error) => {
    if (error instanceof HandshakeError && error.data.code === 'rate_limited') {
      // The limit has reported it already.
    } else if (error instanceof HandshakeError) {
      const { code, message, capability } = error.data;
      const refused = { from, socketId: socket.id, where: 'handshake', code, message, capability: capability ?? null };
      taps?.refusal.emit?.(refused);
    } else {
      taps?.failure.emit?.(from, 'handshake', error);
    }
    next(error as Error);
  };
}
