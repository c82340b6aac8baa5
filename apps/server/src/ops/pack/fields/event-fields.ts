import { OPS_EVENT_NAMES, OPS_EVENT_TYPES, type OpsEvent } from '@okboxbox/protocol';
import {
  code,
  fields,
  flag,
  number,
  type Rule,
  relayId,
  room,
  sessionId,
  showName,
  socketId,
  text,
  user,
  word,
  words,
} from '../allow-list.js';
import { role, sim, surface } from './names.js';

/** Every field that an event may have, by what it means: it means the same in all of them. */
export const EVENT_FIELD_RULES: Readonly<Record<string, Rule>> = {
  id: number,
  at: number,
  type: word(...OPS_EVENT_TYPES),
  event: word(...OPS_EVENT_TYPES.flatMap((type): readonly string[] => OPS_EVENT_NAMES[type])),
  sessionId,
  count: number,
  lastAt: number,
  ...{ socketId, role, surface, user, relayId, show: showName, room, sim },
  ...{ code, capability: code, subsystem: code, from: code, to: code },
  ...{ where: words, statement: words, reason: text, message: text },
  ...{ connectedMs: number, skippedTotal: number, waitingBytes: number, isClosed: flag, isResumed: flag },
  ...{ driftP95: number, offsetMs: number, boundMs: number, queueAgeP95Ms: number, records: number },
  ...{ framesTotal: number, delayMs: number, fromMs: number, tookMs: number },
};

/** An event of operations. */
export const event: Rule = fields<OpsEvent>(EVENT_FIELD_RULES);
