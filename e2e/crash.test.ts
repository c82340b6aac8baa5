import type { Lap, SessionSummary } from '@okboxbox/protocol';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { eventually } from '../testing/eventually.js';
import {
  freePort,
  getJson,
  MONZA,
  okboxbox,
  type Running,
  run,
  stop,
  temporaryData,
  tokenOf,
  WITHOUT_DATA,
} from './okboxbox.js';

let data: ReturnType<typeof temporaryData>;
const running: Running[] = [];

beforeEach(() => {
  data = temporaryData();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => stop(each)));
  data.remove();
});

function started(args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
  const each = okboxbox(args, env);
  running.push(each);
  return each;
}

it.skipIf(WITHOUT_DATA)(
  'a server killed in mid-race, again and again, has every frame once and the laps of an undisturbed race',
  { timeout: 180_000 },
  async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const serve = async () => {
      const server = started(['server', '--port', String(port), '--data', data.dir], { LOG_LEVEL: 'info' });
      await eventually(() => expect(server.stderr()).toContain('Ok, Box Box serves'));
      return server;
    };
    let server = await serve();
    const token = await tokenOf(data.dir, 'team');
    const relay = started(['relay', '--source', `lapchart:${MONZA}`, '--speed', '200'], {
      RELAY_BACKENDS: url,
      RELAY_TOKEN: await tokenOf(data.dir, 'relay', '--show', 'local'),
    });
    const session = async () => (await getJson<SessionSummary[]>(`${url}/api/sessions`, token))[0];
    const lapsOf = async () => getJson<Lap[]>(`${url}/api/sessions/${(await session())?.sessionId}/laps`, token);

    let laps: Lap[] = [];
    for (const reached of [20, 80, 150]) {
      await vi.waitFor(async () => expect((await lapsOf()).length).toBeGreaterThan(reached), {
        timeout: 60_000,
        interval: 30,
      });
      laps = await lapsOf();
      expect(await stop(server, 'SIGKILL')).toBe('SIGKILL');
      server = await serve();
      // What had been acknowledged is there at once; what was seen but not yet on disk comes again from the relay.
      await eventually(async () => expect((await lapsOf()).slice(0, laps.length)).toEqual(laps));
    }
    expect(await relay.ended).toBe(0);

    await eventually(async () => expect((await session())?.status).toBe('ended'));
    const undisturbed = JSON.parse((await run(['results', `lapchart:${MONZA}`, '--json'])).out) as { laps: Lap[] };
    // The wire carries 32-bit fractions of a lap: a time may round to the next millisecond.
    const rounded = (list: readonly Lap[]) => list.map(({ lapTimeMs: _, crossedAtMs: __, ...rest }) => rest);
    const times = (list: readonly Lap[]) => list.flatMap((lap) => [lap.lapTimeMs ?? 0, lap.crossedAtMs]);
    const counted = await lapsOf();
    expect(rounded(counted)).toEqual(rounded(undisturbed.laps));
    const expected = times(undisturbed.laps);
    expect(Math.max(...times(counted).map((ms, i) => Math.abs(ms - (expected[i] ?? 0))))).toBeLessThanOrEqual(1);

    const recording = await fetch(`${url}/api/sessions/${(await session())?.sessionId}/recording`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const frameTimes = (await recording.text())
      .split('\n')
      .filter((line) => line.startsWith('{"kind":"frame"'))
      .map((line) => (JSON.parse(line) as { sessionTime: number }).sessionTime);
    expect(frameTimes.length).toBeGreaterThan(15_000);
    const steps = frameTimes.slice(1).map((time, i) => Math.round((time - (frameTimes[i] ?? 0)) * 10));
    expect(new Set(steps)).toEqual(new Set([1]));
  },
);
