import { type CloseReason, isRightEnd } from '@okboxbox/protocol';
import type { Socket } from 'socket.io';
import { cutOffLater, waitingBytes } from './finished-bytes.js';

/** A connection for which more than this waits is closed at once: its client sends calls and does not read the answers. */
export const CLOSE_ABOVE_BYTES = 4 * 1024 * 1024;
/** How long a connection that reads too slowly may still read why it is closed, in ms; then what waits for it is dropped. */
const LAST_WORD_MS = 2_000;
/** The same for one whose right has ended: it may no longer have what waits for it. */
const RIGHT_ENDED_MS = 500;

/** Closes a connection that asks for more than it reads, since the answers would pile up here. Returns whether it did. */
export function closeWhereFull(socket: Socket): boolean {
  if (!socket.connected || waitingBytes(socket) <= CLOSE_ABOVE_BYTES) return false;
  closeSocket(socket, 'slow_consumer');
  return true;
}

/** Closes a connection with a coded reason; the client decides by it whether to connect again. */
export function closeSocket(socket: Socket, reason: CloseReason): void {
  // Kept for operations: Socket.IO's own reason is the same for all of these.
  (socket.data as { closedBecause?: CloseReason }).closedBecause = reason;
  if (reason === 'slow_consumer') cutOffLater(socket, LAST_WORD_MS);
  else if (isRightEnd(reason)) cutOffLater(socket, RIGHT_ENDED_MS);
  socket.emit('session:closed', { reason });
  socket.disconnect(true);
}
