import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, expect, it, vi } from 'vitest';
import { okboxbox } from '../okboxbox.js';
import { expectAllOnce, pageOf, RaceNight, undisturbed } from './race-night.js';

const RACE = 'demo:disk,cars=20,minutes=20';

/** A disk of its own, of the given size in megabytes, where this user may mount one; never skipped in CI. */
function smallDisk(megabytes: number): string | null {
  const dir = mkdtempSync(join(tmpdir(), 'disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', dir], { stdio: 'ignore' });
    return dir;
  } catch (error) {
    rmSync(dir, { recursive: true });
    if (process.env.CI === 'true') throw error;
    return null;
  }
}

const disk = smallDisk(3);
const spoolDisk = smallDisk(2);
let night: RaceNight | undefined;
afterEach(async () => {
  await night?.end();
  night = undefined;
});
afterAll(() => {
  for (const each of [disk, spoolDisk]) {
    if (each === null) continue;
    execFileSync('umount', ['-l', each]);
    rmSync(each, { recursive: true });
  }
});

it.skipIf(disk === null)(
  'a disk that is full stops acknowledging, not timing; given room, it has every frame',
  { timeout: 180_000 },
  async () => {
    const expected = await undisturbed(RACE);
    night = await RaceNight.begin();
    const data = join(disk as string, 'data');
    // The database has its files elsewhere: this is about the timeline.
    await night.serve({ DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' }, data);
    const relay = await night.relay(RACE, '100');
    const checks = async () => (await (night as RaceNight).health()).checks;
    const soon = { timeout: 60_000, interval: 50 };
    await vi.waitFor(async () => expect((await checks()).timeline?.status).toBe('degraded'), soon);
    expect((await checks()).timeline?.detail).toMatch(/ENOSPC/);
    expect((await fetch(`${night.url}/api/health/ready`)).status).toBe(503);
    const at = await night.clock();
    await vi.waitFor(async () => expect(await (night as RaceNight).clock()).toBeGreaterThan(at + 30), soon);

    execFileSync('mount', ['-o', 'remount,size=64m', disk as string]);
    await vi.waitFor(async () => expect((await checks()).timeline?.status).toBe('ok'), soon);
    expect(await relay.ended).toBe(0);
    await expectAllOnce(night, expected);
  },
);

it.skipIf(spoolDisk === null)(
  "a relay's disk that is full while the server is away costs nothing, and nothing needs a restart",
  { timeout: 180_000 },
  async () => {
    const expected = await undisturbed(RACE);
    night = await RaceNight.begin();
    const spool = join(spoolDisk as string, 'spool');
    const relay = await night.relay(RACE, '100', night.url, { RELAY_SPOOL_DIR: spool });
    const page = () => pageOf(relay);
    const soon = { timeout: 60_000, interval: 50 };
    await vi.waitFor(() => expect(relay.stderr()).toMatch(/spool folder \S+ takes nothing \(ENOSPC/), soon);
    expect((await page()).problems.map(({ what }) => what).join()).toContain(`The spool folder ${spool} takes nothing`);
    const { records } = (await page()).queue;
    await vi.waitFor(async () => expect((await page()).queue.records).toBeGreaterThan(records + 3_000), soon);

    execFileSync('mount', ['-o', 'remount,size=64m', spoolDisk as string]);
    await vi.waitFor(() => expect(relay.stderr()).toContain('The disk takes what is captured again.'), soon);
    expect((await page()).problems.map(({ what }) => what).join()).not.toContain('takes nothing');
    expect((await page()).queue.lost).toBe(0);
    await night.serve();
    expect(await relay.ended).toBe(0);
    await expectAllOnce(night, expected);
  },
);

it.skipIf(disk === null)(
  'a disk that can only be read is named before anything is started',
  { timeout: 20_000 },
  async () => {
    execFileSync('mount', ['-o', 'remount,ro', disk as string]);
    const server = okboxbox(['server', '--data', join(disk as string, 'other')]);
    expect(await server.ended).toBe(1);
    expect(server.stderr()).toMatch(/DATA_DIR .*other cannot be written \(EROFS\).*--data or DATA_DIR/);
  },
);

it('a folder that cannot be made is named, with the way out', { timeout: 20_000 }, async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'file-')), 'file');
  writeFileSync(file, '');
  const server = okboxbox(['server', '--data', join(file, 'data')]);
  expect(await server.ended).toBe(1);
  expect(server.stderr()).toContain(`DATA_DIR ${join(file, 'data')} cannot be written (ENOTDIR)`);
  expect(server.stderr()).toContain('--data or DATA_DIR');
  rmSync(dirname(file), { recursive: true });
});
