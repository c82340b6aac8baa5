import { describe, expect, it } from 'vitest';
import { beforeOf } from '../run-detectors.js';
import { groupLike, healthy, historyLike, roomsLike } from '../testing/healthy-night.js';
import { subscriptionsStuck } from './subscriptions-stuck.js';

const look = (over: Parameters<typeof healthy>[0]) => subscriptionsStuck.look(healthy(over));
const sockets = (total: number) => ({ sockets: { total, byRole: {}, bySurface: {} } });

describe('subscriptions', () => {
  it('that come and go as they should are no finding', () => {
    expect(look({})).toEqual([]);
    expect(look({ rooms: null, history: null })).toEqual([]);
  });

  it('leak: rooms have members that are gone', () => {
    const leaked = [{ room: 'session:sess_x', socketId: 'ghost', because: 'no connection has this id' }];
    expect(look({ rooms: roomsLike({ leaked, leakedCount: 1, repairedTotal: 4 }) })).toMatchObject([
      {
        cause: 'leaked_rooms',
        because: 'Of the first the sweep says: no connection has this id.',
        scope: { socketIds: ['ghost'] },
      },
    ]);
  });

  it('stick: clients connect and never join or leave, believed at fifty and forgotten at twenty-five', () => {
    const idle = (count: number, before = healthy().before) =>
      look({
        summary: sockets(100),
        socketGroups: [groupLike({ role: 'unknown', sessionId: null, room: 'none', count, idle: count })],
        before,
      });
    expect(idle(49)).toEqual([]);
    const found = idle(60);
    expect(found).toMatchObject([{ cause: 'clients_never_leave' }]);
    expect(found[0]?.because).toContain('unknown 60');
    expect(idle(30, beforeOf(found))).toHaveLength(1);
    expect(idle(24, beforeOf(found))).toEqual([]);
  });

  it('do not stick where their joins were refused: they wait for a show, or for a right', () => {
    const waiting = (role: string, code: string, count = 60) =>
      groupLike({ role, sessionId: null, room: 'none', count, idle: count, refused: { [code]: count } });
    expect(look({ sessions: [], summary: sockets(62), socketGroups: [waiting('public', 'not_found')] })).toEqual([]);
    expect(look({ summary: sockets(62), socketGroups: [waiting('dashboard', 'forbidden')] })).toEqual([]);
    // Beside those that never asked they do not count.
    const stuck = groupLike({ role: 'unknown', sessionId: null, room: 'none', count: 55, idle: 55 });
    const [found] = look({ summary: sockets(120), socketGroups: [stuck, waiting('public', 'not_found')] });
    expect(found?.summary).toBe('55 connections of 120 have joined nothing and stay.');
  });

  it('storm: clients connect again and again', () => {
    const churn = (connects: number, disconnects: number, total: number) =>
      look({ churn: { connects, disconnects, byCode: { client_left: disconnects } }, summary: sockets(total) });
    expect(churn(200, 190, 20)).toMatchObject([{ cause: 'reconnect_storm' }]);
    expect(churn(200, 190, 20)[0]?.because).toContain('client_left');
    // A crowd that comes, one that goes, and one of thousands of whom some come again are no storm.
    expect(churn(2_000, 3, 2_000)).toEqual([]);
    expect(churn(5, 2_000, 10)).toEqual([]);
    expect(churn(60, 60, 2_000)).toEqual([]);
    expect(churn(8, 9, 20)).toEqual([]);
  });

  it('that stick and storm at once rule out neither', () => {
    const found = look({
      churn: { connects: 40, disconnects: 40, byCode: { client_left: 40 } },
      summary: sockets(120),
      socketGroups: [groupLike({ sessionId: null, room: 'none', count: 60, idle: 60 })],
    });
    expect(found.map(({ cause, ruledOut }) => [cause, ruledOut.map((each) => each.cause)])).toEqual([
      ['clients_never_leave', ['leaked_rooms']],
      ['reconnect_storm', []],
    ]);
  });

  it('are not what memory grows by: from elsewhere, and whether it is the heap', () => {
    const rss = (now: number, viewers: (number | null)[] = []) =>
      look({
        summary: { memory: { ...healthy().summary.memory, rssBytes: now } },
        history: historyLike(viewers.length > 0 ? { viewers: viewers as number[] } : {}),
      });
    expect(rss(450e6)).toEqual([]);
    const [found] = rss(560e6);
    expect(found).toMatchObject({ cause: 'memory_elsewhere', confidence: 'medium' });
    expect(found?.because).toContain('outside the heap');
    // With a crowd comes its memory.
    expect(rss(560e6, [10, 10, 400])).toEqual([]);
  });

  it('say nothing of memory before the server has run for a minute', () => {
    const memory = { ...healthy().summary.memory, rssBytes: 900e6 };
    expect(look({ summary: { memory, uptimeMs: 59_000 } })).toEqual([]);
    expect(look({ summary: { memory, uptimeMs: 60_000 } })).toHaveLength(1);
  });
});
