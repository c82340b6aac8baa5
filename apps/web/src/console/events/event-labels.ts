import type { OpsEvent, OpsEventName } from '@okboxbox/protocol';
import { duration, whole, words } from '../../kit/figures.js';

/** Fields that stand in columns of their own. */
const OWN = new Set(['id', 'at', 'type', 'event', 'sessionId', 'count', 'lastAt']);

/** Events that need a look, and how badly. */
const TONES: Partial<Readonly<Record<OpsEventName, 'warn' | 'bad'>>> = {
  auth_fail: 'warn',
  slow_consumer: 'warn',
  'relay:disconnected': 'warn',
  drift_warn: 'warn',
  frame_gap: 'warn',
  frame_dropped: 'bad',
  invalid_payload: 'warn',
  own_car_refused: 'warn',
  'broadcast:delay:holding': 'warn',
  unpublish: 'warn',
  db_error: 'bad',
  handler_error: 'bad',
  validation_error: 'warn',
  exception: 'bad',
};

export function toneOfEvent(event: OpsEvent): 'warn' | 'bad' | undefined {
  return TONES[event.event];
}

/** What an event says beyond its name, field by field. */
export function fieldsOf(event: OpsEvent): readonly (readonly [name: string, value: string])[] {
  return Object.entries(event).flatMap(([name, value]) =>
    OWN.has(name) || value === undefined || value === null ? [] : [[name, valueLabel(name, value)] as const],
  );
}

/** The same in one line: `role overlay · code slow_consumer · connectedMs 4 min`. */
export function eventLabel(event: OpsEvent): string {
  return fieldsOf(event)
    .map(([name, value]) => `${name} ${value}`)
    .join(' · ');
}

/** Whether an event has every word of what was typed, somewhere. */
export function eventMatches(event: OpsEvent, typed: string): boolean {
  const wanted = typed.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return true;
  const text = `${event.type} ${event.event} ${event.sessionId ?? ''} ${eventLabel(event)}`.toLowerCase();
  return wanted.every((word) => text.includes(word));
}

function valueLabel(name: string, value: string | number | boolean): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return value;
  return /Ms$|P95$/.test(name) ? words(duration(value)) : whole(value);
}
