import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRecord } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../../testing/eventually.js';
import { temporaryFolder } from '../../../../testing/temporary-folder.js';
import { all, fill, greeting, upTo } from '../testing/spooled-records.js';
import { Spool } from './spool.js';

const inFolder = temporaryFolder();
let folders = 0;
const newFolder = () => inFolder(`spool-${++folders}`);
const MB = 1024 * 1024;

function open(dir: string, maxBytes = 64 * MB, said: string[] = []): Promise<Spool> {
  return Spool.open({ dir, backends: () => ['a', 'b'], maxBytes: () => maxBytes, say: (text) => said.push(text) });
}

describe('a spool', () => {
  it('gives what is not acknowledged, and lets go of what every target has', async () => {
    const spool = await open(newFolder());
    spool.targets = ['a', 'b'];
    const stream = spool.begin(greeting('r'));
    fill(spool, stream, 100);
    expect(await all(stream)).toEqual(upTo(100));
    spool.acknowledge(stream, 'a', 60);
    expect(stream.first).toBe(1);
    spool.acknowledge(stream, 'b', 40);
    expect(await all(stream)).toEqual(upTo(100, 41));
    expect(spool.fill(2_000)).toEqual({ records: 60, bytes: 6_000, oldestMs: 960, lost: 0, damaged: 0 });
    spool.targets = ['a'];
    expect(stream.first).toBe(61);
    await spool.close({ reason: 'stopped' });
  });

  it('reads from the disk what memory has let go of, in any pieces', async () => {
    const spool = await open(newFolder());
    spool.targets = ['a'];
    const stream = spool.begin(greeting('r'));
    for (let i = 0; i < 40; i++) {
      fill(spool, stream, 250, 1_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await eventually(async () => expect((await stream.read(1, 5_000, 3)).map(({ seq }) => seq)).toEqual([1, 2, 3]));
    expect(await all(stream)).toEqual(upTo(10_000));
    expect(await all(stream, 9_990)).toEqual(upTo(10_000, 9_990));
    await spool.close({ reason: 'stopped' });
  });

  it('has nothing on disk any more once every target has all of a stream that has ended', async () => {
    const dir = newFolder();
    const spool = await open(dir);
    spool.targets = ['a'];
    const stream = spool.begin(greeting('r'));
    fill(spool, stream, 50);
    stream.end({ reason: 'finished' });
    spool.acknowledge(stream, 'a', 50);
    expect(spool.nextFor('a', new Set())).toBe(stream);
    spool.finish(stream, 'a');
    expect(spool.nextFor('a', new Set())).toBeUndefined();
    await eventually(() => expect(existsSync(dir) ? readdirSync(dir) : []).toEqual([]));
  });

  it('has nothing under way any more when it is closed: its folder can be deleted, and nothing comes back', async () => {
    for (let round = 0; round < 20; round++) {
      const dir = newFolder();
      const spool = await open(dir);
      spool.targets = ['a'];
      const stream = spool.begin(greeting('r'));
      fill(spool, stream, 50);
      await eventually(() => expect(readdirSync(dir)).toHaveLength(1));
      stream.end({ reason: 'finished' });
      spool.finish(stream, 'a');
      await spool.close({ reason: 'stopped' });
      expect(readdirSync(dir)).toEqual([]);
    }
  });

  it('is kept to its bound: the oldest go, are counted and said, and never more than has to', async () => {
    const said: string[] = [];
    const spool = await open(newFolder(), 2 * MB, said);
    spool.targets = ['a'];
    const stream = spool.begin(greeting('r'));
    for (let i = 0; i < 100; i++) {
      fill(spool, stream, 100, 1_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const { records, lost, bytes } = spool.fill(0);
    expect(records + lost).toBe(10_000);
    expect(bytes).toBeLessThanOrEqual(2 * MB);
    // A segment is an eighth of the bound.
    expect(bytes).toBeGreaterThan(1.6 * MB);
    expect(stream.lostUpTo).toBe(lost);
    expect(await all(stream)).toEqual(upTo(10_000, lost + 1));
    await spool.close({ reason: 'stopped' });
    const told = said.map((text) => Number(/^(\d+) records are lost .* the spool is full/.exec(text)?.[1]));
    expect(told.reduce((sum, records) => sum + records, 0)).toBe(lost);
  });

  it('keeps the session line of a stream whose beginning is gone', async () => {
    const dir = newFolder();
    const spool = await open(dir, 1 * MB);
    spool.targets = ['a'];
    fill(spool, spool.begin(greeting('r')), 5_000, 1_000);
    await spool.close({ reason: 'stopped' });
    const again = await open(dir, 1 * MB);
    expect(again.streams[0]?.first).toBeGreaterThan(1);
    expect(again.streams[0]?.session?.seq).toBe(1);
    expect(readRecord(again.streams[0]?.session?.bytes ?? new Uint8Array()).seq).toBe(1);
    await again.close({ reason: 'stopped' });
  });
});

describe('a disk that takes nothing', () => {
  it('is said once; what is captured is kept in memory and given all the same', async () => {
    const file = inFolder('a-file');
    writeFileSync(file, '');
    const said: string[] = [];
    // A folder below a file cannot be made.
    const spool = await open(join(file, 'spool'), 64 * MB, said);
    spool.targets = ['a'];
    const stream = spool.begin(greeting('r'));
    fill(spool, stream, 1_000);
    expect(await all(stream)).toEqual(upTo(1_000));
    await eventually(() => expect(said).toHaveLength(1));
    expect(said[0]).toMatch(/The spool folder .+ takes nothing \(.+\): what is captured is kept in memory/);
    await spool.close({ reason: 'stopped' });
    // What only memory had is gone with the relay, and that is said.
    expect(said[1]).toMatch(
      /^1000 records \(1\.0 s\) are lost before every server had them: the spool folder takes nothing/,
    );
    expect(spool.fill(0)).toMatchObject({ lost: 1_000, damaged: 0 });
  });

  it('has what was captured once it takes it again', async () => {
    const file = inFolder('another-file');
    writeFileSync(file, '');
    const said: string[] = [];
    const spool = await open(join(file, 'spool'), 64 * MB, said);
    spool.targets = ['a'];
    fill(spool, spool.begin(greeting('r')), 100);
    await eventually(() => expect(said).toHaveLength(1));
    rmSync(file);
    mkdirSync(file);
    await eventually(() => expect(said.at(-1)).toBe('The disk takes what is captured again.'));
    await spool.close({ reason: 'stopped' });
    const again = await open(join(file, 'spool'));
    expect(await all(again.streams[0] as NonNullable<(typeof again.streams)[0]>)).toEqual(upTo(100));
    await again.close({ reason: 'stopped' });
  });
});
