import { OPS_EVENT_NAMES, type OpsEvent } from '@okboxbox/protocol';
import { expect, it } from 'vitest';
import { eventLabel, eventMatches, fieldsOf, toneOfEvent } from './event-labels.js';

const SLOW: OpsEvent = {
  id: 4,
  at: 1_000,
  type: 'socket',
  event: 'slow_consumer',
  sessionId: 'sess_1',
  socketId: 'abc',
  waitingBytes: 2_048_000,
  isClosed: true,
  surface: null,
};

it('an event says what it knows, and nothing that it does not', () => {
  expect(eventLabel(SLOW)).toBe('socketId abc · waitingBytes 2,048,000 · isClosed yes');
});

it('times in an event are written as times', () => {
  expect(fieldsOf({ ...SLOW, connectedMs: 240_000, driftP95: 5_200 })).toContainEqual(['connectedMs', '240 s']);
  expect(fieldsOf({ ...SLOW, driftP95: 5_200 })).toContainEqual(['driftP95', '5.2 s']);
});

it('a search finds words anywhere in an event, in any order', () => {
  expect(['slow', 'ABC socket', 'sess_1 yes', ''].map((typed) => eventMatches(SLOW, typed))).toEqual([
    true,
    true,
    true,
    true,
  ]);
  expect(eventMatches(SLOW, 'slow overlay')).toBe(false);
});

it('every event of errors stands out, and comings and goings do not', () => {
  for (const event of OPS_EVENT_NAMES.error) expect(toneOfEvent({ ...SLOW, event })).toBeDefined();
  for (const event of ['connect', 'disconnect', 'join', 'leave', 'created'] as const)
    expect(toneOfEvent({ ...SLOW, event })).toBeUndefined();
});
