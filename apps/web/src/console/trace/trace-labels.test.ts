import type { Delivery, DeliveryVerdict, StageLatency, Trace } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import {
  changedMost,
  conditionLabel,
  droppedLabel,
  figureLabel,
  missedFirst,
  progressOf,
  requestOf,
  slowestOf,
  type TraceDraft,
  tookLabel,
  traceStands,
} from './trace-labels.js';

const stands = { state: 'running', when: null, endsAt: 40_000, expiresAt: 100_000, endedBecause: null } as const;
const draft: TraceDraft = { sessionId: 'sess_1', durationSec: '30', figure: '', above: '', probe: false };

describe('a trace in words', () => {
  it('says what it waits for, how long it goes on, and how long it can be read', () => {
    const when = { figure: 'queueAgeP95Ms', above: 2_000 } as const;
    expect(traceStands({ ...stands, state: 'armed', when }, 0)).toMatchObject({
      word: 'Armed',
      detail: 'waits for queue age p95 above 2000 ms',
    });
    expect(traceStands(stands, 12_000).detail).toBe('28 s left');
    expect(traceStands(stands, 50_000).detail).toBe('0 s left');
    expect(traceStands({ ...stands, state: 'done', endedBecause: 'stopped by anna' }, 40_000).detail).toBe(
      'stopped by anna · readable for 1 min',
    );
    expect(traceStands({ ...stands, state: 'done' }, 200_000).detail).toBe('no longer readable');
    expect(conditionLabel({ figure: 'dropped', above: 0 })).toBe('records dropped above 0');
  });

  it('counts its progress from the trigger, and from none while it is armed', () => {
    const trace = { state: 'running', startedAt: 0, triggeredAt: 20_000, endsAt: 40_000 } as Trace;
    expect(progressOf(trace, 30_000)).toBe(0.5);
    expect(progressOf({ ...trace, triggeredAt: null }, 30_000)).toBe(0.75);
    expect(progressOf(trace, 90_000)).toBe(1);
    expect(progressOf({ ...trace, state: 'armed' }, 30_000)).toBeNull();
    expect(progressOf({ ...trace, state: 'done' }, 0)).toBe(1);
  });

  it('who did not get a frame comes before who did, and the latest of those before the rest', () => {
    const to = (socketId: string, verdict: DeliveryVerdict, afterMs: number | null): Delivery => ({
      socketId,
      role: 'dashboard',
      room: null,
      verdict,
      at: null,
      afterMs,
      text: '',
    });
    const order = missedFirst([
      to('a', 'sent', 1),
      to('b', 'held', null),
      to('c', 'sent', 9),
      to('d', 'skipped_slow', 3),
    ]);
    expect(order.map(({ socketId }) => socketId)).toEqual(['d', 'b', 'c', 'a']);
  });

  it('writes durations and figures no more exactly than they are', () => {
    expect([null, 0.234, 99.96, 812.4, 8_028, 12_345].map(tookLabel)).toEqual([
      ...['–', '0.2 ms', '100.0 ms', '812 ms', '8.03 s', '12.3 s'],
    ]);
    expect([null, 3, 0.126, 1_234.56].map(figureLabel)).toEqual(['–', '3', '0.13', '1235']);
  });

  it('names the slowest stage, and none where nothing was measured', () => {
    const latency = (p95Ms: number | null, room: string | null = null): StageLatency => ({
      from: 'ingest',
      to: room === null ? 'timing' : 'tick',
      room,
      count: 1,
      p50Ms: null,
      p95Ms,
      maxMs: null,
    });
    expect(slowestOf([latency(3), latency(null), latency(20), latency(8)])?.p95Ms).toBe(20);
    expect(slowestOf([latency(null)])).toBeNull();
    // A broadcast's tick waits for the delay, and is not slow by that.
    expect(slowestOf([latency(3), latency(30_000, 'broadcast:session:s')])?.p95Ms).toBe(3);
    expect(slowestOf([latency(3), latency(90, 'session:s')])?.p95Ms).toBe(90);
  });

  it('ranks what has changed, and counts what hardly has', () => {
    const to = (figure: string, change: number) => ({ figure, before: 1, during: 2, change });
    const ranked = changedMost([to('a', 0.04), to('b', 0.2), to('c', 0.9), to('d', 0)]);
    expect([ranked.changed.map(({ figure }) => figure), ranked.others]).toEqual([['c', 'b'], 2]);
  });

  it('says what was dropped by which limit, and nothing where nothing was', () => {
    const limits = {
      durationSec: 30,
      events: 1,
      bytes: 1,
      eventsPerSec: 1,
      dropped: { events: 4, bytes: 0, rate: 12 },
    };
    expect(droppedLabel(limits)).toBe('4 over the event limit, 12 over the rate limit');
    expect(droppedLabel({ ...limits, dropped: { events: 0, bytes: 0, rate: 0 } })).toBe('');
  });

  it('the form asks for a trace, or says what is wrong with it', () => {
    expect(requestOf(draft)).toEqual({ request: { sessionId: 'sess_1', durationSec: 30, probe: false } });
    expect(requestOf({ ...draft, figure: 'skipped', above: '0', probe: true })).toEqual({
      request: { sessionId: 'sess_1', durationSec: 30, probe: true, when: { figure: 'skipped', above: 0 } },
    });
    for (const wrong of [
      { sessionId: '' },
      { durationSec: '4' },
      { durationSec: '301' },
      { durationSec: '7.5' },
      { durationSec: 'x' },
      { figure: 'skipped', above: '' },
      { figure: 'skipped', above: '-1' },
    ] as const)
      expect(requestOf({ ...draft, ...wrong })).toHaveProperty('problem');
  });
});
