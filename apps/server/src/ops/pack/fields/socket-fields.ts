import type { OpsSocket } from '@okboxbox/protocol';
import { code, fields, listOf, number, type Rule, room, socketId, text, user } from '../allow-list.js';
import { capability, role, surface } from './names.js';

/** A connection, open or closed. */
export const socket: Rule = fields<OpsSocket>({
  socketId,
  role,
  surface,
  user,
  caps: listOf(capability),
  joinedRooms: listOf(room),
  connectedAt: number,
  lastSeenAt: number,
  rttMs: number,
  bufferedPackets: number,
  sentPerSec: number,
  skippedTotal: number,
  newestFrameAgeMs: number,
  closed: fields<NonNullable<OpsSocket['closed']>>({ at: number, code, reason: text }),
});
