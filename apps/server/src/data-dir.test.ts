import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockDataDir } from './data-dir.js';
import { DataDirError } from './data-files.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'data-dir-'));
});
afterEach(() => {
  chmodSync(dir, 0o700);
  rmSync(dir, { recursive: true, force: true });
});

describe('the lock of a data directory', () => {
  it('keeps a second server out, and names the process that holds it', async () => {
    // The parent of this test runs as long as the test does.
    writeFileSync(join(dir, 'server.lock'), JSON.stringify({ pid: process.ppid, born: null }));
    await expect(lockDataDir(dir)).rejects.toThrow(
      new RegExp(`in use by another server \\(process ${process.ppid}\\)`),
    );
  });

  it('is taken over from a process that was killed, also where its number was given out again', async () => {
    writeFileSync(join(dir, 'server.lock'), JSON.stringify({ pid: 2 ** 22 + 1, born: null }));
    await (await lockDataDir(dir))();
    writeFileSync(join(dir, 'server.lock'), JSON.stringify({ pid: process.ppid, born: 'long ago' }));
    await (await lockDataDir(dir))();
  });

  it('is taken over where the file is empty, as after a power cut', async () => {
    writeFileSync(join(dir, 'server.lock'), '');
    await (await lockDataDir(dir))();
  });

  it('can be taken again after it was let go', async () => {
    await (await lockDataDir(dir))();
    await (await lockDataDir(dir))();
  });

  it('says what to do where the directory cannot be made', async () => {
    writeFileSync(join(dir, 'file'), '');
    await expect(lockDataDir(join(dir, 'file'))).rejects.toThrow(DataDirError);
    await expect(lockDataDir(join(dir, 'file'))).rejects.toThrow(/--data or DATA_DIR/);
  });
});
