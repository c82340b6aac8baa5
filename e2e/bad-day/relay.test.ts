import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ScriptedServer } from '../../apps/relay/src/testing/scripted-server.js';
import { stop } from '../okboxbox.js';
import { expectAllOnce, expectWhole, pageOf, RaceNight, type Results, undisturbed } from './race-night.js';

const RACE = 'demo:relay,cars=20,minutes=12';
const SOON = { timeout: 60_000, interval: 50 };

let expected: Results | null = null;
let night: RaceNight;
beforeEach(async () => {
  night = await RaceNight.begin();
});
afterEach(() => night.end());

const clockPast = (seconds: number) =>
  vi.waitFor(async () => expect(await night.clock()).toBeGreaterThan(seconds), SOON);

describe('everything captured arrives once and in order, without a restart', () => {
  beforeEach(async () => {
    expected ??= await undisturbed(RACE);
  }, 180_000);

  it('when the laptop sleeps through ten minutes of the race', { timeout: 180_000 }, async () => {
    await night.serve();
    const relay = await night.relay(RACE, '12');
    await clockPast(20);
    relay.process.kill('SIGSTOP');
    const at = await night.standingClock();
    await new Promise((resolve) => setTimeout(resolve, 50_000));
    expect(await night.clock()).toBe(at);
    relay.process.kill('SIGCONT');
    await clockPast(at + 590);
    await vi.waitFor(() => expect(relay.stderr()).toMatch(/This PC slept, or gave the relay no time, for \d+ s/), SOON);
    // The server has disconnected it meanwhile: it says so, and comes back.
    expect(relay.stderr()).toMatch(/tries again in .* connection lost/);
    expect(await relay.ended).toBe(0);
    await expectAllOnce(night, expected as Results);
  });

  it("when the PC's clock is 7 s off, and is set in mid-race", { timeout: 120_000 }, async () => {
    const file = join(night.data.dir, 'clock-ahead');
    writeFileSync(file, '7000');
    await night.serve({ DIAGNOSTICS_ENABLED: '1' });
    const preload = pathToFileURL(join(import.meta.dirname, 'set-clock.mjs')).href;
    const env = { NODE_OPTIONS: `--import ${preload}`, CLOCK_AHEAD_FILE: file };
    const relay = await night.relay(RACE, '40', night.url, env);
    const clock = async () => {
      const known = (await night.parity()).sessions[0]?.relays[0]?.clock;
      if (known == null) throw new Error('The clock is not known yet.');
      return known;
    };
    // Each process reads the machine's clock once, at its start; a virtual machine's is not even.
    const ANCHORS_MS = 25;
    const expectOffset = (offsetMs: number, { is, boundMs }: { is: number; boundMs: number }) =>
      expect(Math.abs(offsetMs - is)).toBeLessThanOrEqual(boundMs + ANCHORS_MS);
    const before = await vi.waitFor(clock, SOON);
    expectOffset(before.offsetMs, { is: 7_000, boundMs: before.boundMs });
    expect(before).toMatchObject({ steps: 0, wallSteps: 0 });
    await vi.waitFor(
      async () =>
        expect((await pageOf(relay)).problems.map(({ what }) => what)).toContain("This PC's clock is 7.0 s fast."),
      SOON,
    );

    writeFileSync(file, '-3000');
    await vi.waitFor(async () => expect((await clock()).wallSteps).toBe(1), SOON);
    const after = await clock();
    // What frames are stamped with has not moved; what the PC's clock says has.
    expect(Math.abs(after.offsetMs - before.offsetMs)).toBeLessThanOrEqual(before.boundMs + after.boundMs + 1);
    expect(after.steps).toBe(0);
    expectOffset(after.wallOffsetMs, { is: -3_000, boundMs: after.boundMs });
    expect(await relay.ended).toBe(0);
    await expectAllOnce(night, expected as Results);
  });

  it('when the server speaks a newer protocol for a while', { timeout: 180_000 }, async () => {
    const server = await night.serve();
    const relay = await night.relay(RACE, '20');
    await clockPast(20);
    await stop(server);
    const because = 'The relay speaks protocol 1, this server 2. Update the relay.';
    const onHello = () => ({ ok: false, error: { code: 'version_mismatch', message: because } }) as const;
    const newer = await ScriptedServer.listen({ onHello }, night.port);
    await vi.waitFor(() => expect(relay.stderr()).toMatch(/tries again in (30|29)\.\d s: The relay speaks/), SOON);
    const [problem] = (await pageOf(relay)).problems;
    expect(problem).toMatchObject({
      what: expect.stringContaining(because),
      doThis: expect.stringContaining('Install the program that it asks for'),
    });
    const { records } = (await pageOf(relay)).queue;
    await vi.waitFor(async () => expect((await pageOf(relay)).queue.records).toBeGreaterThan(records + 500), SOON);
    expect(newer.came).toEqual([]);
    await newer.close();
    await night.serve();
    expect(await relay.ended).toBe(0);
    expect((await night.sessions()).length).toBe(1);
    await expectAllOnce(night, expected as Results);
  });
});

describe('an evening of three sessions', () => {
  const EVENING = 'demo:evening,cars=20,minutes=8,evening';

  /** What the sessions of the evening came to, first to last; all of them have ended. */
  async function sessions(): Promise<readonly string[]> {
    await vi.waitFor(async () => {
      const seen = await night.sessions();
      expect(seen.map(({ status }) => status)).toEqual(['ended', 'ended', 'ended']);
    }, SOON);
    const seen = await night.sessions();
    return [...seen].sort((a, b) => a.startedAt - b.startedAt).map(({ sessionId }) => sessionId);
  }

  it('that are run while the server is away are whole on it, each by itself', { timeout: 120_000 }, async () => {
    await night.serve();
    expect(await (await night.relay(EVENING, 'max')).ended).toBe(0);
    const undisturbedOnes: Results[] = [];
    for (const sessionId of await sessions()) undisturbedOnes.push(await night.results(sessionId));
    await night.end();

    night = await RaceNight.begin();
    const relay = await night.relay(EVENING, 'max');
    await vi.waitFor(async () => expect((await pageOf(relay)).queue.records).toBeGreaterThan(15_000), SOON);
    await vi.waitFor(() => expect(relay.stderr()).toContain('tries again in'), SOON);
    await night.serve();
    expect(await relay.ended).toBe(0);
    for (const [i, sessionId] of (await sessions()).entries()) {
      await expectWhole(night, sessionId, undisturbedOnes[i] as Results);
    }
  });
});
