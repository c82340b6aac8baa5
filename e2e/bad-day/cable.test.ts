import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../../testing/eventually.js';
import type { Running } from '../okboxbox.js';
import { Cable } from './cable.js';
import { longOr } from './form.js';
import { expectAllOnce, RaceNight, type Results, undisturbed } from './race-night.js';

const RACE = `demo:cable,cars=20,minutes=${longOr(20, 10)}`;
/** How long the network is cut, in seconds. */
const CUT_S = longOr(30, 12);
/** How long the server stands still, in seconds: longer than an acknowledgement is waited for. */
const STILL_S = longOr(20, 13);

let expected: Results | null = null;
let night: RaceNight;
let cable: Cable;
let server: Running;
let relay: Running;

beforeEach(async () => {
  expected ??= await undisturbed(RACE);
  night = await RaceNight.begin();
  cable = await Cable.to(night.port);
  server = await night.serve();
}, 180_000);
afterEach(async () => {
  await night.end();
  await cable.close();
});

/** Runs the race through the cable, does harm to it in the middle, and compares what has come of it. */
async function race(speed: string, harm: () => Promise<void>): Promise<void> {
  relay = await night.relay(RACE, speed, cable.url);
  await vi.waitFor(async () => expect(await night.clock()).toBeGreaterThan(30), { timeout: 30_000 });
  await harm();
  expect(await relay.ended).toBe(0);
  await expectAllOnce(night, expected as Results);
}

const seconds = (count: number) => new Promise((resolve) => setTimeout(resolve, count * 1000));

describe('everything captured arrives once and in order', () => {
  it('when the network is cut for a second', { timeout: 180_000 }, async () => {
    await race('60', async () => {
      cable.pull();
      await seconds(1);
      cable.repair();
    });
    expect(relay.stderr()).toContain('tries again in');
  });

  it(`when it is cut for ${CUT_S} s, in which minutes of the race are run`, { timeout: 240_000 }, async () => {
    await race('20', async () => {
      cable.pull();
      const at = await night.standingClock();
      await seconds(CUT_S);
      // Nothing has come meanwhile, and all of it comes at once: far faster than it was captured.
      expect(await night.clock()).toBe(at);
      cable.repair();
      await vi.waitFor(async () => expect(await night.clock()).toBeGreaterThan(at + 20 * CUT_S - 50), {
        timeout: 25_000,
        interval: 100,
      });
    });
  });

  it('when the connection goes dead and nobody is told', { timeout: 180_000 }, async () => {
    await race('30', async () => {
      cable.kill();
      await eventually(() => expect(relay.stderr()).toContain('no acknowledgement for 10 s'));
      cable.repair();
    });
  });

  it(`when the server stands still for ${STILL_S} s`, { timeout: 180_000 }, async () => {
    await race('30', async () => {
      server.process.kill('SIGSTOP');
      await seconds(STILL_S);
      server.process.kill('SIGCONT');
    });
  });
});
