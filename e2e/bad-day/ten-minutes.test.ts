import { afterEach, expect, it, vi } from 'vitest';
import { Cable } from './cable.js';
import { expectAllOnce, RaceNight, undisturbed } from './race-night.js';

const RACE = 'demo:ten-minutes,cars=20,minutes=22';
const CUT_MS = 10 * 60_000;

let night: RaceNight | undefined;
let cable: Cable | undefined;
afterEach(async () => {
  await night?.end();
  await cable?.close();
});

it('everything captured arrives once and in order when the network is cut for ten minutes', {
  timeout: CUT_MS + 600_000,
}, async () => {
  const expected = await undisturbed(RACE);
  night = await RaceNight.begin();
  cable = await Cable.to(night.port);
  await night.serve();
  // Twice as fast as real time: twenty minutes of racing wait on the relay in the end.
  const relay = await night.relay(RACE, '2', cable.url);
  const clock = () => (night as RaceNight).clock();
  await vi.waitFor(async () => expect(await clock()).toBeGreaterThan(20), { timeout: 30_000, interval: 100 });
  cable.pull();
  const at = await clock();
  await new Promise((resolve) => setTimeout(resolve, CUT_MS));
  expect(await clock()).toBe(at);
  cable.mend();
  await vi.waitFor(async () => expect(await clock()).toBeGreaterThan(at + 1_190), { timeout: 60_000, interval: 100 });
  expect(await relay.ended).toBe(0);
  await expectAllOnce(night, expected);
});
