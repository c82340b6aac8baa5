import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../../../testing/eventually.js';
import { temporaryFolder } from '../../../../testing/temporary-folder.js';
import { all, fill, greeting, ON_DISK, upTo } from '../testing/spooled-records.js';
import { Spool } from './spool.js';
import type { SpoolStream } from './spool-stream.js';

const inFolder = temporaryFolder();
let folders = 0;
const newFolder = () => inFolder(`spool-${++folders}`);
const MB = 1024 * 1024;
const stopped = { reason: 'stopped' } as const;

function open(dir: string, said: string[] = [], backends = ['a', 'b']): Promise<Spool> {
  return Spool.open({ dir, backends: () => backends, maxBytes: () => MB, say: (text) => said.push(text) });
}

const segmentsIn = (folder: string) => readdirSync(folder).filter((name) => name.endsWith('.seg'));

/**
 * A folder as a relay leaves it that is killed: nothing is closed. It is a copy, without the claim of this process, which
 * lives on.
 */
async function crashed(count: number, size = 100): Promise<string> {
  const dir = newFolder();
  const spool = await open(dir);
  spool.targets = ['a'];
  const stream = spool.begin(greeting('r'));
  stream.sessionTime = 12.5;
  const run = join(dir, 'r');
  for (let put = 0; put < count; ) {
    const some = Math.min(50, count - put);
    fill(spool, stream, some, size);
    put += some;
    await eventually(() => {
      const bytes = segmentsIn(run).map((name) => lstatSync(join(run, name)).size - 8);
      expect(bytes.reduce((sum, each) => sum + each, 0)).toBe(put * (size + ON_DISK));
    });
  }
  await eventually(() => expect(existsSync(join(run, 'session.record'))).toBe(true));
  await eventually(() => expect(readFileSync(join(run, 'extent.json'), 'utf8')).toContain(`"last":${count}`));
  const left = copyOf(dir);
  await spool.close(stopped);
  return left;
}

function copyOf(dir: string): string {
  const copy = newFolder();
  cpSync(dir, copy, { recursive: true, filter: (path) => !lstatSync(path).isSocket() });
  return copy;
}

describe('a spool after a crash', () => {
  it('has every record, and who was to be greeted how', async () => {
    const said: string[] = [];
    const spool = await open(await crashed(500), said);
    const [stream] = spool.streams as [SpoolStream];
    expect(stream.greeting).toEqual(greeting('r'));
    expect(stream.ended).toEqual({ reason: 'stopped' });
    expect(await all(stream)).toEqual(upTo(500));
    expect(said).toEqual(['500 records of a run before are still here; they are sent first.']);
    expect(spool.fill(0)).toMatchObject({ records: 500, lost: 0, damaged: 0 });
    await spool.close(stopped);
  });

  it('that cut the file at any byte has every record that was whole, and counts the others', async () => {
    const dir = await crashed(40);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 8 + 40 * 116 }), async (length) => {
        const cut = copyOf(dir);
        truncateSync(join(cut, 'r', '0000000001.seg'), length);
        const spool = await open(cut);
        const whole = Math.max(0, Math.floor((length - 8) / 116));
        expect(await all(spool.streams[0] as SpoolStream)).toEqual(upTo(whole));
        expect(spool.fill(0)).toMatchObject({ lost: 40 - whole, damaged: 40 - whole });
        await spool.close(stopped);
      }),
      { numRuns: 40 },
    );
  });

  it('of which any part is overwritten gives every record that is whole, before the damage and behind it', async () => {
    const dir = await crashed(40);
    const end = 8 + 40 * 116;
    const range = fc.tuple(fc.integer({ min: 0, max: end }), fc.integer({ min: 1, max: 900 }));
    const filling = fc.oneof(fc.constant(null), fc.uint8Array({ minLength: 16, maxLength: 16 }));
    await fc.assert(
      fc.asyncProperty(range, filling, async ([from, length], pattern) => {
        const hurt = copyOf(dir);
        const path = join(hurt, 'r', '0000000001.seg');
        const before = readFileSync(path);
        const bytes = Buffer.from(before);
        for (let at = from; at < Math.min(end, from + length); at++) bytes[at] = pattern?.[at % 16] ?? 0;
        writeFileSync(path, bytes);
        const isWhole = (seq: number) => {
          const at = 8 + (seq - 1) * 116;
          return bytes.subarray(at, at + 116).equals(before.subarray(at, at + 116));
        };
        const spool = await open(hurt);
        const whole = upTo(40).filter(isWhole);
        expect(await all(spool.streams[0] as SpoolStream)).toEqual(whole);
        expect(spool.fill(0).damaged).toBe(40 - whole.length);
        await spool.close(stopped);
      }),
      { numRuns: 60 },
    );
  });

  it('goes on behind a record that is spoiled while the relay runs, and behind a file that has gone', async () => {
    const dir = await crashed(800, 1_000);
    const said: string[] = [];
    const spool = await open(dir, said);
    const [stream] = spool.streams as [SpoolStream];
    const [first, second, third] = segmentsIn(join(dir, 'r')) as [string, string, string];
    const path = join(dir, 'r', first);
    const bytes = readFileSync(path);
    bytes.fill(0, 8 + 20 * 1_016, 8 + 30 * 1_016);
    writeFileSync(path, bytes);
    rmSync(join(dir, 'r', second));
    const behind = [Number(second.slice(0, 10)), Number(third.slice(0, 10))] as const;
    const left = upTo(800).filter((seq) => seq <= 20 || (seq > 30 && seq < behind[0]) || seq >= behind[1]);
    expect(await all(stream)).toEqual(left);
    expect(spool.fill(0).damaged).toBe(800 - left.length);
    const told = said.flatMap((text) => /([^/]+) cannot be read any more: (\d+) records/.exec(text)?.slice(1) ?? []);
    expect(told).toEqual(expect.arrayContaining([first, second]));
    expect(told.reduce((sum, text) => sum + (Number(text) || 0), 0)).toBe(800 - left.length);
    await spool.close(stopped);
  });

  it('says what it leaves alone since it was captured for other servers, without their passwords', async () => {
    const dir = await crashed(10);
    const stream = readFileSync(join(dir, 'r', 'stream.json'), 'utf8').replace('"a"', '"http://u:secret@there"');
    for (const name of ['stream.json', 'stream.copy.json']) writeFileSync(join(dir, 'r', name), stream);
    const said: string[] = [];
    const other = await open(dir, said, ['c']);
    expect(other.streams).toEqual([]);
    expect(other.leftAlone).toHaveLength(1);
    expect(said.join()).toMatch(
      /is not sent: it was captured for http:\/\/there, b, which RELAY_BACKENDS does not name/,
    );
    const again = await open(dir, [], ['c', 'b']);
    expect(again.streams).toHaveLength(1);
    await again.close(stopped);
  });

  it('is not troubled by what else lies in its folder, and takes nothing of it', async () => {
    const dir = await crashed(10);
    mkdirSync(join(dir, 'other'));
    writeFileSync(join(dir, 'other', 'notes.txt'), 'mine');
    writeFileSync(join(dir, 'notes.txt'), 'mine');
    const said: string[] = [];
    const spool = await open(dir, said);
    expect(spool.streams).toHaveLength(1);
    expect(said).toHaveLength(1);
    await spool.close(stopped);
    expect(readdirSync(join(dir, 'other'))).toEqual(['notes.txt']);
  });

  it('deletes what a relay was deleting when it was killed', async () => {
    const dir = await crashed(10);
    cpSync(join(dir, 'r'), join(dir, 's.gone'), { recursive: true });
    const spool = await open(dir);
    expect(spool.streams).toHaveLength(1);
    expect(existsSync(join(dir, 's.gone'))).toBe(false);
    await spool.close(stopped);
  });
});

describe('damage to any one file of a spool', () => {
  /** Three segments' worth of records, and a session line besides. */
  const COUNT = 300;
  let dir = '';
  beforeAll(async () => {
    dir = await crashed(COUNT, 1_000);
  });

  const zeros = (path: string, from: number, to: number) => {
    const bytes = readFileSync(path);
    bytes.fill(0, Math.floor(bytes.length * from), Math.ceil(bytes.length * to));
    writeFileSync(path, bytes);
  };
  const damages: readonly [string, (path: string) => void][] = [
    ['a hole of zeros', (path) => zeros(path, 0.4, 0.6)],
    ['zeros', (path) => zeros(path, 0, 1)],
    ['nothing', (path) => writeFileSync(path, '')],
    ['null', (path) => writeFileSync(path, 'null')],
    ['garbage', (path) => writeFileSync(path, Buffer.from(readFileSync(path).map((byte, i) => byte ^ (i * 7 + 91))))],
    ['a half', (path) => truncateSync(path, readFileSync(path).length >> 1)],
    ['one bit that is wrong', (path) => flip(path)],
    ['no file', (path) => rmSync(path)],
    [
      'a directory',
      (path) => {
        rmSync(path);
        mkdirSync(path);
        writeFileSync(join(path, 'x'), '');
      },
    ],
  ];
  const files = ['stream.json', 'stream.copy.json', 'extent.json', 'session.record', 'first', 'middle', 'last'];
  const table = files.flatMap((file) => damages.map(([damage, hurt]) => [file, damage, hurt] as const));

  it.each(table)('%s, holding %s: all else is given, and what is lost is counted', async (file, damage, hurt) => {
    const hurtDir = copyOf(dir);
    const folder = join(hurtDir, 'r');
    const segments = segmentsIn(folder);
    const index = { first: 0, middle: 1, last: segments.length - 1 }[file];
    const name = index === undefined ? file : (segments[index] as string);
    hurt(join(folder, name));
    const said: string[] = [];
    const spool = await open(hurtDir, said);
    const [stream] = spool.streams as [SpoolStream];
    const given = await all(stream);
    const { lost, damaged } = spool.fill(0);
    expect(given.length + damaged).toBe(COUNT);
    expect(lost).toBe(damaged);
    expect(stream.session?.seq).toBe(1);
    expect(stream.greeting).toEqual(greeting('r'));
    if (index === undefined) {
      expect(damaged).toBe(0);
    } else {
      const [begin, end] = [index, index + 1].map((each) => Number(segments[each]?.slice(0, 10) ?? COUNT + 1));
      expect(given).toEqual(expect.arrayContaining(upTo(COUNT).filter((seq) => seq < begin! || seq >= end!)));
      expect(damaged).toBeGreaterThan(0);
      expect(said.join('\n')).toContain(`${damaged} records in it are lost`);
      if (damage === 'a hole of zeros') expect(damaged).toBeLessThan(0.3 * (end! - begin!));
      if (damage === 'one bit that is wrong') expect(damaged).toBe(1);
    }
    // What is written anew must not fail on what damage has put there.
    await spool.close(stopped);
    const again = await open(hurtDir);
    expect(await all(again.streams[0] as SpoolStream)).toEqual(given);
    expect(again.fill(0).damaged).toBe(damaged);
    await again.close(stopped);
  });

  function flip(path: string): void {
    const bytes = readFileSync(path);
    const at = bytes.length >> 1;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(path, bytes);
  }

  it('where both files are spoiled that say what it is, it stays, and that is said', async () => {
    const hurtDir = copyOf(dir);
    for (const name of ['stream.json', 'stream.copy.json']) writeFileSync(join(hurtDir, 'r', name), '');
    const said: string[] = [];
    const spool = await open(hurtDir, said);
    expect(spool.streams).toEqual([]);
    expect(spool.leftAlone).toEqual([{ dir: join(hurtDir, 'r'), because: expect.stringContaining('both its copies') }]);
    expect(said.join()).toMatch(/What lies in .*r is not sent: what says which session/);
    await spool.close(stopped);
    expect(segmentsIn(join(hurtDir, 'r')).length).toBeGreaterThan(2);
  });
});
