import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Running, stop } from '../okboxbox.js';
import { Cable } from './cable.js';
import { expectAllOnce, RaceNight, undisturbed } from './race-night.js';

/** A line of 20 KB/s that takes half a second there and back, and stands still again and again. */
const SLOW = { bytesPerS: 20_000, latencyMs: 250, stallMs: 300 };

let night: RaceNight;
let cable: Cable;
let server: Running;
let relay: Running;

beforeEach(async () => {
  night = await RaceNight.begin();
  cable = await Cable.to(night.port);
  server = await night.serve();
}, 60_000);
afterEach(async () => {
  await night.end();
  await cable.close();
});

const seconds = (count: number) => new Promise((resolve) => setTimeout(resolve, count * 1000));
/** What a relay said of connections that failed. */
const failures = () => relay.stderr().match(/no acknowledgement|connection lost|no answer/g) ?? [];

describe('over a line of 20 KB/s with half a second of latency and losses', () => {
  it('a backlog arrives once and in order, and the line is never taken for a dead one', {
    timeout: 240_000,
  }, async () => {
    const race = 'demo:slow,cars=20,minutes=4';
    const expected = await undisturbed(race);
    cable.slow(SLOW);
    relay = await night.relay(race, '3', cable.url);
    await vi.waitFor(async () => expect(await night.clock()).toBeGreaterThan(30), { timeout: 60_000 });
    cable.pull();
    await seconds(20);
    cable.mend();
    expect(await relay.ended).toBe(0);
    await expectAllOnce(night, expected);
    // It was cut off once, and never by itself.
    expect(failures()).toEqual(['connection lost']);
  });

  /** A race that is cut off for 45 s; resolves when the newest frames show and the backlog is still filling in. */
  async function outage(race: string): Promise<void> {
    const speed = 1.5;
    cable.slow(SLOW);
    relay = await night.relay(race, String(speed), cable.url);
    await vi.waitFor(async () => expect(await night.clock()).toBeGreaterThan(30), { timeout: 60_000 });
    const at = await night.clock();
    const cutAt = performance.now();
    /** What the relay has come to by now, on the race's clock. */
    const live = () => at + (speed * (performance.now() - cutAt)) / 1000;
    cable.pull();
    await seconds(45);
    cable.mend();
    await vi.waitFor(async () => expect(await night.clock()).toBeGreaterThan(live() - 10), {
      timeout: 40_000,
      interval: 250,
    });
    expect(relay.stderr()).toContain('live frames go first');
    const { sessionId } = (await night.sessions())[0] as { sessionId: string };
    const times = await night.frameTimes(sessionId);
    // What was captured without a line is not all there yet, and what is there is in order.
    expect(Math.max(...times.slice(1).map((time, i) => time - (times[i] ?? 0)))).toBeGreaterThan(10);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  }

  it('after an outage the newest frames show within seconds, and the backlog fills in behind them', {
    timeout: 300_000,
  }, async () => {
    const race = 'demo:ahead,cars=20,minutes=3';
    const expected = await undisturbed(race);
    await outage(race);
    expect(await relay.ended).toBe(0);
    await expectAllOnce(night, expected);
    expect(failures()).toEqual(['connection lost']);
  });

  it('and so it does when the server is killed while the backlog fills in', { timeout: 300_000 }, async () => {
    const race = 'demo:killed,cars=20,minutes=3';
    const expected = await undisturbed(race);
    await outage(race);
    expect(await stop(server, 'SIGKILL')).toBe('SIGKILL');
    await night.serve();
    expect(await relay.ended).toBe(0);
    await expectAllOnce(night, expected);
  });
});
