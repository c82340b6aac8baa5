import { lstatSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../../testing/temporary-folder.js';
import { claimFolder, type FolderClaim } from './claim.js';

const inFolder = temporaryFolder();
let folders = 0;
function newFolder(name = ''): string {
  const dir = inFolder(`folder-${++folders}${name}`);
  mkdirSync(dir, { recursive: true });
  return dir;
}

async function taken(dir: string): Promise<FolderClaim> {
  const claim = await claimFolder(dir);
  if ('refused' in claim) throw new Error(claim.because);
  return claim;
}

const refusal = async (dir: string) => {
  const claim = await claimFolder(dir);
  if ('refused' in claim) return claim.refused;
  await claim.release();
  return 'taken';
};

const claimsIn = (dir: string) => readdirSync(dir).filter((name) => name.startsWith('owner.'));

describe('a folder of the spool', () => {
  it('belongs to one of many that take it at once, again and again', async () => {
    const dir = newFolder();
    for (let round = 0; round < 20; round++) {
      const claims = await Promise.all(Array.from({ length: 40 }, () => claimFolder(dir)));
      const had = claims.filter((claim): claim is FolderClaim => !('refused' in claim));
      expect(had).toHaveLength(1);
      expect(await refusal(dir)).toBe('owned');
      await had[0]?.release();
    }
  });

  it('belongs to one while it is passed on from one to the next without a pause', async () => {
    const dir = newFolder();
    let holders = 0;
    let turns = 0;
    const contend = async () => {
      while (turns < 60) {
        const claim = await claimFolder(dir);
        if ('refused' in claim) continue;
        holders += 1;
        expect(holders).toBe(1);
        await new Promise((resolve) => setImmediate(resolve));
        turns += 1;
        holders -= 1;
        await claim.release();
      }
    };
    await Promise.all(Array.from({ length: 6 }, contend));
    expect(claimsIn(dir)).toHaveLength(1);
  });

  it('whose path is too long for a socket is taken all the same, and by one alone', async () => {
    const dir = newFolder(`-${'long'.repeat(50)}`);
    const claim = await taken(dir);
    expect(await refusal(dir)).toBe('owned');
    await claim.release();
    expect(await refusal(dir)).toBe('taken');
  });

  it('on a disk that holds no sockets is taken beside it', async () => {
    const dir = newFolder();
    const places = [join(dir, 'not', 'there'), newFolder()];
    const claim = await claimFolder(dir, places);
    expect(claim).not.toHaveProperty('refused');
    expect(await claimFolder(dir, places)).toMatchObject({ refused: 'owned' });
    await (claim as FolderClaim).release();
    expect(await claimFolder(dir, places)).not.toHaveProperty('refused');
  });

  it.each([
    ['nothing', (path: string) => writeFileSync(path, '')],
    ['garbage', (path: string) => writeFileSync(path, 'garbage')],
    ['a directory', (path: string) => mkdirSync(path)],
  ])('is in doubt where its claim has become %s, and is not taken', async (_, hurt) => {
    const dir = newFolder();
    const claim = await taken(dir);
    const [name] = claimsIn(dir) as [string];
    expect(lstatSync(join(dir, name)).isSocket()).toBe(true);
    rmSync(join(dir, name));
    hurt(join(dir, name));
    expect(await claimFolder(dir)).toMatchObject({ refused: 'doubt', because: expect.stringContaining(name) });
    await claim.release();
    expect(await refusal(dir)).toBe('doubt');
  });

  it('is not in doubt for what anybody writes beside the claim', async () => {
    const dir = newFolder();
    const claim = await taken(dir);
    writeFileSync(join(dir, 'owner'), '');
    expect(await refusal(dir)).toBe('owned');
    await claim.release();
    expect(await refusal(dir)).toBe('taken');
  });

  it.each([
    ['names a process that runs', String(process.pid), 'doubt'],
    ['is empty, as it was for a moment every few seconds', '', 'doubt'],
    ['names none', 'x', 'doubt'],
    ['names one that is gone', String(2 ** 22 + 1), 'taken'],
  ])('of a relay of a version before, whose owner file %s', async (_, text, expected) => {
    const dir = newFolder();
    writeFileSync(join(dir, 'owner'), text);
    expect(await refusal(dir)).toBe(expected);
  });
});
