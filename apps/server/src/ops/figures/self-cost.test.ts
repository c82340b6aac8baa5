import type { OpsSummary } from '@okboxbox/protocol';
import fastify from 'fastify';
import { afterEach, expect, it, vi } from 'vitest';
import { serverForEachTest } from '../../testing/running-server.js';
import { admitted, SelfCost } from './self-cost.js';

afterEach(() => vi.restoreAllMocks());

const { token, get } = serverForEachTest({ OPS_UI_ENABLED: '1' });

it('operations’ answers are timed, and only what an answer took itself counts as their share', async () => {
  let now = 1_764_000_000_000;
  const begin = now;
  vi.spyOn(performance, 'now').mockImplementation(() => now - begin);
  const work = (ms: number) => {
    now += ms;
  };
  const cost = new SelfCost(() => now);
  const http = fastify();
  cost.watch(http);
  http.get('/api/ops/quick', async (request) => {
    await new Promise(setImmediate);
    work(3);
    admitted(request);
    work(20);
    return {};
  });
  http.get('/api/ops/waits', async (request) => {
    admitted(request);
    work(60);
    await new Promise(setImmediate);
    return {};
  });
  http.get('/api/sessions', async () => work(20));
  expect(cost.answers).toEqual({ count: 0, p95Ms: null, maxMs: null });
  for (const url of ['/api/ops/quick', '/api/ops/quick', '/api/ops/waits', '/api/sessions', '/nowhere'])
    await http.inject({ url });
  await http.close();
  expect(cost.answers).toEqual({ count: 3, p95Ms: 60, maxMs: 60 });
  expect(cost.busyTotalMs).toBe(40);
  now = begin + 50_000;
  cost.counted(() => work(10));
  expect(cost.busyTotalMs).toBe(50);
  expect(cost.cpuShare).toBeCloseTo(50 / 50_010, 5);
  now += 70_000;
  expect(cost.cpuShare).toBe(0);
});

it('the summary says what operations cost', async () => {
  const summary = async () => (await get<OpsSummary>('/api/ops/summary', await token('ops'))).body;
  await summary();
  const { ops, memory, eventLoop } = await summary();
  expect(ops.answers).toMatchObject({ count: 1, p95Ms: expect.any(Number), maxMs: expect.any(Number) });
  expect(ops.cpuShare).toBeGreaterThan(0);
  expect(ops.historyBytes).toBeGreaterThan(100_000);
  expect(memory.heapLimitBytes).toBeGreaterThan(memory.heapUsedBytes);
  expect(eventLoop.gcPauseMaxMs).toBeGreaterThanOrEqual(0);
});
