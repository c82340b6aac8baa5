import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { eventually } from '../../../../testing/eventually.js';
import { temporaryFolder } from '../../../../testing/temporary-folder.js';
import { Spool } from './spool.js';
import type { SpoolStream } from './spool-stream.js';
import type { Greeting } from './stream-folder.js';

const inFolder = temporaryFolder();
let folders = 0;
const newFolder = () => inFolder(`spool-${++folders}`);
const MB = 1024 * 1024;

const greeting = (run: string): Greeting => ({
  relayId: 'rig',
  run,
  version: '0',
  protocol: 1,
  source: 'test',
  sim: 'test',
  simSessionKey: '1:0',
  playback: false,
});

function open(dir: string, maxBytes = 64 * MB, said: string[] = [], backends = ['a', 'b']): Promise<Spool> {
  return Spool.open({ dir, backends: () => backends, maxBytes: () => maxBytes, say: (text) => said.push(text) });
}

/** Bytes that say which record they are. */
function bytesOf(seq: number, size = 100): Uint8Array {
  const bytes = new Uint8Array(size);
  new DataView(bytes.buffer).setUint32(0, seq);
  return bytes;
}
const seqOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);

function fill(spool: Spool, stream: SpoolStream, count: number, size = 100): void {
  for (let i = 0; i < count; i++) {
    spool.put(stream, bytesOf(stream.last + 1, size), 1_000 + stream.last, stream.last === 0 ? 'session' : 'frame');
  }
}

async function all(stream: SpoolStream, from = stream.first): Promise<number[]> {
  const seqs: number[] = [];
  for (let next = from; next <= stream.last; ) {
    const records = await stream.read(next, 10_000, 64);
    if (records.length === 0) break;
    for (const { seq, bytes } of records) {
      expect(seqOf(bytes)).toBe(seq);
      seqs.push(seq);
    }
    next = (seqs.at(-1) ?? next) + 1;
  }
  return seqs;
}
const upTo = (count: number, first = 1) => Array.from({ length: count - first + 1 }, (_, i) => first + i);

/** Resolves when all that was put is on the disk. */
const written = (dir: string, run: string, bytes: number) =>
  eventually(() => {
    const sizes = readdirSync(join(dir, run))
      .filter((name) => name.endsWith('.seg'))
      .map((name) => readFileSync(join(dir, run, name)).length - 8);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(bytes);
  });

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
    expect(spool.fill(2_000)).toEqual({ records: 60, bytes: 6_000, oldestMs: 960, lost: 0 });
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
    await eventually(() => expect(readdirSync(dir)).toEqual([]));
  });

  it('is kept to its bound: the oldest go, are counted, and never more than has to', async () => {
    const spool = await open(newFolder(), 2 * MB);
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
    expect(seqOf(again.streams[0]?.session?.bytes ?? new Uint8Array(4))).toBe(1);
    await again.close({ reason: 'stopped' });
  });
});

describe('a spool after a crash', () => {
  /** A folder as a relay leaves it that was killed, with a record less than `seconds` old. */
  async function crashed(count: number): Promise<string> {
    const dir = newFolder();
    // One that is gone does not say any more, every few seconds, that the folder is its own.
    vi.useFakeTimers({ toFake: ['setInterval'] });
    const opening = open(dir);
    vi.useRealTimers();
    const spool = await opening;
    spool.targets = ['a'];
    const stream = spool.begin(greeting('r'));
    stream.sessionTime = 12.5;
    fill(spool, stream, count);
    await written(dir, 'r', count * 116);
    // A file of its own, which is put in its place when that has come to it.
    await eventually(() => expect(existsSync(join(dir, 'r', 'session.record'))).toBe(true));
    // Killed: nothing is closed, and its process is gone.
    writeFileSync(join(dir, 'r', 'owner'), String(2 ** 22 + 1));
    return dir;
  }

  it('has every record, and who was to be greeted how', async () => {
    const dir = await crashed(500);
    const said: string[] = [];
    const spool = await open(dir, 64 * MB, said);
    const [stream] = spool.streams as [SpoolStream];
    expect(stream.greeting).toEqual(greeting('r'));
    expect(stream.ended).toEqual({ reason: 'stopped' });
    expect(await all(stream)).toEqual(upTo(500));
    expect(said.join()).toContain('500 records of a run before are still here');
    await spool.close({ reason: 'stopped' });
  });

  it('that cut the file at any byte has every record that was whole', { timeout: 60_000 }, async () => {
    const dir = await crashed(40);
    const segment = join(dir, 'r', '0000000001.seg');
    const whole = readFileSync(segment);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: whole.length }), async (length) => {
        const cut = newFolder();
        mkdirSync(join(cut, 'r'), { recursive: true });
        for (const name of ['stream.json', 'session.record']) {
          writeFileSync(join(cut, 'r', name), readFileSync(join(dir, 'r', name)));
        }
        writeFileSync(join(cut, 'r', '0000000001.seg'), whole);
        truncateSync(join(cut, 'r', '0000000001.seg'), length);
        const spool = await open(cut);
        const records = Math.max(0, Math.floor((length - 8) / 116));
        const [stream] = spool.streams;
        expect(stream === undefined ? [] : await all(stream)).toEqual(upTo(records));
        await spool.close({ reason: 'stopped' });
      }),
      { numRuns: 60 },
    );
  });

  it('gives nothing beyond damage, and what was before it', async () => {
    const dir = await crashed(40);
    const segment = join(dir, 'r', '0000000001.seg');
    const bytes = readFileSync(segment);
    bytes[8 + 20 * 116 + 50] = (bytes[8 + 20 * 116 + 50] ?? 0) ^ 0xff;
    writeFileSync(segment, bytes);
    const spool = await open(dir);
    expect(await all(spool.streams[0] as SpoolStream)).toEqual(upTo(20));
    await spool.close({ reason: 'stopped' });
  });

  it('passes a file of several that is damaged or gone: what is behind it is still given', async () => {
    const dir = newFolder();
    const spool = await open(dir, MB);
    spool.targets = ['a'];
    const stream = spool.begin(greeting('r'));
    for (let i = 0; i < 8; i++) {
      fill(spool, stream, 50, 1_000);
      await written(dir, 'r', stream.last * 1_016);
    }
    await spool.close({ reason: 'stopped' });
    const segments = readdirSync(join(dir, 'r')).filter((name) => name.endsWith('.seg'));
    expect(segments.length).toBeGreaterThan(2);
    const [second, third] = segments.slice(1).map((name) => Number(name.slice(0, 10))) as [number, number];
    writeFileSync(join(dir, 'r', segments[1] as string), 'nonsense');
    const said: string[] = [];
    const again = await open(dir, MB, said);
    const [left] = again.streams as [SpoolStream];
    expect([left.nextFrom(1), left.nextFrom(second), left.nextFrom(third)]).toEqual([1, third, third]);
    expect(await all(left, third)).toEqual(upTo(400, third));
    // One that goes while the relay runs.
    rmSync(join(dir, 'r', segments[0] as string));
    expect(await left.read(1, 1_000, 10)).toEqual([]);
    expect(left.nextFrom(1)).toBe(third);
    expect(said.join()).toContain('cannot be read any more');
    await again.close({ reason: 'stopped' });
  });

  it('leaves alone what another relay that runs has there, until that is silent', async () => {
    const dir = await crashed(10);
    const owner = join(dir, 'r', 'owner');
    writeFileSync(owner, String(process.pid));
    expect((await open(dir)).streams).toEqual([]);
    utimesSync(owner, new Date(Date.now() - 60_000), new Date(Date.now() - 60_000));
    expect((await open(dir)).streams).toHaveLength(1);
  });

  it('leaves alone what was captured for other servers than those that are configured now', async () => {
    const dir = await crashed(10);
    expect((await open(dir, MB, [], ['c'])).streams).toEqual([]);
    expect((await open(dir, MB, [], ['c', 'b'])).streams).toHaveLength(1);
  });

  it('is not troubled by what else lies in its folder', async () => {
    const dir = await crashed(10);
    mkdirSync(join(dir, 'other'));
    writeFileSync(join(dir, 'other', 'stream.json'), '{"greeting":{}}');
    writeFileSync(join(dir, 'notes.txt'), 'mine');
    const spool = await open(dir);
    expect(spool.streams).toHaveLength(1);
    await spool.close({ reason: 'stopped' });
    expect(readdirSync(dir)).toEqual(expect.arrayContaining(['other', 'notes.txt']));
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
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/The spool folder .+ takes nothing \(.+\): what is captured is kept in memory/);
    await spool.close({ reason: 'stopped' });
  });
});
