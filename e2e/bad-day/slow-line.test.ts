import { describe, expect, it, vi } from 'vitest';
import { type Running, stop } from '../okboxbox.js';
import { Cable } from './cable.js';
import { longOr } from './form.js';
import { expectAllOnce, RaceNight, undisturbed } from './race-night.js';

/** A line that takes half a second there and back, and stands still again and again. */
const SLOW = { bytesPerS: longOr(20_000, 40_000), latencyMs: 250, stallMs: 300 };
/** How long the line is cut, in seconds, before live frames go first; and how fast each race runs. */
const CUT_S = longOr(45, 22);
const SPEED = longOr(1.5, 3);

const seconds = (count: number) => new Promise((resolve) => setTimeout(resolve, count * 1000));

/** A server that a relay reaches over the slow line. */
interface SlowNight {
  readonly night: RaceNight;
  readonly cable: Cable;
  readonly server: Running;
  readonly relay: Running;
}

/** Runs a race over the slow line; all of it is gone when the test has ended. */
async function slowNight(race: string, speed: number, test: (slow: SlowNight) => Promise<void>): Promise<void> {
  const night = await RaceNight.begin();
  const cable = await Cable.to(night.port);
  try {
    const server = await night.serve();
    cable.slow(SLOW);
    const relay = await night.relay(race, String(speed), cable.url);
    await vi.waitFor(async () => expect(await night.clock()).toBeGreaterThan(30), { timeout: 60_000 });
    await test({ night, cable, server, relay });
  } finally {
    await night.end();
    await cable.close();
  }
}

/** What a relay said of connections that failed. */
const failuresOf = (relay: Running) => relay.stderr().match(/no acknowledgement|connection lost|no answer/g) ?? [];

/** Cuts the line for a while; resolves when the newest frames show and the backlog is still filling in. */
async function outage({ night, cable, relay }: SlowNight): Promise<void> {
  const at = await night.clock();
  const cutAt = performance.now();
  /** What the relay has come to by now, on the race's clock. */
  const live = () => at + (SPEED * (performance.now() - cutAt)) / 1000;
  cable.pull();
  await seconds(CUT_S);
  cable.repair();
  await vi.waitFor(async () => expect(await night.clock()).toBeGreaterThan(live() - 10 * SPEED), {
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

describe.concurrent(`over a line of ${SLOW.bytesPerS / 1000} KB/s with half a second of latency and losses`, () => {
  it('a backlog arrives once and in order, and the line is never taken for a dead one', {
    timeout: 240_000,
  }, async () => {
    const race = `demo:slow,cars=20,minutes=${longOr(4, 3)}`;
    const expected = await undisturbed(race);
    await slowNight(race, 3, async ({ night, cable, relay }) => {
      cable.pull();
      await seconds(longOr(20, 8));
      cable.repair();
      expect(await relay.ended).toBe(0);
      await expectAllOnce(night, expected);
      // It was cut off once, and never by itself.
      expect(failuresOf(relay)).toEqual(['connection lost']);
    });
  });

  it('after an outage the newest frames show within seconds, and the backlog fills in behind them', {
    timeout: 300_000,
  }, async () => {
    const race = 'demo:ahead,cars=20,minutes=3';
    const expected = await undisturbed(race);
    await slowNight(race, SPEED, async (slow) => {
      await outage(slow);
      expect(await slow.relay.ended).toBe(0);
      await expectAllOnce(slow.night, expected);
      expect(failuresOf(slow.relay)).toEqual(['connection lost']);
    });
  });

  it('and so it does when the server is killed while the backlog fills in', { timeout: 300_000 }, async () => {
    const race = 'demo:killed,cars=20,minutes=3';
    const expected = await undisturbed(race);
    await slowNight(race, SPEED, async (slow) => {
      await outage(slow);
      expect(await stop(slow.server, 'SIGKILL')).toBe('SIGKILL');
      await slow.night.serve();
      expect(await slow.relay.ended).toBe(0);
      await expectAllOnce(slow.night, expected);
    });
  });
});
