import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../testing/eventually.js';
import { temporaryFolder } from '../../../testing/temporary-folder.js';
import { hasEmbeddedDatabase } from './store/embedded/embedded-database.js';
import { race } from './testing/race.js';
import { serverForEachTest } from './testing/running-server.js';

const { restart, relay, token, get, post, dataDir, pass } = serverForEachTest();
const outside = temporaryFolder();

/** All that is in a folder and is open to other users, with its mode; links are not followed. */
function openToOthers(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    const path = join(entry.parentPath, entry.name);
    if (entry.isSymbolicLink() || !existsSync(path)) return [];
    const mode = lstatSync(path).mode & 0o777;
    return (mode & 0o077) === 0 ? [] : [`${path} ${mode.toString(8)}`];
  });
}

async function databaseIsThere(): Promise<void> {
  await eventually(async () => {
    const { checks } = (await get<{ checks: { database: { detail: string } } }>('/api/health')).body;
    expect(checks.database.detail).toContain('are being stored');
  });
}

/** A race with everything in it that leaves a file. */
async function evening(): Promise<void> {
  const rig = await relay();
  await rig.send(race(40), 1);
  pass(40_000);
  await rig.send(race(40).slice(-5), 41);
  await post('/api/tokens/revoke', { jti: 'x' }, await token('admin'));
  await rig.relay.emitWithAck('relay:bye', { reason: 'finished' });
}

describe.skipIf(!hasEmbeddedDatabase())('the data directory', () => {
  it('is made for this user alone: every folder 0700, every file 0600, the database among them', async () => {
    await databaseIsThere();
    await evening();
    const names = readdirSync(dataDir());
    for (const name of ['database', 'sessions', 'shows', 'server.lock', 'revoked-tokens.json', 'clock.json']) {
      expect(names).toContain(name);
    }
    expect(existsSync(join(dataDir(), 'database', 'PG_VERSION'))).toBe(true);
    expect(openToOthers(dataDir())).toEqual([]);
    expect(lstatSync(dataDir()).mode & 0o777).toBe(0o700);
  });

  it('is corrected at the next start where an earlier version left it open; what links lead to is left alone', async () => {
    await databaseIsThere();
    await evening();
    const other = outside('elsewhere');
    await restart(() => {
      mkdirSync(other);
      writeFileSync(join(other, 'file'), '');
      chmodSync(join(other, 'file'), 0o644);
      symlinkSync(other, join(dataDir(), 'link'));
      for (const entry of readdirSync(dataDir(), { recursive: true, withFileTypes: true })) {
        if (!entry.isSymbolicLink()) chmodSync(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o666);
      }
      chmodSync(dataDir(), 0o755);
      expect(openToOthers(dataDir()).length).toBeGreaterThan(900);
    });
    await eventually(() => expect(openToOthers(dataDir())).toEqual([]));
    expect(lstatSync(dataDir()).mode & 0o777).toBe(0o700);
    expect(lstatSync(join(other, 'file')).mode & 0o777).toBe(0o644);
    await databaseIsThere();
    expect(openToOthers(dataDir())).toEqual([]);
  });
});
