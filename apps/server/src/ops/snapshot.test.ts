import { afterEach, beforeEach, expect, it } from 'vitest';
import { OpsFigures } from './ops-figures.js';
import { type SnapshotOf, takeSnapshot } from './snapshot.js';
import { seenSocket } from './sockets/testing/seen-sockets.js';

let figures: OpsFigures;
beforeEach(() => {
  figures = new OpsFigures(() => 1_000);
});
afterEach(() => figures.loop.close());

const ENDED = { sessionId: 'sess_old', status: 'ended' };

const snapshot = () => {
  const known = {
    figures,
    cost: { counted: <T>(work: () => T) => work() },
    relays: { look: () => ({}) },
    now: () => 1_000,
    summary: () => ({ findings: [] }),
    sessions: () => [],
    session: (sessionId: string) => (sessionId === ENDED.sessionId ? ENDED : null),
    shows: () => [],
    insight: () => ({}),
  };
  return takeSnapshot(known as unknown as SnapshotOf, []);
};

it('has the newest events, and refusals however many come and go meanwhile, each once and newest first', async () => {
  const refusal = { where: 'broadcast:delay:set', code: 'forbidden', capability: 'racebox:director:control' };
  figures.events.note('auth_fail', { ...refusal, socketId: 'desk' });
  for (let n = 0; n < 500; n++) figures.events.note('join', { socketId: `s${n}`, room: 'session:sess_a' });
  figures.events.note('auth_fail', { ...refusal, socketId: 'other' });
  const { events } = await snapshot();
  expect(events.filter(({ event }) => event === 'auth_fail').map(({ socketId }) => socketId)).toEqual([
    'other',
    'desk',
  ]);
  const ids = events.map(({ id }) => id);
  expect(ids).toEqual([...new Set(ids)].sort((a, b) => b - a));
  expect(ids.length).toBeLessThan(150);
});

it('has the sessions that somebody is in the room of, however long they have been over', async () => {
  expect((await snapshot()).sessions).toEqual([]);
  for (const [id, room] of [
    ['page', 'session:sess_old'],
    ['output', 'broadcast:session:sess_old'],
    ['lost', 'session:sess_of_nobody'],
  ] as const) {
    figures.sockets.add(seenSocket(id, 'dashboard', [room]), null);
  }
  expect((await snapshot()).sessions).toEqual([ENDED]);
});
