import type { FeedBeat } from '@okboxbox/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Heartbeat } from './heartbeat.js';

/** The connection of one client: what it has sent, and how the server and the page are. */
let sent: FeedBeat[];
let answersAfterMs: number | null;
let isHidden: boolean;
let deadAt: number | null;
let startedAt: number;
let spreads: number[];
let heartbeat: Heartbeat;

beforeEach(() => {
  vi.useFakeTimers();
  [sent, spreads, answersAfterMs, isHidden, deadAt] = [[], [], 40, false, null];
});
afterEach(() => {
  heartbeat.stop();
  vi.useRealTimers();
});

function begin(patience = 1): void {
  startedAt = performance.now();
  heartbeat = new Heartbeat(
    {
      send: (beat, answered) => {
        sent.push(beat);
        if (answersAfterMs === null) return;
        setTimeout(() => {
          heartbeat.heard();
          answered({ ok: true, now: 0, retrySpreadMs: 700 });
        }, answersAfterMs);
      },
      shown: () => 1_000,
      isHidden: () => isHidden,
      onAnswer: ({ retrySpreadMs }) => spreads.push(retrySpreadMs),
      onDead: () => {
        deadAt ??= performance.now() - startedAt;
      },
    },
    patience,
  );
}
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('a connection', () => {
  it('beats at once and every two seconds, with what is shown and how long the answer before took', async () => {
    begin();
    await pass(6_100);
    expect(sent).toEqual([
      { at: 1_000, rttMs: null },
      { at: 1_000, rttMs: 40 },
      { at: 1_000, rttMs: 40 },
      { at: 1_000, rttMs: 40 },
    ]);
    expect(spreads).toEqual([700, 700, 700, 700]);
    expect(deadAt).toBeNull();
  });

  it('FEED-18: is dead where neither feed nor answer has come for three seconds, and not before', async () => {
    begin();
    await pass(10_100);
    answersAfterMs = null;
    const silentFrom = performance.now() - startedAt;
    heartbeat.heard();
    await pass(2_600);
    expect(deadAt).toBeNull();
    await pass(400);
    expect((deadAt ?? 0) - silentFrom).toBeLessThanOrEqual(3_000);
  });

  it('lives as long as anything comes, though no beat is answered', async () => {
    begin();
    await pass(1_000);
    answersAfterMs = null;
    for (let i = 0; i < 20; i += 1) {
      heartbeat.heard();
      await pass(2_000);
    }
    expect(deadAt).toBeNull();
  });

  it('that is slow has twice its own round trip, and a second', async () => {
    answersAfterMs = 3_000;
    begin();
    await pass(3_100);
    expect(heartbeat.rttMs).toBe(3_000);
    answersAfterMs = null;
    // Answers to the beats before are still to come for two seconds.
    await pass(2_000 + 6_600);
    expect(deadAt).toBeNull();
    await pass(700);
    expect(deadAt).not.toBeNull();
  });

  it('that was slow the last time may be silent for longer', async () => {
    begin(2);
    await pass(100);
    answersAfterMs = null;
    await pass(5_000);
    expect(deadAt).toBeNull();
    await pass(1_000);
    expect(deadAt).not.toBeNull();
  });

  it('to a server that answers no beats is not judged by its silence', async () => {
    answersAfterMs = null;
    begin();
    await pass(120_000);
    expect(deadAt).toBeNull();
    expect(sent.length).toBeGreaterThan(50);
  });

  it('has longer for a whole state, of which nothing is heard until all has come', async () => {
    begin();
    await pass(100);
    answersAfterMs = null;
    const state = new Promise((resolve) => setTimeout(resolve, 10_000, 'state'));
    const joined = heartbeat.expecting(state);
    await pass(10_000);
    expect(deadAt).toBeNull();
    expect(await joined).toBe('state');
    heartbeat.heard();
    await pass(3_000);
    expect(deadAt).not.toBeNull();
  });

  it('on which a whole state never comes is dead, also where the server answers no beats', async () => {
    answersAfterMs = null;
    begin();
    void heartbeat.expecting(new Promise(() => undefined));
    await pass(11_500);
    expect(deadAt).not.toBeNull();
  });
});

describe('a page', () => {
  it('that was busy or asleep first reads what came meanwhile', async () => {
    begin();
    await pass(4_100);
    // The clock goes on by a minute in which no timer fires.
    vi.setSystemTime(Date.now() + 60_000);
    const now = performance.now.bind(performance);
    vi.spyOn(performance, 'now').mockImplementation(() => now() + 60_000);
    await pass(500);
    expect(deadAt).toBeNull();
    vi.restoreAllMocks();
  });

  it('in the background says so and is not judged; seen again it has a second to be answered', async () => {
    begin();
    await pass(2_100);
    isHidden = true;
    heartbeat.beat();
    expect(sent.at(-1)).toEqual({ at: 1_000, rttMs: 40, hidden: true });
    answersAfterMs = null;
    await pass(60_000);
    expect(deadAt).toBeNull();
    isHidden = false;
    heartbeat.probe();
    expect(sent.at(-1)).toEqual({ at: 1_000, rttMs: 40 });
    const seenAt = performance.now() - startedAt;
    await pass(700);
    expect(deadAt).toBeNull();
    await pass(400);
    expect((deadAt ?? Number.POSITIVE_INFINITY) - seenAt).toBeLessThanOrEqual(1_250);
  });

  it('seen again on a connection that stands goes on with it', async () => {
    begin();
    await pass(2_100);
    isHidden = true;
    answersAfterMs = null;
    await pass(60_000);
    [isHidden, answersAfterMs] = [false, 40];
    heartbeat.probe();
    await pass(30_000);
    expect(deadAt).toBeNull();
  });
});
