import { afterEach, expect, it, vi } from 'vitest';
import { stop } from '../okboxbox.js';
import { longOr } from './form.js';
import { expectAllOnce, RaceNight, undisturbed } from './race-night.js';

/** Seconds of the race in one, and how long the server is away: an hour of the race, or a quarter of one. */
const SPEED = 120;
const AWAY_S = longOr(31, 8);
const RACE = `demo:hour,cars=20,minutes=${longOr(75, 24)}`;

let night: RaceNight | undefined;
afterEach(() => night?.end());

it('a stretch of a race, in which the server is away, arrives once and in order', { timeout: 300_000 }, async () => {
  const expected = await undisturbed(RACE);
  const tonight = await RaceNight.begin();
  night = tonight;
  const server = await tonight.serve();
  const relay = await tonight.relay(RACE, String(SPEED));
  await vi.waitFor(async () => expect(await tonight.clock()).toBeGreaterThan(30), { timeout: 30_000 });
  await stop(server, 'SIGKILL');
  await new Promise((resolve) => setTimeout(resolve, AWAY_S * 1000));
  await tonight.serve();
  // All of it, far faster than it was captured.
  await vi.waitFor(async () => expect(await tonight.clock()).toBeGreaterThan(SPEED * AWAY_S), { timeout: 60_000 });
  expect(await relay.ended).toBe(0);
  await expectAllOnce(tonight, expected);
});
