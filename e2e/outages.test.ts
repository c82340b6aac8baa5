import type { Browser, Page } from 'playwright-core';
import { io } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../testing/eventually.js';
import { Cable } from './bad-day/cable.js';
import { RaceNight } from './bad-day/race-night.js';
import { launch, openPage, WITHOUT_CHROMIUM } from './browser.js';
import { type Running, stop, tokenOf } from './okboxbox.js';

/** What viewers see of outages: the overlay, the live page and the public page of one show, side by side. */

interface Seen {
  readonly name: 'overlay' | 'live' | 'public';
  readonly page: Page;
  readonly problems: string[];
  /** Feed messages that came, of all its connections. */
  feeds: number;
}

let browser: Browser;
let night: RaceNight;
let cable: Cable;
let server: Running;
let relay: Running;
let seen: Seen[];

beforeAll(async () => {
  if (!WITHOUT_CHROMIUM) browser = await launch();
});
afterAll(() => browser?.close());
beforeEach(async () => {
  night = await RaceNight.begin();
  cable = await Cable.to(night.port);
  server = await night.serve();
  relay = await night.relay('demo:page,cars=20,minutes=30', '1');
  await vi.waitFor(async () => expect(await night.clock()).toBeGreaterThan(0), { timeout: 30_000 });
  await direct('broadcast:publish', { published: true });
  seen = [];
});
afterEach(async () => {
  for (const { page } of seen) await page.close();
  await night.end();
  await cable.close();
});

/** Makes a call of a director, on a connection of its own. */
async function direct(event: string, body: object): Promise<{ readonly link?: { readonly code: string } }> {
  const director = io(night.url, { auth: { token: await tokenOf(night.data.dir, 'director') }, forceNew: true });
  const answer = await director.emitWithAck(event, { show: 'local', ...body });
  director.disconnect();
  expect(answer).toMatchObject({ ok: true });
  return answer;
}

/** Opens the three pages through the cable, and resolves when each shows the race. */
async function openAll(): Promise<Record<Seen['name'], Seen>> {
  const { link } = await direct('link:create', { kind: 'overlay' });
  const overlay = await open('overlay', `/overlay/timing-tower?show=local&link=${link?.code}`);
  const live = await open('live', '/sessions/local');
  const open_ = { overlay, live, public: await open('public', '/public/local') };
  for (const each of seen) await eventually(async () => expect(await standing(each)).toBe('current'));
  // A type that is still on its way when the server is killed would be a fault of the page.
  for (const { page } of seen) await page.evaluate(() => document.fonts.ready.then(() => undefined));
  return open_;
}

async function open(name: Seen['name'], path: string): Promise<Seen> {
  const { page, problems } = await openPage(browser, { width: 1280, height: 800 });
  const made: Seen = { name, page, problems, feeds: 0 };
  seen.push(made);
  page.on('websocket', (socket) => {
    socket.on('framereceived', ({ payload }) => {
      if (String(payload).startsWith('42["feed"')) made.feeds += 1;
    });
  });
  const token = await tokenOf(night.data.dir, 'team');
  await page.addInitScript((value) => localStorage.setItem('okboxbox.token', value), token);
  await page.addInitScript(() => {
    const kept = window as unknown as { said: string[] };
    kept.said = [];
    // Whatever is shown even for a moment, without its figures.
    new MutationObserver(() => {
      const badge = document.querySelector('.strip-fresh')?.textContent;
      const says = (badge ?? document.querySelector('h2')?.textContent ?? '').replace(/ \d.*$/, '');
      if (says !== '' && kept.said.at(-1) !== says) kept.said.push(says);
    }).observe(document, { subtree: true, childList: true, characterData: true });
  });
  await page.goto(`${cable.url}${path}`);
  return made;
}

/** How a page shows the race: as of now, as of before, or not at all. */
async function standing({ name, page }: Seen): Promise<'current' | 'old' | 'gone'> {
  if (name === 'overlay') return (await page.locator('.tower[data-shown]').count()) > 0 ? 'current' : 'gone';
  if ((await page.locator('tbody.rows tr').count()) === 0) return 'gone';
  return (await page.locator('.live[data-stale]').count()) > 0 ? 'old' : 'current';
}

/** What a page has said of the race since it was opened, each once in turn. */
const said = ({ page }: Seen) => page.evaluate(() => (window as unknown as { said: string[] }).said);
/** The clock of the race that a page shows, in seconds that remain. */
async function remaining({ page }: Seen): Promise<number> {
  const text = (await page.locator('.strip-clock span').textContent()) ?? '';
  return text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
}
/** Until each page gets the feed again that was cut off. */
async function allAgain(): Promise<void> {
  const before = seen.map(({ feeds }) => feeds);
  await vi.waitFor(
    async () => {
      for (const [i, { name, feeds }] of seen.entries()) expect(feeds, name).toBeGreaterThan(before[i] ?? 0);
      for (const each of seen) expect(await standing(each), each.name).toBe('current');
    },
    { timeout: 30_000 },
  );
}
function expectNoProblems(): void {
  for (const { name, problems } of seen) expect(problems, name).toEqual([]);
}

describe.skipIf(WITHOUT_CHROMIUM)('pages and overlays', () => {
  it('notice that everything is swallowed, say so, and come back on another connection', {
    timeout: 120_000,
  }, async () => {
    const pages = await openAll();
    const shown = await remaining(pages.live);
    cable.kill();
    for (const each of [pages.live, pages.public]) {
      await each.page.getByText(/^reconnecting/).waitFor({ timeout: 20_000 });
      expect(await standing(each)).toBe('old');
    }
    const held = await remaining(pages.live);
    expect(held).toBeLessThanOrEqual(shown);
    cable.repair();
    await allAgain();
    expect(await remaining(pages.live)).toBeLessThanOrEqual(held);
    expectNoProblems();
  });

  it('come back by themselves after the network was away', { timeout: 120_000 }, async () => {
    const pages = await openAll();
    cable.kill();
    for (const { page } of seen) await page.context().setOffline(true);
    await pages.live.page.getByText(/^reconnecting/).waitFor({ timeout: 20_000 });
    await pages.public.page.getByText(/^reconnecting/).waitFor({ timeout: 20_000 });
    cable.repair();
    for (const { page } of seen) await page.context().setOffline(false);
    await allAgain();
    expectNoProblems();
  });

  it('keep the last picture, marked as old, while a server starts whose relay is gone', {
    timeout: 120_000,
  }, async () => {
    const pages = await openAll();
    await stop(relay, 'SIGKILL');
    await stop(server, 'SIGKILL');
    await pages.public.page.getByText(/^reconnecting/).waitFor({ timeout: 20_000 });
    const held = [await remaining(pages.live), await remaining(pages.public)];
    server = await night.serve();
    for (const each of [pages.live, pages.public]) await each.page.getByText(/^stale/).waitFor({ timeout: 30_000 });
    expect(await said(pages.public)).not.toContain('Nothing on air');
    expect(await said(pages.live)).not.toContain('No session here');
    // What was received and had not been shown yet may still come; nothing of before.
    expect(await remaining(pages.live)).toBeLessThanOrEqual(held[0] ?? 0);
    expect(await remaining(pages.public)).toBeLessThanOrEqual(held[1] ?? 0);
    // An overlay leaves the air once, and does not come and go.
    await eventually(async () => expect(await standing(pages.overlay)).toBe('gone'));
    await direct('broadcast:publish', { published: false });
    await pages.public.page.getByText('Nothing on air').waitFor({ timeout: 20_000 });
    expectNoProblems();
  });

  it('show nothing any more that was withdrawn while they were away', { timeout: 120_000 }, async () => {
    const pages = await openAll();
    cable.pull();
    await pages.public.page.getByText(/^reconnecting/).waitFor({ timeout: 20_000 });
    await direct('broadcast:publish', { published: false });
    cable.repair();
    await pages.public.page.getByText('Nothing on air').waitFor({ timeout: 20_000 });
    expect(await standing(pages.public)).toBe('gone');
    // Those that have a right of their own go on.
    await eventually(async () => expect(await standing(pages.live)).toBe('current'));
    await eventually(async () => expect(await standing(pages.overlay)).toBe('current'));
  });
});
