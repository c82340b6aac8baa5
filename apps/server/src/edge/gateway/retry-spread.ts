import type { SocketHello } from '../../sockets/handshake.js';

/** Connections a second that a server takes without making those wait that it has. */
const CONNECTIONS_PER_S = 200;
/** Overlays are on air: they are the first to come back, and there are few. */
const OVERLAY_MS = 250;
/** Then those who work with the picture, then the public; each in ms. */
const LEAST_MS = { staff: 1_000, public: 2_000 } as const;
/** Nobody is to wait longer than this, in ms. */
const MOST_MS = 60_000;

/**
 * Within what time, in ms, a client that lost its connection is to come back, by what it calls itself and how many viewers
 * there are: after a restart all of them come at once.
 */
export function retrySpreadMs(kind: SocketHello['clientKind'], viewers: number): number {
  if (kind === 'overlay') return OVERLAY_MS;
  const isStaff = kind === 'dashboard' || kind === 'director' || kind === 'ops';
  const least = isStaff ? LEAST_MS.staff : LEAST_MS.public;
  // In whole seconds: how many watch is nobody's business.
  return Math.min(MOST_MS, Math.max(least, Math.ceil(viewers / CONNECTIONS_PER_S) * 1_000));
}
