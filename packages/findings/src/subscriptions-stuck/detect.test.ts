import type { BusyClient } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { beforeOf } from '../run-detectors.js';
import { groupLike, healthy, historyLike, roomsLike } from '../testing/healthy-night.js';
import { subscriptionsStuck } from './detect.js';

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
        because: 'The first one: no connection has this id.',
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
    expect(found?.summary).toBe('55 of 120 connections are in no room and stay open.');
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

  const busy = {
    role: 'dashboard',
    surface: 'pit-wall',
    user: 'crew-7',
    connects: 0,
    disconnects: 0,
    joins: 0,
    leaves: 0,
  };
  const busiest = (over: Partial<BusyClient>) => [{ ...busy, socketIds: ['s1', 's2'], ...over }];

  it('storm, and it is said whose they are', () => {
    const [found] = look({
      churn: {
        connects: 90,
        disconnects: 90,
        byCode: { client_left: 90 },
        busiest: [...busiest({ joins: 500, role: 'overlay' }), ...busiest({ connects: 80, disconnects: 80 })],
      },
      summary: sockets(30),
    });
    expect(found?.because).toContain('role dashboard, surface pit-wall, user crew-7 connected 80 times');
    expect(found?.nextStep.view).toBe('sockets?state=closed&role=dashboard');
  });

  it('burst: connections stay, and join and leave again and again; it is said whose they are', () => {
    const churn = (joins: number, leaves: number, before = healthy().before, connects = 0) =>
      look({
        churn: { connects, disconnects: 0, byCode: {}, joins, leaves, busiest: busiest({ joins, leaves }) },
        summary: sockets(60),
        before,
      });
    const found = churn(2_400, 2_400);
    expect(found).toMatchObject([{ cause: 'join_burst', scope: { socketIds: ['s1', 's2'] } }]);
    expect(found[0]?.because).toContain('user crew-7 joined 2400 times');
    expect(found[0]?.nextStep.view).toBe('sockets?role=dashboard');
    // A hall that arrives, a hall that is moved to the next session, and a few that look around are none.
    expect(churn(3_000, 0, undefined, 1_000)).toEqual([]);
    expect(churn(120, 120)).toEqual([]);
    expect(churn(290, 290)).toEqual([]);
    expect(churn(150, 150, beforeOf(found))).toHaveLength(1);
    expect(churn(99, 99, beforeOf(found))).toEqual([]);
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
