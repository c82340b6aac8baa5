import { afterEach, expect, it, vi } from 'vitest';
import { Cable } from './cable.js';
import { longOr } from './form.js';
import { expectAllOnce, RaceNight, undisturbed } from './race-night.js';

/** Long: twenty minutes of racing wait on the relay in the end. Short: as many, captured eight times as fast. */
const CUT_MS = longOr(10, 0.5) * 60_000;
const SPEED = longOr(2, 40);
const RACE = 'demo:ten-minutes,cars=20,minutes=22';

let night: RaceNight | undefined;
let cable: Cable | undefined;
afterEach(async () => {
  await night?.end();
  await cable?.close();
});

it(`everything captured arrives once and in order when the network is cut for ${CUT_MS / 60_000} minutes`, {
  timeout: CUT_MS + 600_000,
}, async () => {
  const expected = await undisturbed(RACE);
  night = await RaceNight.begin();
  cable = await Cable.to(night.port);
  await night.serve();
  const relay = await night.relay(RACE, String(SPEED), cable.url);
  const clock = () => (night as RaceNight).clock();
  await vi.waitFor(async () => expect(await clock()).toBeGreaterThan(20), { timeout: 30_000, interval: 100 });
  cable.pull();
  const at = await night.standingClock();
  await new Promise((resolve) => setTimeout(resolve, CUT_MS));
  expect(await clock()).toBe(at);
  cable.repair();
  await vi.waitFor(async () => expect(await clock()).toBeGreaterThan(at + (SPEED * CUT_MS) / 1000 - 10), {
    timeout: 60_000,
    interval: 100,
  });
  expect(await relay.ended).toBe(0);
  await expectAllOnce(night, expected);
});
