import { execFileSync } from 'node:child_process';
import { afterEach, expect, it, vi } from 'vitest';
import { postgresql, WITHOUT_POSTGRESQL } from '../../apps/server/src/testing/databases.js';
import { Cable } from './cable.js';
import { longOr } from './form.js';
import { expectSameRace, RaceNight, undisturbed } from './race-night.js';

/** How long PostgreSQL is away, in seconds, and how often the embedded database is killed. */
const AWAY_S = longOr(30, 10);
const KILLS = longOr(4, 2);
const RACE = `demo:database,cars=20,minutes=${longOr(10, 6)}`;

let night: RaceNight;
afterEach(() => night.end());

/** Process of the embedded database of a server, where it runs. */
function databaseOf(server: number | undefined): number | null {
  const children = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(server)], { encoding: 'utf8' });
  const line = children.split('\n').find((each) => each.includes('database'));
  return line === undefined ? null : Number(line.trim().split(/\s+/)[0]);
}

it('a database that dies, again and again, costs the race nothing, and has all of it in the end', {
  timeout: 180_000,
}, async () => {
  const expected = await undisturbed(RACE);
  night = await RaceNight.begin();
  const server = await night.serve();
  const relay = await night.relay(RACE, '30');
  const soon = { timeout: 30_000, interval: 50 };
  for (let i = 0; i < KILLS; i++) {
    const pid = await vi.waitFor(() => databaseOf(server.process.pid) ?? Promise.reject(new Error('none')), soon);
    const before = await night.clock();
    process.kill(pid, 'SIGKILL');
    // Timing goes on.
    await vi.waitFor(async () => expect(await night.clock()).toBeGreaterThan(before + 20), soon);
  }
  expect(await relay.ended).toBe(0);
  const { sessionId } = await night.ended();
  await vi.waitFor(async () => expect((await night.health()).checks.database?.status).toBe('ok'), soon);
  expectSameRace(await night.results(sessionId), expected);
  // What is read from the store after a restart is the same race.
  server.process.kill('SIGTERM');
  await server.ended;
  await night.serve();
  expectSameRace(await night.results(sessionId), expected);
});

it.skipIf(WITHOUT_POSTGRESQL)(
  `PostgreSQL away for ${AWAY_S} s is said, and made up for when it is back`,
  {
    timeout: 180_000,
  },
  async () => {
    const expected = await undisturbed(RACE);
    const database = await postgresql();
    if (database.place.kind !== 'postgresql') throw new Error('This is no PostgreSQL.');
    const address = new URL(database.place.url);
    const cable = await Cable.to(Number(address.port));
    address.port = new URL(cable.url).port;
    night = await RaceNight.begin();
    try {
      await night.serve({ DATABASE_URL: address.href });
      const relay = await night.relay(RACE, '15');
      const check = async () => (await night.health()).checks.database;
      const soon = { timeout: 30_000, interval: 50 };
      await vi.waitFor(async () => expect((await check())?.detail).toContain('are being stored'), soon);
      await vi.waitFor(async () => expect(await night.clock()).toBeGreaterThan(60), soon);
      cable.pull();
      await vi.waitFor(async () => expect((await check())?.status).toBe('degraded'), soon);
      const before = await night.clock();
      await vi.waitFor(async () => expect((await check())?.detail).toMatch(new RegExp(`away for ${AWAY_S} s`)), {
        timeout: 60_000,
      });
      // At fifteen times the race: timing has gone on, and the server is ready all the while.
      expect(await night.clock()).toBeGreaterThan(before + 10 * AWAY_S);
      expect((await fetch(`${night.url}/api/health/ready`)).status).toBe(200);
      cable.repair();
      await vi.waitFor(async () => expect((await check())?.status).toBe('ok'), soon);
      expect(await relay.ended).toBe(0);
      const { sessionId } = await night.ended();
      expectSameRace(await night.results(sessionId), expected);
    } finally {
      await night.end();
      await cable.close();
      await database.drop();
    }
  },
);
