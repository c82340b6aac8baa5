import type { OpsEventName } from '@okboxbox/protocol';
import { withoutSecrets } from './free-text.js';

/**
 * What each event may say. Nothing else enters a ring: a field that is not here is left out and counted, so that nobody
 * can put a secret there by adding one.
 */
type Kind =
  /** A finite number. */
  | 'number'
  | 'flag'
  /** One of a few words of our own. */
  | 'code'
  /** A name that we gave, or that somebody chose: an id, a room, a user. */
  | 'name'
  /** Free text. */
  | 'text';

const SOCKET = { socketId: 'name', role: 'name', surface: 'name', user: 'name' } as const;
/** With a reason where the sweep of rooms has moved it. */
const MOVE = { socketId: 'name', role: 'name', room: 'name', sessionId: 'name', reason: 'text' } as const;
const RELAY = { sessionId: 'name', relayId: 'name' } as const;
const DELAY = { sessionId: 'name', show: 'name', delayMs: 'number' } as const;
const ERROR = { subsystem: 'code', where: 'name', code: 'code', message: 'text', socketId: 'name' } as const;

const FIELDS = {
  connect: SOCKET,
  disconnect: { ...SOCKET, code: 'code', reason: 'text', connectedMs: 'number', skippedTotal: 'number' },
  join: MOVE,
  leave: MOVE,
  auth_fail: { socketId: 'name', where: 'name', code: 'code', capability: 'code', message: 'text', show: 'name' },
  slow_consumer: { socketId: 'name', waitingBytes: 'number', isClosed: 'flag' },
  'relay:connected': RELAY,
  'relay:disconnected': { ...RELAY, reason: 'text' },
  'relay:bye': { ...RELAY, reason: 'text' },
  drift_warn: { ...RELAY, driftP95: 'number', offsetMs: 'number', boundMs: 'number', queueAgeP95Ms: 'number' },
  frame_gap: RELAY,
  frame_dropped: { ...RELAY, reason: 'code', records: 'number' },
  invalid_payload: { ...RELAY, reason: 'code', message: 'text' },
  own_car_refused: { ...RELAY, reason: 'code', carNumber: 'name', message: 'text' },
  created: { sessionId: 'name', show: 'name', sim: 'name', isResumed: 'flag' },
  state_change: { sessionId: 'name', from: 'code', to: 'code' },
  relay_joined: RELAY,
  relay_left: { ...RELAY, reason: 'text' },
  primary_changed: { ...RELAY, reason: 'text' },
  ended: { sessionId: 'name', show: 'name', reason: 'text', framesTotal: 'number' },
  'broadcast:delay:set': { ...DELAY, publicExtraMs: 'number', fromMs: 'number' },
  'broadcast:delay:holding': DELAY,
  'broadcast:delay:live': DELAY,
  publish: { show: 'name', sessionId: 'name' },
  unpublish: { show: 'name', sessionId: 'name' },
  db_error: { ...ERROR, statement: 'name', tookMs: 'number' },
  handler_error: ERROR,
  validation_error: ERROR,
  exception: ERROR,
} as const satisfies Record<OpsEventName, Readonly<Record<string, Kind>>>;

interface OfKind {
  number: number | null;
  flag: boolean;
  code: string | null;
  name: string | null;
  text: string | null;
}
type Declared = typeof FIELDS;
type ValueOf<K> = K extends Kind ? OfKind[K] : never;

/** What an event may say, by its name. */
export type FieldsOf<E extends OpsEventName> = { readonly [F in keyof Declared[E]]?: ValueOf<Declared[E][F]> };

const CODE = /^[a-zA-Z0-9_:.-]{1,40}$/;
const LONGEST_NAME = 100;

/** The fields of an event that are declared, each made safe by its kind; and how many were not declared. */
export function safeFields(
  event: OpsEventName,
  fields: Readonly<Record<string, unknown>>,
): { readonly safe: Record<string, string | number | boolean | null>; readonly left: number } {
  const kinds: Readonly<Record<string, Kind>> = FIELDS[event];
  const safe: Record<string, string | number | boolean | null> = {};
  let left = 0;
  for (const [name, value] of Object.entries(fields)) {
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (kind === undefined) left += 1;
    else if (value !== undefined) safe[name] = value === null ? null : safeValue(kind, value);
  }
  return { safe, left };
}

function safeValue(kind: Kind, value: unknown): string | number | boolean | null {
  switch (kind) {
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) ? Math.round(value * 10) / 10 : null;
    case 'flag':
      return value === true;
    case 'code':
      return typeof value === 'string' && CODE.test(value) ? value : '[not a code]';
    case 'name':
      return withoutSecrets(String(value), LONGEST_NAME);
    case 'text':
      return withoutSecrets(String(value));
    default:
      return kind satisfies never;
  }
}
