import { chmodSync, linkSync, lstatSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../../../../testing/temporary-folder.js';
import { makePrivate } from './private-files.js';

const inFolder = temporaryFolder();
afterEach(() => vi.restoreAllMocks());

const modeOf = (path: string) => (lstatSync(path).mode & 0o7777).toString(8);
const file = (path: string, mode: number) => {
  writeFileSync(path, 'x');
  chmodSync(path, mode);
  return path;
};
const folder = (path: string, mode: number) => {
  mkdirSync(path, { recursive: true });
  chmodSync(path, mode);
  return path;
};

describe('a folder that is made private', () => {
  it('is 0700 with all folders in it, and its files are 0600; what is more closed stays as it is', async () => {
    const root = folder(inFolder('open'), 0o755);
    const deep = folder(join(root, 'sessions', 'sess_1'), 0o777);
    chmodSync(join(root, 'sessions'), 0o750);
    const files = [file(join(root, 'clock.json'), 0o644), file(join(deep, '000001.seg'), 0o666)];
    const more = file(join(deep, 'script'), 0o777);
    const readOnly = file(join(root, 'read-only'), 0o400);
    expect(await makePrivate(root)).toEqual({ corrected: 6, notOurs: 0, notOursFirst: [], modeNotKept: null });
    for (const path of [root, join(root, 'sessions'), deep]) expect([path, modeOf(path)]).toEqual([path, '700']);
    for (const path of [...files, more]) expect([path, modeOf(path)]).toEqual([path, '600']);
    expect(modeOf(readOnly)).toBe('400');
    expect(await makePrivate(root)).toMatchObject({ corrected: 0 });
  });

  it('leaves what links lead to as it is, and is found itself by a link', async () => {
    const outside = folder(inFolder('outside'), 0o755);
    const kept = file(join(outside, 'kept'), 0o644);
    const root = folder(inFolder('linked'), 0o755);
    symlinkSync(outside, join(root, 'a-folder'));
    symlinkSync(kept, join(root, 'a-file'));
    symlinkSync(root, join(root, 'itself'));
    symlinkSync(root, inFolder('link-to-it'));
    expect(await makePrivate(inFolder('link-to-it'))).toMatchObject({ corrected: 1, notOurs: 0 });
    expect([modeOf(root), modeOf(outside), modeOf(kept)]).toEqual(['700', '755', '644']);
  });

  it('leaves what belongs to another user, or is shared by all, and names it', async () => {
    const root = folder(inFolder('shared'), 0o1777);
    const within = file(join(root, 'theirs'), 0o644);
    expect(await makePrivate(root)).toEqual({ corrected: 0, notOurs: 1, notOursFirst: [root], modeNotKept: null });
    expect([modeOf(root), modeOf(within)]).toEqual(['1777', '644']);
    chmodSync(root, 0o755);
    vi.spyOn(process, 'getuid').mockReturnValue(lstatSync(root).uid + 1);
    expect(await makePrivate(root)).toMatchObject({ corrected: 0, notOurs: 1, notOursFirst: [root] });
    expect(modeOf(root)).toBe('755');
  });

  it('stops when it is told to, and finds nothing to do where nothing is', async () => {
    const root = folder(inFolder('stopped'), 0o755);
    expect(await makePrivate(root, AbortSignal.abort())).toMatchObject({ corrected: 0 });
    expect(await makePrivate(inFolder('nowhere'))).toMatchObject({ corrected: 0, notOurs: 0 });
  });

  it('closes a file in all places that it has a name in', async () => {
    const root = folder(inFolder('twice'), 0o700);
    linkSync(file(join(root, 'one'), 0o644), join(root, 'two'));
    await makePrivate(root);
    expect(readdirSync(root).map((name) => modeOf(join(root, name)))).toEqual(['600', '600']);
  });
});
