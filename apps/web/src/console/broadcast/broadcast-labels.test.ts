import type { AuditEntry, OpsEvent, OpsHistory, OpsSocket } from '@okboxbox/protocol';
import { DELAY_STATE_NAMES, DELAY_STATES, type DelayStateName } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { socketNamed } from '../pack/testing/pack.js';
import {
  actionsOf,
  type BroadcastOfSession,
  broadcastStands,
  measuredLine,
  overlaysInLive,
  setDelayLine,
} from './broadcast-labels.js';

const broadcast = (over: Partial<BroadcastOfSession>): BroadcastOfSession => ({
  sessionId: 'sess_1',
  show: 'cup',
  published: true,
  delayMs: 30_000,
  measuredMs: 30_040,
  bufferedMs: 30_000,
  bufferedEvents: 300,
  bufferedBytes: 90_000,
  state: 'running',
  ...over,
});
const delaySet = (at: number, delayMs: number, fromMs: number, show = 'cup'): OpsEvent => ({
  id: at,
  at,
  type: 'broadcast',
  event: 'broadcast:delay:set',
  show,
  delayMs,
  fromMs,
});

describe('a broadcast in words', () => {
  it('says what is set and what is measured, and that nobody sees what is not published', () => {
    expect(broadcastStands(broadcast({}))).toEqual({
      shape: 'ok',
      word: 'Running',
      detail: 'Viewers are 30 s behind. Measured: 30.0 s behind.',
    });
    expect(broadcastStands(broadcast({ published: false })).word).toBe('Not published');
    expect(broadcastStands(broadcast({ state: 'holding', measuredMs: null })).detail).toContain(
      'Nothing has aired yet',
    );
    expect(broadcastStands(broadcast({ state: 'live', delayMs: 0 })).detail).toContain('at once');
  });

  it('judges and names every state as the desk does', () => {
    for (const state of DELAY_STATE_NAMES) {
      const { name, severity } = DELAY_STATES[state];
      expect(broadcastStands(broadcast({ state }))).toMatchObject({ word: name, shape: severity });
    }
    const newer = broadcast({ state: 'rewinding' as DelayStateName });
    expect(broadcastStands(newer)).toMatchObject({ word: 'rewinding', shape: 'warn' });
  });

  it('draws what was set when: before the first event as that event says it was, after the last as it is now', () => {
    const events = [delaySet(30, 60_000, 10_000), delaySet(10, 10_000, 0), delaySet(20, 5_000, 1, 'other')];
    expect(setDelayLine([5, 10, 25, 30, 40], events, broadcast({ delayMs: 60_000 }))).toEqual([
      0, 10_000, 10_000, 60_000, 60_000,
    ]);
    expect(setDelayLine([1, 2], [], broadcast({}))).toEqual([30_000, 30_000]);
  });

  it('draws what was measured of this session, and nothing where nothing was kept', () => {
    const history = {
      sessions: [{ sessionId: 'sess_1', figures: { measuredDelayMs: [null, 30_000] } }],
    } as unknown as OpsHistory;
    expect(measuredLine(history, 'sess_1')).toEqual([null, 30_000]);
    expect(measuredLine(history, 'sess_2')).toEqual([]);
    expect(measuredLine(undefined, 'sess_1')).toEqual([]);
  });

  it('finds overlays in the live room of this session: not dashboards, not the broadcast room, not those that are gone', () => {
    const socket = (socketId: string, role: string, room: string, closed: OpsSocket['closed'] = null) =>
      socketNamed(socketId, { role, joinedRooms: [room], closed });
    const sockets = [
      socket('in', 'overlay', 'session:sess_1'),
      socket('right', 'overlay', 'broadcast:session:sess_1'),
      socket('other', 'overlay', 'session:sess_12'),
      socket('team', 'dashboard', 'session:sess_1'),
      socket('gone', 'overlay', 'session:sess_1', { at: 1, code: 'client', reason: 'closed' }),
    ];
    expect(overlaysInLive(sockets, 'sess_1').map(({ socketId }) => socketId)).toEqual(['in']);
  });

  it('lists the actions on this show, as many as asked for', () => {
    const entry = (id: number, show: string): AuditEntry => ({
      id,
      at: id,
      who: 'a',
      action: 'delay',
      detail: { show },
    });
    expect(actionsOf([entry(3, 'cup'), entry(2, 'other'), entry(1, 'cup')], 'cup').map(({ id }) => id)).toEqual([3, 1]);
    expect(actionsOf([entry(3, 'cup'), entry(1, 'cup')], 'cup', 1)).toHaveLength(1);
  });
});
