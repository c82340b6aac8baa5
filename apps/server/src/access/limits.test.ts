import fc from 'fast-check';
import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Taps } from '../taps.js';
import { CONNECTION_BURST, EventWindows, KEYED_LIMITS, Limits, SecondWindow } from './limits.js';

afterEach(() => void vi.useRealTimers());

describe('what one connection may do within a second', () => {
  it('is never more than the limit, however its calls are spread, and a wait that is kept is enough', () => {
    const steps = fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 200 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 10 }), (gaps, most) => {
        const window = new SecondWindow();
        let now = 0;
        let inWindow = 0;
        let from = Number.NEGATIVE_INFINITY;
        for (const gap of gaps) {
          now += gap;
          if (now - from >= 1_000) [from, inWindow] = [now, 0];
          const waitMs = window.take(most, now);
          if (waitMs === 0) inWindow += 1;
          else expect(waitMs).toBeLessThanOrEqual(1_000);
          expect(inWindow).toBeLessThanOrEqual(most);
        }
        const waitMs = window.take(most, now);
        if (waitMs > 0) expect(window.take(most, now + waitMs)).toBe(0);
      }),
    );
  });

  it('holds back no echo that a relay asks for with a batch, however fast a file is played', () => {
    const windows = new EventWindows();
    const waits = Array.from({ length: 2_000 }, () => [windows.take('relay:frames'), windows.take('relay:echo')]);
    expect(waits.flat().every((wait) => wait === 0)).toBe(true);
  });

  it('is counted for each event by itself', () => {
    const windows = new EventWindows();
    const joins = Array.from({ length: 60 }, () => windows.take('session:join'));
    expect(joins.filter((waitMs) => waitMs === 0)).toHaveLength(5);
    expect(windows.take('feed:resync')).toBe(0);
  });
});

describe('limits by address and token', () => {
  const lines: { readonly limit?: string; readonly refused?: number; readonly busiest?: string }[] = [];
  const log = pino({}, { write: (line) => void lines.push(JSON.parse(line)) });

  it('let each address have its own, and count and log what is refused, together', async () => {
    vi.useFakeTimers();
    const taps = new Taps();
    const told = vi.fn();
    taps.limited.listen(told);
    const limits = new Limits({ addressOf: () => '192.0.2.1', log, taps });
    const take = (key: string) => limits.take('call', key);
    const waits: number[] = [];
    for (let i = 0; i < KEYED_LIMITS.call + 100; i++) waits.push(await take('192.0.2.1'));
    expect(waits.filter((waitMs) => waitMs === 0)).toHaveLength(KEYED_LIMITS.call);
    expect(waits.filter((waitMs) => waitMs > 1_000)).toEqual([]);
    expect(await take('192.0.2.2')).toBe(0);
    expect(told).toHaveBeenCalledTimes(100);
    expect(told).toHaveBeenCalledWith('call', null, undefined, undefined, undefined, undefined, undefined);
    expect(lines).toEqual([]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(lines).toMatchObject([{ limit: 'call', refused: 100, clients: 1, busiest: '192.0.2.1' }]);
    expect(await take('192.0.2.1')).toBe(0);
  });

  it('let 3,000 viewers of one address connect at once, and 500 a second for as long as they like', async () => {
    vi.useFakeTimers();
    const limits = new Limits({ addressOf: () => '', log });
    const passing = async (count: number) => {
      let passed = 0;
      for (let i = 0; i < count; i++) if ((await limits.take('connection', '192.0.2.1')) === 0) passed += 1;
      return passed;
    };
    expect(await passing(3_000)).toBe(3_000);
    expect(await passing(100)).toBe(0);
    for (let second = 0; second < 8; second++) {
      await vi.advanceTimersByTimeAsync(1_000);
      // A flood gets no more than the limit.
      expect(await passing(1_000)).toBe(KEYED_LIMITS.connection);
    }
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await passing(3_100)).toBe(KEYED_LIMITS.connection + CONNECTION_BURST);
    expect(KEYED_LIMITS.connection).toBeGreaterThanOrEqual(500);
    expect(KEYED_LIMITS.call).toBeGreaterThanOrEqual(500);
  });
});
