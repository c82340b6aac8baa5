import { copyFileSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MAX_DELAY_MS, MAX_PUBLIC_EXTRA_MS } from '@okboxbox/protocol';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { UnsavedSettings } from '../../unsaved-settings.js';
import { afterRestart } from '../audience/broadcast-delay.js';
import type { ShowSettings } from './show-settings.js';
import { ShowStoreError, Shows } from './shows.js';

const log = pino({ level: 'silent' });
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'shows-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  rmSync(dir, { recursive: true, force: true });
});

const opens = (next: Partial<ShowSettings>) => () => ({ next, closes: false });
const closes = (next: Partial<ShowSettings>) => () => ({ next, closes: true });
const onDisk = (show = 'local') => JSON.parse(readFileSync(join(dir, 'shows', `${show}.json`), 'utf8')) as ShowSettings;
const reopened = () => Shows.open(dir, log);
/** A file in the folder's place: nothing can be put there, not even by an administrator. */
function refuseWrites(): void {
  renameSync(join(dir, 'shows'), join(dir, 'away'));
  writeFileSync(join(dir, 'shows'), '');
}
function takeWrites(): void {
  rmSync(join(dir, 'shows'));
  renameSync(join(dir, 'away'), join(dir, 'shows'));
}

describe('what directors have set', () => {
  it('DLY-9: is in force at once where it closes, and when it is stored where it opens', async () => {
    const shows = await reopened();
    const closing = shows.change('local', closes({ delayMs: 30_000 }));
    expect(shows.get('local').delayMs).toBe(30_000);
    await closing;
    const opening = shows.change('local', opens({ delayMs: 1_000 }));
    expect(shows.get('local').delayMs).toBe(30_000);
    let storedFirst: number | null = null;
    shows.onChange(() => {
      storedFirst = onDisk().delayMs;
    });
    await opening;
    expect(shows.get('local').delayMs).toBe(1_000);
    expect(storedFirst).toBe(1_000);
    expect((await reopened()).get('local').delayMs).toBe(1_000);
  });

  it('DLY-20: of an earlier version have both pictures in one place, and no public extra', async () => {
    const shows = await reopened();
    const playhead = { moves: 'paused', at: 5_000 } as const;
    await shows.change('local', closes({ delayMs: 30_000, playhead, airedAt: 5_000 }));
    const { publicExtraMs: _, publicPlayhead: __, publicAiredAt: ___, ...before } = onDisk();
    writeFileSync(join(dir, 'shows', 'local.json'), JSON.stringify(before));
    expect((await reopened()).get('local')).toMatchObject({
      delayMs: 30_000,
      publicExtraMs: 0,
      publicPlayhead: playhead,
      publicAiredAt: 5_000,
    });
  });

  it('DLY-9: closes whatever the disk does, and says that it is not stored; opens nothing that it could not store', async () => {
    const shows = await reopened();
    await shows.change('local', closes({ delayMs: 5_000, published: true }));
    refuseWrites();
    expect(await shows.change('local', closes({ published: false }))).toEqual({
      stored: false,
      storeError: expect.stringMatching(/in force and could not be stored/),
    });
    await expect(shows.change('local', opens({ delayMs: 0 }))).rejects.toThrow(/not in force/);
    expect(shows.get('local')).toMatchObject({ delayMs: 5_000, published: false });
  });

  it('DLY-9: stores what has closed a show as soon as the disk takes it, as it is in force then', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const unsaved = new UnsavedSettings({ now: () => 7, log });
    const shows = await Shows.open(dir, log, undefined, unsaved);
    await shows.change('local', closes({ delayMs: 5_000, published: true }));
    refuseWrites();
    await shows.change('local', closes({ delayMs: 30_000 }));
    // The later change counts.
    await shows.change('local', closes({ delayMs: 60_000, published: false }));
    expect(unsaved.list()).toMatchObject([{ what: 'show', show: 'local', since: 7, tries: 2, code: 'ENOTDIR' }]);
    await vi.advanceTimersToNextTimerAsync();
    await eventually(() => expect(unsaved.list()).toMatchObject([{ tries: 3 }]));
    takeWrites();
    await vi.advanceTimersToNextTimerAsync();
    await eventually(() => expect(unsaved.list()).toEqual([]));
    expect(onDisk()).toMatchObject({ delayMs: 60_000, published: false });
  });

  it('DLY-9: is stored by a later change that is, and then not tried again', async () => {
    const unsaved = new UnsavedSettings({ now: () => 7, log });
    const shows = await Shows.open(dir, log, undefined, unsaved);
    await shows.change('local', closes({ delayMs: 5_000 }));
    refuseWrites();
    await shows.change('local', closes({ delayMs: 60_000 }));
    takeWrites();
    await shows.change('local', opens({ delayMs: 20_000 }));
    expect(unsaved.list()).toEqual([]);
    await unsaved.close();
    expect(onDisk()).toMatchObject({ delayMs: 20_000 });
  });

  it('is not opened by what was asked for before somebody closed it', async () => {
    const shows = await reopened();
    await shows.change('local', closes({ delayMs: 30_000 }));
    const opening = shows.change('local', opens({ delayMs: 0 }));
    const closing = shows.change('local', closes({ playhead: { moves: 'paused', at: 1 } }));
    await expect(opening).rejects.toThrow(ShowStoreError);
    await closing;
    expect(shows.get('local')).toMatchObject({ delayMs: 30_000, playhead: { moves: 'paused' } });
    expect(onDisk()).toMatchObject({ delayMs: 30_000, playhead: { moves: 'paused' } });
  });

  it('DLY-4: is made of what is in force when its turn comes, so that two who act at once lose nothing', async () => {
    const shows = await reopened();
    await shows.change('local', closes({ delayMs: 30_000 }));
    const add =
      (name: string) =>
      ({ scenes }: ShowSettings) => ({
        next: { scenes: [...scenes, { name, set: {}, forMs: null }] },
        closes: false,
      });
    const longer = ({ delayMs }: ShowSettings) => ({ next: { delayMs: 10_000 }, closes: 10_000 > delayMs });
    const seen: number[] = [];
    shows.onChange(({ delayMs }) => seen.push(delayMs));
    await Promise.all([
      shows.change('local', add('One')),
      shows.change('local', add('Two')),
      shows.change('local', opens({ delayMs: 2_000 })),
      // Shorter than what is in force now, and longer than what will be.
      shows.change('local', longer),
    ]);
    expect(shows.get('local').scenes.map(({ name }) => name)).toEqual(expect.arrayContaining(['One', 'Two']));
    expect(seen.slice(-2)).toEqual([2_000, 10_000]);
    expect(onDisk().delayMs).toBe(10_000);
  });

  it('closes a show whose file is damaged, or is another show’s', async () => {
    const shows = await reopened();
    await shows.change('local', closes({ published: true }));
    copyFileSync(join(dir, 'shows', 'local.json'), join(dir, 'shows', 'other.json'));
    await shows.change('local', closes({ published: false, delayMs: 7_000 }));
    writeFileSync(join(dir, 'shows', 'third.json'), '{"show":"third","published":true');
    const again = await reopened();
    expect(again.get('local')).toMatchObject({ published: false, delayMs: 7_000 });
    for (const show of ['other', 'third']) {
      expect(again.get(show)).toMatchObject({
        published: false,
        delayMs: MAX_DELAY_MS,
        publicExtraMs: MAX_PUBLIC_EXTRA_MS,
      });
    }
  });

  it('DLY-9: is put into the terms of the run, and on the disk, before anything airs by it', async () => {
    const before = await reopened();
    await before.change(
      'local',
      closes({ delayMs: 30_000, playhead: { moves: 'holding', at: 100_000 }, airedAt: 100_000 }),
    );
    await before.change(
      'paused',
      closes({ delayMs: 5_000, playhead: { moves: 'paused', at: 100_000 }, airedAt: 100_000 }),
    );
    // The clock was set back by a minute while nothing ran, and then the server starts twice.
    const shows = await reopened();
    expect(await shows.rebase((settings) => afterRestart(settings, -60_000, 60_000))).toBe(true);
    for (const each of [shows, await reopened()]) {
      expect(each.get('local')).toMatchObject({ playhead: { moves: 'holding', at: 40_000 }, airedAt: 40_000 });
      expect(each.get('paused')).toMatchObject({ playhead: { moves: 'paused', at: 40_000 }, airedAt: 40_000 });
    }
    // On a machine that was started anew a paused picture stays paused, as far behind as the delay says.
    expect(afterRestart(shows.get('paused'), null, 1_000_000).playhead).toEqual({ moves: 'paused', at: 995_000 });
    expect(afterRestart(shows.get('local'), null, 1_000_000).playhead).toEqual({ moves: 'running' });
  });
});
