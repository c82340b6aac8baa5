import { afterEach, describe, expect, it, vi } from 'vitest';
import { stop } from '../okboxbox.js';
import { longOr } from './form.js';
import { expectSameRace, RaceNight, undisturbed } from './race-night.js';

/** The race lasts as long as the kills at this speed, and a while longer. */
const MINUTES = longOr(30, 12);
const RACE = `demo:100,cars=24,minutes=${MINUTES}`;
const FRAMES = MINUTES * 60 * 10;
const SPEED = '12';
const KILLS = longOr(100, 12);

let night: RaceNight;
afterEach(() => night.end());

/** Frames follow each other a tenth of a second apart, each once. */
function expectEachFrameOnce(times: readonly number[], atLeast: number): void {
  expect(times.length).toBeGreaterThan(atLeast);
  const steps = times.slice(1).map((time, i) => Math.round((time - (times[i] ?? 0)) * 100) / 100);
  expect(new Set(steps)).toEqual(new Set([0.1]));
}

describe('the server', () => {
  it(`killed ${KILLS} times in one race loses nothing and doubles nothing`, { timeout: 600_000 }, async () => {
    const expected = await undisturbed(RACE);
    night = await RaceNight.begin();
    let server = await night.serve();
    const relay = await night.relay(RACE, SPEED);
    let relayHasEnded = false;
    void relay.ended.then(() => {
      relayHasEnded = true;
    });
    let kills = 0;
    let clock = 0;
    while (kills < KILLS && !relayHasEnded) {
      // Anywhere: while it starts, greets, takes its first batch, or is in full swing.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 600));
      expect(await stop(server, 'SIGKILL')).toBe('SIGKILL');
      kills += 1;
      server = await night.serve();
      const now = await night.clock();
      // What viewers were shown may come again from the relay; what was on disk before is there at once.
      expect(now).toBeGreaterThanOrEqual(clock - 120);
      clock = now;
    }
    expect(kills).toBe(KILLS);
    expect(await relay.ended).toBe(0);
    const { sessionId } = await night.ended();
    expect(await night.sessions()).toHaveLength(1);
    expectEachFrameOnce(await night.frameTimes(sessionId), FRAMES * 0.94);
    expectSameRace(await night.results(sessionId), expected);
  });
});

describe('the relay', () => {
  it('killed and started again begins a session of its own; the one before is whole as far as it goes', {
    timeout: 120_000,
  }, async () => {
    night = await RaceNight.begin();
    await night.serve();
    const first = await night.relay(RACE, '40');
    await vi.waitFor(async () => expect(await night.clock()).toBeGreaterThan(60), { timeout: 30_000 });
    const [before] = await night.sessions();
    await stop(first, 'SIGKILL');
    const second = await night.relay(RACE, 'max');
    expect(await second.ended).toBe(0);
    const { sessionId } = await night.ended();
    expect(sessionId).not.toBe(before?.sessionId);
    const cut = await night.frameTimes(before?.sessionId ?? '');
    expectEachFrameOnce(cut, 500);
    expect(cut[0]).toBe(0);
    expectEachFrameOnce(await night.frameTimes(sessionId), FRAMES * 0.94);
  });
});
