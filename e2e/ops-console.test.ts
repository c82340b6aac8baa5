import type { OpsSessionsAnswer } from '@okboxbox/protocol';
import type { Browser, Page } from 'playwright-core';
import { io, type Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { eventually } from '../testing/eventually.js';
import { launch, openPage, WITHOUT_CHROMIUM } from './browser.js';
import { freePort, getJson, okboxbox, type Running, stop, temporaryData, tokenOf } from './okboxbox.js';

const DESKTOP = { width: 1920, height: 1080 };
const PHONE = { width: 390, height: 844 };
/** What a busy machine has held up is said for a minute: until then not all is right. */
const HELD_UP = { timeout: 100_000 };
/** What the overview says once it knows the show's health, good or bad. */
/** The views in the order of their keys: each has its name for its heading. */
const VIEWS = [
  ...['Overview', 'Sessions', 'Sockets', 'Events', 'Trace'],
  ...['Broadcast', 'Database', 'Audit', 'Findings', 'Support pack'],
];
const STANDING = { level: 2, name: /^OK|^The show (is running|has a critical)/ };

let browser: Browser;
let data: ReturnType<typeof temporaryData>;
let up: Running;
let url: string;

beforeAll(async () => {
  if (!WITHOUT_CHROMIUM) browser = await launch();
});
afterAll(() => browser?.close());

/** Runs the platform, and waits until it is up. */
async function start(args: readonly string[], env: Record<string, string> = {}): Promise<void> {
  data = temporaryData();
  url = `http://127.0.0.1:${await freePort()}`;
  up = okboxbox(['up', '--port', new URL(url).port, '--data', data.dir, ...args], env);
  await vi.waitFor(() => expect(up.stdout()).toContain('#code='), { timeout: 30_000 });
}

async function end(): Promise<void> {
  if (!up) return;
  await stop(up);
  data.remove();
}

/** The console as somebody with a role sees it. */
async function consoleOf(role: string | null, path = '', size = DESKTOP, before?: (page: Page) => Promise<void>) {
  const opened = await openPage(browser, size);
  await before?.(opened.page);
  if (role !== null) {
    const token = await tokenOf(data.dir, role);
    await opened.page.addInitScript((value) => localStorage.setItem('okboxbox.token', value), token);
  }
  await opened.page.goto(`${url}/admin/ops${path}`);
  return opened;
}

/** Somebody who watches, without a page. */
async function viewer(clientKind: string, audience: 'live' | 'broadcast', surface = 'test'): Promise<Socket> {
  const token = audience === 'live' ? { token: await tokenOf(data.dir, 'team') } : {};
  const socket = io(url, { auth: { ...token, clientKind, surface }, transports: ['websocket'], forceNew: true });
  const answer: { ok: boolean } = await socket.emitWithAck('session:join', { show: 'local', audience });
  expect(answer).toMatchObject({ ok: true });
  return socket;
}

/** What went wrong on a page, but for the browser's own words about a call that this server does not have. */
const wrong = (problems: readonly string[]) => problems.filter((problem) => !/404 .*\/why\)$/.test(problem));
const region = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const isNoWider = (page: Page, width: number) =>
  page.evaluate((most) => document.documentElement.scrollWidth <= most, width);

describe.skipIf(WITHOUT_CHROMIUM)('the console, with a race', () => {
  const watching: Socket[] = [];
  beforeAll(async () => {
    if (WITHOUT_CHROMIUM) return;
    await start(['--source', 'demo:3,cars=20', '--speed', '4']);
    await eventually(async () => {
      const { sessions } = await getJson<OpsSessionsAnswer>(`${url}/api/ops/sessions`, await tokenOf(data.dir, 'ops'));
      expect(sessions[0]?.framesTotal).toBeGreaterThan(0);
    });
    watching.push(await viewer('dashboard', 'live'), await viewer('overlay', 'broadcast'));
  }, 90_000);
  afterAll(async () => {
    for (const socket of watching) socket.disconnect();
    await end();
  });

  it('says on its first page that the show is all right, and what passes through it', {
    timeout: 150_000,
  }, async () => {
    const { page, problems } = await consoleOf('ops');
    await page.getByRole('heading', { level: 2, name: /^OK\. One session running/ }).waitFor(HELD_UP);
    const figures = region(page, 'Figures').getByRole('listitem');
    await figures
      .filter({ hasText: 'Frames in' })
      .filter({ hasText: /[1-9]\d*\.\d \/s/ })
      .waitFor();
    await figures
      .filter({ hasText: 'Viewers' })
      .getByText(/1 dashboard/)
      .waitFor();
    await region(page, 'Broadcast delay')
      .getByRole('row', { name: /^local/ })
      .getByText('live: no delay')
      .waitFor();
    await page.getByText(/the console uses .* of the server's time/).waitFor();
    expect(problems).toEqual([]);
    await page.close();
  });

  it('leads by keys from view to view, lists them, and stands still when it is paused', {
    timeout: 60_000,
  }, async () => {
    const { page, problems } = await consoleOf('ops', '', DESKTOP, (opened) => opened.clock.install());
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    for (const [place, name] of VIEWS.entries()) {
      await page.keyboard.press(String((place + 1) % 10));
      await page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
    }
    await page.keyboard.press('3');
    await page.getByRole('table', { name: 'Open sockets' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/admin/ops/sockets');
    await page.keyboard.press('/');
    await page.keyboard.type('overlay');
    await eventually(() => expect(new URL(page.url()).searchParams.get('q')).toBe('overlay'));
    await page.getByText(/^1 of \d+ match$/).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    await region(page, 'Socket').getByRole('heading', { name: 'overlay' }).waitFor();
    await page.keyboard.press('Escape');
    await region(page, 'Socket').waitFor({ state: 'hidden' });
    await page.keyboard.press('?');
    await page.getByRole('dialog').getByText('open a view').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('p');
    await page.getByRole('button', { name: /^Paused/, pressed: true }).waitFor();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    // Ten of anything that is polled would come in this time.
    await page.clock.runFor(10_000);
    expect(asked).toEqual([]);
    await page.keyboard.press('p');
    await eventually(() => expect(asked.length).toBeGreaterThan(0));
    expect(wrong(problems)).toEqual([]);
    await page.close();
  });

  it('shows a session stage by stage, its relay and who watches', { timeout: 60_000 }, async () => {
    const { page, problems } = await consoleOf('ops', '/sessions');
    const flow = region(page, 'Flow');
    await flow.getByText(/^All stages pass/).waitFor({ timeout: 15_000 });
    expect(await flow.getByRole('listitem').count()).toBe(8);
    await region(page, 'Relays').getByText('right', { exact: true }).waitFor({ timeout: 15_000 });
    await region(page, 'Viewers').getByRole('link', { name: 'Real time' }).click();
    await page.getByRole('table', { name: 'Open sockets' }).getByRole('button', { name: 'dashboard' }).waitFor();
    expect(
      await page.getByRole('table', { name: 'Open sockets' }).getByRole('button', { name: 'overlay' }).count(),
    ).toBe(0);
    expect(problems).toEqual([]);
    await page.close();
  });

  it('asks what an act would do, does it only then, and not at all without the right', {
    timeout: 60_000,
  }, async () => {
    const victim = await viewer('overlay', 'broadcast');
    const gone = new Promise((done) => victim.once('disconnect', done));
    const reader = await consoleOf('ops', `/sockets?socketId=${victim.id}`);
    const detail = (page: Page) => region(page, 'Socket');
    await detail(reader.page)
      .getByText(/needs the capability ops:act/)
      .waitFor();
    expect(await detail(reader.page).getByRole('button', { name: 'Disconnect' }).isDisabled()).toBe(true);
    await reader.page.close();

    const { page, problems } = await consoleOf('admin', `/sockets?socketId=${victim.id}`);
    await detail(page).getByRole('button', { name: 'Disconnect' }).click();
    const dialog = page.getByRole('dialog', { name: 'Disconnect this socket?' });
    await dialog.getByText(`${victim.id}`).waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.waitFor({ state: 'hidden' });
    expect(victim.connected).toBe(true);

    await detail(page).getByRole('button', { name: 'Disconnect' }).click();
    await dialog.getByRole('textbox').fill('shows the wrong show');
    await dialog.getByRole('button', { name: 'Disconnect' }).click();
    await gone;
    // What was done is still there to be read when the row that it was asked at has gone.
    await detail(page)
      .getByText(/no longer in this list/)
      .waitFor();
    await dialog.getByText('Done', { exact: true }).waitFor();
    await dialog.getByRole('button', { name: 'Close' }).click();
    await detail(page).getByRole('link', { name: 'Look in closed sockets' }).click();
    await detail(page)
      .getByText(/closed by an operator/)
      .waitFor();
    expect(wrong([...problems, ...reader.problems])).toEqual([]);
    victim.disconnect();
    await page.close();
  });

  it('tells what happens as it happens, by filters that stand in the address', { timeout: 60_000 }, async () => {
    const { page, problems } = await consoleOf('ops', '/events?type=socket&q=stream-deck');
    await page.getByText('No event matches the search.').waitFor();
    const deck = await viewer('dashboard', 'broadcast', 'stream-deck');
    const rows = page.getByRole('table', { name: 'Events' });
    await rows.getByRole('cell', { name: 'connect', exact: true }).waitFor();
    deck.disconnect();
    await rows.getByRole('cell', { name: 'disconnect', exact: true }).waitFor();
    await rows
      .getByRole('row', { name: / disconnect / })
      .getByRole('button')
      .click();
    await region(page, 'Event').getByText('client_left').waitFor();
    expect(new URL(page.url()).searchParams.get('event')).toMatch(/^"?\d+"?$/);
    expect(problems).toEqual([]);
    await page.close();
  });

  it('is used with a thumb on a phone, and scrolls sideways in tables only', { timeout: 90_000 }, async () => {
    const { page, problems } = await consoleOf('admin', '', PHONE);
    const views = page.getByRole('navigation', { name: 'Views' });
    await page.getByRole('heading', STANDING).waitFor();
    for (const view of ['Sessions', 'Sockets', 'Events', 'Overview']) {
      await views.getByRole('link', { name: view }).click();
      await page.waitForURL(`**/admin/ops/${view.toLowerCase()}`);
      await page.locator('.ops-view > :not(h1)').first().waitFor();
      expect([view, await isNoWider(page, PHONE.width)]).toEqual([view, true]);
      const box = await views.getByRole('link', { name: view }).boundingBox();
      expect(box?.height).toBeGreaterThanOrEqual(40);
    }
    await views.getByRole('button', { name: 'More' }).click();
    await page.getByRole('dialog').getByRole('link', { name: 'Findings' }).click();
    await page.waitForURL('**/admin/ops/findings');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    expect(problems).toEqual([]);
    await page.close();
  });

  it('greys what it knows with its age when the server is gone, and is fresh again when it is back', {
    timeout: 90_000,
  }, async () => {
    const { page, problems } = await consoleOf('ops');
    await page.getByRole('heading', STANDING).waitFor();
    await stop(up);
    await page.getByRole('heading', { level: 2, name: 'The server does not answer.' }).waitFor({ timeout: 20_000 });
    await page.getByText(/^Out of date: \d+ s old\./).waitFor();
    up = okboxbox(['up', '--port', new URL(url).port, '--data', data.dir, '--source', 'none']);
    await page.getByRole('heading', STANDING).waitFor({ timeout: 60_000 });
    await page.getByText(/^Out of date/).waitFor({ state: 'hidden' });
    expect(problems).toEqual([]);
    await page.close();
  });
});

describe.skipIf(WITHOUT_CHROMIUM)('the console, without a race', () => {
  beforeAll(async () => {
    if (!WITHOUT_CHROMIUM) await start(['--source', 'none']);
  }, 60_000);
  afterAll(end);

  it('says what is missing to who may not look', { timeout: 60_000 }, async () => {
    const anybody = await consoleOf(null);
    await anybody.page.getByText('ops:read', { exact: true }).waitFor();
    await anybody.page.getByText('okboxbox token --role ops').waitFor();
    expect(anybody.problems).toEqual([]);
    const team = await consoleOf('team', '/sockets');
    await team.page.getByText('ops:read', { exact: true }).waitFor();
    // The browser itself tells of the call that was refused, once.
    expect(team.problems.filter((problem) => !problem.includes('403'))).toEqual([]);
    await Promise.all([anybody.page.close(), team.page.close()]);
  });

  it('has a page for everything that is empty', { timeout: 150_000 }, async () => {
    const { page, problems } = await consoleOf('ops');
    await page.getByRole('heading', { level: 2, name: 'OK. No session is running.' }).waitFor(HELD_UP);
    await page.getByText('No session is running.', { exact: true }).waitFor();
    await page.keyboard.press('2');
    await page.getByText(/^No session since the server started/).waitFor();
    await page.keyboard.press('3');
    await page.getByText('No open socket matches.').waitFor();
    await page.keyboard.press('4');
    await page.getByLabel('Type').selectOption('broadcast');
    await page.getByText('No matching events since the server started.').waitFor();
    expect(problems).toEqual([]);
    await page.close();
  });
});

describe.skipIf(WITHOUT_CHROMIUM)('the console, where operations are switched off', () => {
  beforeAll(async () => {
    if (!WITHOUT_CHROMIUM) await start(['--source', 'none'], { OPS_UI_ENABLED: '0' });
  }, 60_000);
  afterAll(end);

  it('says how they are switched on', { timeout: 60_000 }, async () => {
    const { page } = await consoleOf('ops');
    await page.getByText('Operations are switched off').waitFor();
    await page.getByText('OPS_UI_ENABLED=1').waitFor();
    expect((await fetch(`${url}/admin/ops`, { headers: { accept: 'text/html' } })).status).toBe(404);
    await page.close();
  });
});
