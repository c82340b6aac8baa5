import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../../testing/temporary-folder.js';
import { libraryFile } from './private-library.js';

const inFolder = temporaryFolder();
let folders = 0;
const newBase = () => inFolder(`base-${++folders}`);
const LIBRARY = Buffer.from('the library that the program carries');

const expectLibrary = (file: string) => {
  expect(lstatSync(file).isFile()).toBe(true);
  expect(readFileSync(file)).toEqual(LIBRARY);
};

describe('a library that the program carries', () => {
  it('is written once, into a folder of this user alone', () => {
    const base = newBase();
    const file = libraryFile('koffi', LIBRARY, base);
    expectLibrary(file);
    expect(libraryFile('koffi', LIBRARY, base)).toBe(file);
    expect(readdirSync(dirname(file))).toHaveLength(1);
    if (process.platform !== 'win32') expect(lstatSync(dirname(file)).mode & 0o077).toBe(0);
  });

  it.each([
    ['another file of the same name and size', (file: string) => writeFileSync(file, Buffer.alloc(LIBRARY.length, 7))],
    ['an emptied file', (file: string) => writeFileSync(file, '')],
    ['a file that is cut', (file: string) => writeFileSync(file, LIBRARY.subarray(0, 9))],
  ])('is written again in place of %s', (_, hurt) => {
    const base = newBase();
    const file = libraryFile('koffi', LIBRARY, base);
    hurt(file);
    expectLibrary(libraryFile('koffi', LIBRARY, base));
    expectLibrary(file);
  });

  it.skipIf(process.platform === 'win32')(
    'is never loaded through a link, nor from a folder that others can write to',
    () => {
      const base = newBase();
      const file = libraryFile('koffi', LIBRARY, base);
      const folder = dirname(file);
      const elsewhere = inFolder('elsewhere');
      writeFileSync(elsewhere, LIBRARY);
      const linked = newBase();
      mkdirSync(join(linked, 'okboxbox'), { recursive: true });
      symlinkSync(folder, join(linked, 'okboxbox', 'lib'));
      expect(libraryFile('koffi', LIBRARY, linked).startsWith(linked)).toBe(false);
      chmodSync(folder, 0o777);
      const safe = libraryFile('koffi', LIBRARY, base);
      expectLibrary(safe);
      expect(dirname(safe)).not.toBe(folder);
    },
  );

  it('has a file of its own where that place cannot be had', () => {
    // A directory that is not empty is never replaced.
    const taken = newBase();
    const place = libraryFile('koffi', LIBRARY, newBase()).slice(-'koffi-'.length - 64 - '.node'.length);
    mkdirSync(join(taken, 'okboxbox', 'lib', place, 'x'), { recursive: true, mode: 0o700 });
    expectLibrary(libraryFile('koffi', LIBRARY, taken));
  });
});
