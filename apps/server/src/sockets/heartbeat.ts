import type { Socket } from 'socket.io';

/** Hears of what Engine.IO's own heartbeat tells. */
export interface HeartbeatListeners {
  /** Something came from the client. */
  readonly onSeen: () => void;
  /** A ping was answered after so long, in ms. */
  readonly onRoundTrip: (ms: number) => void;
}

/**
 * Watches Engine.IO's own heartbeat, which tells how long a round trip takes: nothing is sent for it. Returns the way to
 * stop: a line outlasts a socket whose client leaves this namespace and not the others.
 */
export function watchHeartbeat({ conn }: Socket, { onSeen, onRoundTrip }: HeartbeatListeners): () => void {
  let pingedAt: number | null = null;
  const onCreate = ({ type }: { readonly type: string }) => {
    if (type === 'ping') pingedAt = performance.now();
  };
  const onPacket = ({ type }: { readonly type: string }) => {
    onSeen();
    if (type !== 'pong' || pingedAt === null) return;
    onRoundTrip(Math.round((performance.now() - pingedAt) * 10) / 10);
    pingedAt = null;
  };
  conn.on('packetCreate', onCreate);
  conn.on('packet', onPacket);
  return () => {
    conn.off('packetCreate', onCreate);
    conn.off('packet', onPacket);
  };
}
