import { mkdirSync, mkdtempSync, readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../testing/temporary-folder.js';
import { DiskWatch, type WrittenTimeline } from './disk-watch.js';

const inFolder = temporaryFolder();
const OK: WrittenTimeline = { id: 'sess_a', health: { state: 'ok' } };
const FULL: WrittenTimeline = {
  id: 'sess_a',
  health: {
    state: 'failing',
    since: 900,
    code: 'ENOSPC',
    because: 'ENOSPC: no space left on device, write',
    waitingRecords: 12,
    waitingBytes: 9_000,
  },
};

let now: number;
let timelines: WrittenTimeline[];
let lines: { msg: string; sessions?: string[] }[];
let dir: string;
let watch: DiskWatch;
beforeEach(() => {
  now = 1_000;
  timelines = [OK];
  lines = [];
  dir = mkdtempSync(inFolder('data-'));
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  watch = new DiskWatch({ dir, written: () => timelines, clock: { now: () => now }, log });
});
afterEach(() => watch.close());

describe('the watch of a disk', () => {
  it('knows what is free, and leaves nothing behind of its test', async () => {
    await watch.refresh();
    const { freeBytes, totalBytes, refused } = watch.look();
    expect(freeBytes).toBeGreaterThan(0);
    expect(totalBytes).toBeGreaterThan(freeBytes ?? 0);
    expect(refused).toBeNull();
    expect(readdirSync(dir)).toEqual([]);
  });

  it('tells at once what a timeline is refused, and logs its begin and its end, once', async () => {
    await watch.refresh();
    timelines = [FULL, { ...FULL, id: 'sess_b' }];
    const { refused } = watch.look();
    expect(refused).toMatchObject({ since: 900, until: null, kind: 'full', because: 'the disk is full (ENOSPC)' });
    expect(refused).toMatchObject({ sessions: ['sess_a', 'sess_b'], waitingRecords: 24, waitingBytes: 18_000 });
    now = 8_000;
    watch.look();
    expect(lines).toMatchObject([{ msg: expect.stringContaining('does not store'), sessions: ['sess_a', 'sess_b'] }]);
    timelines = [OK];
    expect(watch.look().refused).toMatchObject({ since: 900, until: 8_000, waitingRecords: 0 });
    expect(lines).toMatchObject([{}, { msg: expect.stringContaining('stores again'), tookMs: 7_100 }]);
    now = 17_999;
    expect(watch.look().refused).not.toBeNull();
    now = 18_000;
    expect(watch.look().refused).toBeNull();
    expect(lines).toHaveLength(2);
  });

  it('is one condition where it is refused again before that is forgotten', async () => {
    timelines = [FULL];
    watch.look();
    timelines = [OK];
    now = 5_000;
    watch.look();
    timelines = [{ ...FULL, health: { ...FULL.health, since: 6_000 } as WrittenTimeline['health'] }];
    now = 6_000;
    expect(watch.look().refused).toMatchObject({ since: 900, until: null });
  });

  it('finds out without any session, by a test that is refused', async () => {
    await watch.refresh();
    mkdirSync(join(dir, 'disk-test'));
    now += 30_000;
    await watch.refresh();
    expect(watch.look().refused).toMatchObject({ kind: 'refuses', code: 'EISDIR', isWhole: true, sessions: [] });
    rmdirSync(join(dir, 'disk-test'));
    // Where something is refused each look tests.
    now += 2_000;
    await watch.refresh();
    expect(watch.look().refused).toMatchObject({ until: now });
  });

  it('tells one file that cannot be written from a disk that stores nothing', async () => {
    await watch.refresh();
    timelines = [{ id: 'sess_a', health: { ...FULL.health, code: 'EACCES' } as WrittenTimeline['health'] }];
    expect(watch.look().refused).toMatchObject({ kind: 'refuses', isWhole: false });
  });
});
