import { type Capability, type ErrorCode, handshakeAuth } from '@okboxbox/protocol';
import type { Socket } from 'socket.io';
import { TokenError, type Tokens } from '../access/tokens.js';
import { ANONYMOUS, type Visitor } from '../access/visitor.js';

/** A refused connection: Socket.IO hands `message` and `data` to the client's `connect_error`. */
export class HandshakeError extends Error {
  override readonly name = 'HandshakeError';
  readonly data: { readonly code: ErrorCode; readonly message: string; readonly capability?: Capability };

  constructor(code: ErrorCode, message: string, capability?: Capability) {
    super(message);
    this.data = { code, message, ...(capability && { capability }) };
  }
}

/**
 * Who is at the other end of a socket, from its handshake.
 * @throws HandshakeError where the handshake is malformed or its token is not accepted.
 */
export async function visitorOf(socket: Socket, tokens: Tokens): Promise<Visitor> {
  const auth = handshakeAuth.safeParse(socket.handshake.auth);
  if (!auth.success) {
    const issue = auth.error.issues[0];
    throw new HandshakeError(
      'bad_request',
      `The handshake's "${issue?.path.join('.')}" cannot be used: ${issue?.message}.`,
    );
  }
  if (auth.data.token === undefined) return ANONYMOUS;
  try {
    return await tokens.verify(auth.data.token);
  } catch (error) {
    if (error instanceof TokenError) throw new HandshakeError('unauthenticated', error.message);
    throw error;
  }
}
