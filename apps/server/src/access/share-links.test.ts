import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../../testing/temporary-folder.js';
import { Shows } from '../shows/shows.js';
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

  it('tells of its end at the moment from which on it opens nothing', async () => {
    const { links } = await open();
    const { code } = await links.create(wanted());
    const told: boolean[] = [];
    links.onRevoked((revoked) => told.push(revoked === code && links.isOpen(code)));
    const stored = links.revoke('cup', code);
    expect(told).toEqual([false]);
    await stored;
  });

  it('is counted, also where it was revoked while somebody came by it', async () => {
    const { links, shows } = await open();
    const { code } = await links.create(wanted());
    links.opened(code);
    await links.revoke('cup', code);
    links.opened(code);
    links.opened('gone');
    expect(links.of('cup', () => 3)[0]).toMatchObject({ opened: 2, viewers: 3 });
    expect(shows.get('cup').links).toHaveLength(1);
  });

  it('that still opens something never makes room for another; those that are over do, oldest first', async () => {
    const { links } = await open();
    const over = await links.create(wanted('over', 60_000));
    const kept = [];
    for (let n = 0; n < 199; n++) kept.push((await links.create(wanted(String(n)))).code);
    now += 60_000;
    kept.push((await links.create(wanted('199'))).code);
    expect(kept.every((code) => links.isOpen(code))).toBe(true);
    expect(links.of('cup', () => 0).map(({ code }) => code)).not.toContain(over.code);
    await expect(links.create(wanted())).rejects.toThrow('Revoke some first');
    expect(kept.every((code) => links.isOpen(code))).toBe(true);
  });
});
