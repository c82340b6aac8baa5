import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../../testing/temporary-folder.js';
import { Shows } from '../owner/shows/shows.js';
import { LinkError, ShareLinks } from './share-links.js';

const folder = temporaryFolder();
let folders = 0;
let now = 1_000_000;

const wanted = (label: string | null = null, ttlMs?: number) =>
  ({ show: 'cup', kind: 'overlay', label, sessionId: null, ttlMs, createdBy: 'ann' }) as const;

async function open(dir = folder(`links-${++folders}`)): Promise<{ links: ShareLinks; shows: Shows; dir: string }> {
  const shows = await Shows.open(dir, pino({ level: 'silent' }));
  return { links: new ShareLinks(shows, { now: () => now }), shows, dir };
}

describe('a share link', () => {
  it('PUB-7: opens its show until it expires or is revoked, and says which', async () => {
    const { links } = await open();
    const short = await links.create(wanted('short', 60_000));
    const long = await links.create(wanted('long'));
    expect(links.visitor(long.code)).toMatchObject({ kind: 'link', show: 'cup', opens: 'overlay', label: 'long' });
    now += 60_000;
    expect([links.isOpen(short.code), links.isOpen(long.code)]).toEqual([false, true]);
    expect(() => links.visitor(short.code)).toThrow('has expired');
    expect(await links.revoke('cup', long.code)).toEqual({ stored: true });
    expect(await links.revoke('cup', long.code)).toBeNull();
    expect(() => links.visitor(long.code)).toThrow('revoked');
    expect(() => links.visitor('nonsense')).toThrow(LinkError);
  });

  it('that was made for someone is found again while it lasts for an evening, and no other in its place', async () => {
    const { links, dir } = await open();
    await links.create(wanted('OBS', 23 * 3_600_000));
    await links.create({ ...wanted(), kind: 'public' });
    await links.create({ ...wanted(), sessionId: 'sess_1' });
    await links.create({ ...wanted(), createdBy: 'ben' });
    expect(links.lasting('cup', 'ann')).toBeUndefined();
    const { code } = await links.create(wanted('OBS'));
    expect((await open(dir)).links.lasting('cup', 'ann')).toMatchObject({ code });
    await links.revoke('cup', code);
    expect(links.lasting('cup', 'ann')).toBeUndefined();
  });

  it('to an overlay names the one that it opens, the timing tower where nobody chose one; one to the page names none', async () => {
    const { links, dir } = await open();
    const kinds = async (over: object) => (await links.create({ ...wanted(), ...over })).overlay;
    expect(await kinds({ overlay: 'timing-tower' })).toBe('timing-tower');
    expect(await kinds({})).toBe('timing-tower');
    expect(await kinds({ kind: 'public' })).toBeNull();
    const again = await open(dir);
    expect(again.links.of('cup').map(({ overlay }) => overlay)).toEqual([null, 'timing-tower', 'timing-tower']);
  });

  it.each([
    ['from a version that stored no overlay', {}],
    ['to an overlay that this version does not have', { overlay: 'hologram' }],
  ])('%s still opens, and leaves the show as it was', async (_, stored) => {
    const { links, shows, dir } = await open();
    const { code } = await links.create(wanted('OBS'));
    await shows.change('cup', () => ({ next: { delayMs: 5_000, published: true }, closes: false }));
    for (const file of (readdirSync(dir, { recursive: true }) as string[]).filter((name) => name.endsWith('.json'))) {
      const settings = JSON.parse(readFileSync(join(dir, file), 'utf8'));
      settings.links = settings.links.map(({ overlay: _overlay, ...link }: { overlay: string }) => ({
        ...link,
        ...stored,
      }));
      writeFileSync(join(dir, file), JSON.stringify(settings));
    }
    const again = await open(dir);
    expect(again.shows.get('cup')).toMatchObject({ delayMs: 5_000, published: true });
    expect(again.links.find(code).link).toMatchObject({ code, kind: 'overlay', overlay: null });
  });

  it('tells of its end at the moment from which on it opens nothing', async () => {
    const { links } = await open();
    const { code } = await links.create(wanted());
    const told: boolean[] = [];
    links.onRevoked((revoked) => told.push(revoked === code && links.isOpen(code)));
    const stored = links.revoke('cup', code);
    expect(told).toEqual([false]);
    await stored;
  });

  it('is counted, also where it was revoked while it was being opened', async () => {
    const { links, shows } = await open();
    const { code } = await links.create(wanted());
    links.opened(code);
    await links.revoke('cup', code);
    links.opened(code);
    links.opened('gone');
    expect(links.of('cup')[0]).toMatchObject({ opened: 2 });
    expect(shows.get('cup').links).toHaveLength(1);
  });

  it('that is open is never dropped for another; expired ones are, oldest first', async () => {
    const { links } = await open();
    const over = await links.create(wanted('over', 60_000));
    const kept = [];
    for (let n = 0; n < 199; n++) kept.push((await links.create(wanted(String(n)))).code);
    now += 60_000;
    kept.push((await links.create(wanted('199'))).code);
    expect(kept.every((code) => links.isOpen(code))).toBe(true);
    expect(links.of('cup').map(({ code }) => code)).not.toContain(over.code);
    await expect(links.create(wanted())).rejects.toThrow('Revoke some first');
    expect(kept.every((code) => links.isOpen(code))).toBe(true);
  });
});
