import { Agent } from 'node:http';
import { RELAY_NAMESPACE } from '@okboxbox/protocol';
import type { Server, Socket } from 'socket.io';
import { io as connect, type Socket as OwnerSocket } from 'socket.io-client';
import { type AddressOf, EDGE_CLIENT_HEADER } from '../../access/client-address.js';
import { ANONYMOUS } from '../../access/visitor.js';

/** How often it is looked whether a packet is still coming in, in ms. */
const LOOK_MS = 1_000;
/** Headers of a relay's handshake that the owner decides by. */
const PASSED_ON = ['origin', 'user-agent'] as const;

export interface RelayBridgeDeps {
  /** The socket of the owner's server. */
  readonly path: string;
  readonly addressOf: AddressOf;
}

/**
 * Hands each relay's connection on to the owner in another process of this machine: its handshake, every call and every
 * acknowledgement, both ways, in order. All that is decided about a relay is decided there. Returns the way to stop.
 */
export function bridgeRelays(io: Server, { path, addressOf }: RelayBridgeDeps): () => void {
  const agent = new Agent({ socketPath: path } as object);
  const namespace = io.of(RELAY_NAMESPACE);
  namespace.use((socket, next) => {
    const { auth, headers } = socket.handshake;
    const passed = PASSED_ON.flatMap((name) => (headers[name] === undefined ? [] : [[name, String(headers[name])]]));
    const owner = connect(`http://owner${RELAY_NAMESPACE}`, {
      auth,
      agent: agent as never,
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      extraHeaders: { ...Object.fromEntries(passed), [EDGE_CLIENT_HEADER]: addressOf(socket.request) },
    });
    const isGone = () => owner.disconnect();
    socket.conn.once('close', isGone);
    owner.once('connect', () => {
      socket.conn.off('close', isGone);
      // Its right is the owner's affair, and ends there.
      socket.data = { visitor: ANONYMOUS };
      bridge(socket, owner);
      next();
    });
    owner.once('connect_error', (error) => {
      socket.conn.off('close', isGone);
      owner.disconnect();
      next(error);
    });
  });
  return () => agent.destroy();
}

function bridge(relay: Socket, owner: OwnerSocket): void {
  // An acknowledgement is the last argument on both sides, and is passed on as that.
  relay.onAny((event: string, ...args: unknown[]) => owner.emit(event, ...args));
  owner.onAny((event: string, ...args: unknown[]) => relay.emit(event, ...args));
  const looking = tellOfBytes(relay, owner);
  relay.on('disconnect', () => {
    clearInterval(looking);
    owner.disconnect();
  });
  owner.on('disconnect', (reason) => {
    // A relay that the owner has sent away does not come back by itself; one that has lost the owner does.
    if (reason === 'io server disconnect') relay.disconnect(true);
    else relay.conn.close();
  });
}

/**
 * The owner takes a relay as gone that it has not heard for long. A packet that takes long on a slow connection is heard
 * there only when it is whole: while its bytes come in here, the owner is told by a call that says nothing.
 */
function tellOfBytes(relay: Socket, owner: OwnerSocket): NodeJS.Timeout {
  const read = () => relay.conn.request.socket?.bytesRead ?? 0;
  let before = read();
  let hasCome = false;
  relay.conn.on('packet', () => {
    hasCome = true;
  });
  const looking = setInterval(() => {
    const now = read();
    if (now > before && !hasCome) owner.emit('relay:echo');
    before = now;
    hasCome = false;
  }, LOOK_MS);
  return looking.unref();
}
