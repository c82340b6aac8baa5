import type { SessionSummary } from '@okboxbox/protocol';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../testing/eventually.js';
import { launch, openPage, WITHOUT_CHROMIUM } from './browser.js';
import { freePort, getJson, okboxbox, type Running, stop, temporaryData, tokenOf } from './okboxbox.js';

const SIZE = { width: 1_920, height: 1_080 };
const PHONE = { width: 390, height: 844 };

describe.skipIf(WITHOUT_CHROMIUM)('the followed session', () => {
  const running: Running[] = [];
  let data: ReturnType<typeof temporaryData>;
  let url: string;
  let browser: Browser;
  let main: Running;

  const okay = (page: Page, name: string) => page.getByRole('dialog').getByRole('button', { name, exact: true });

  /** A relay of the show, once it feeds a session of its own. */
  async function relay(name: string, source: string, sessions: number): Promise<Running> {
    const started = okboxbox(['relay', '--relay-id', name, '--source', source], {
      RELAY_BACKENDS: url,
      RELAY_TOKEN: await tokenOf(data.dir, 'relay', '--show', 'cup'),
    });
    running.push(started);
    const token = await tokenOf(data.dir, 'team');
    await eventually(async () =>
      expect(await getJson<SessionSummary[]>(`${url}/api/sessions`, token)).toHaveLength(sessions),
    );
    return started;
  }

  async function pageOf(role: string, path: string, size = SIZE) {
    const opened = await openPage(browser, size);
    const token = await tokenOf(data.dir, role);
    await opened.page.addInitScript((value) => localStorage.setItem('okboxbox.token', value), token);
    await opened.page.goto(`${url}${path}`);
    return opened;
  }

  /** Waits until a page of timing shows a session of this type. */
  const shows = (page: Page, type: string) => page.locator('.strip .type').getByText(type, { exact: true }).waitFor();

  beforeAll(async () => {
    browser = await launch();
    data = temporaryData();
    url = `http://127.0.0.1:${await freePort()}`;
    const up = okboxbox(['up', '--source', 'none', '--port', new URL(url).port, '--data', data.dir, '--show', 'cup']);
    running.push(up);
    await eventually(() => expect(up.stdout()).toContain('#code='));
    main = await relay('main-pc', 'demo:1,cars=20,minutes=20,evening', 1);
    await relay('anna', 'demo:2,cars=20,minutes=60', 2);
  });
  afterAll(async () => {
    await browser?.close();
    await Promise.all(running.reverse().map((each) => stop(each)));
    data?.remove();
  });

  it('is chosen on the desk and in the console: live pages go there at once, the public when the delay has passed', {
    timeout: 120_000,
  }, async () => {
    const desk = await pageOf('director', '/sessions/cup/director');
    const live = await pageOf('team', '/sessions/cup');
    const viewer = await pageOf('team', '/public/cup');
    const panel = desk.page.getByRole('region', { name: 'Session', exact: true });
    await panel.getByText('main feed: main-pc').waitFor();
    await shows(live.page, 'practice');
    await shows(viewer.page, 'practice');
    await desk.page.getByRole('button', { name: '60 s', exact: true }).click();

    // By keyboard alone, and the answer that has the focus changes nothing.
    await panel.getByRole('button', { name: 'Follow', exact: true }).press('Enter');
    await desk.page.keyboard.press('Enter');
    await desk.page.getByRole('dialog').waitFor({ state: 'hidden' });
    await shows(live.page, 'practice');
    await panel.getByRole('button', { name: 'Follow', exact: true }).press('Enter');
    await okay(desk.page, 'Follow').press('Enter');
    await shows(live.page, 'race');
    await desk.page.getByText('a new session airs soon').waitFor();
    await shows(viewer.page, 'practice');
    await desk.page.getByRole('button', { name: 'jump', exact: true }).click();
    await desk.page.getByRole('button', { name: '10 s', exact: true }).click();
    await shows(viewer.page, 'race');

    const console = await pageOf('admin', '/admin/ops/sessions');
    const table = console.page.getByRole('region', { name: 'Sessions', exact: true });
    await table.getByRole('row').filter({ hasNotText: 'followed' }).getByRole('button').click();
    const relays = console.page.getByRole('region', { name: 'Relays', exact: true });
    await relays.getByText('main feed of cup: main-pc').waitFor();
    // What is the main feed already cannot be made it.
    expect(await relays.getByRole('button', { name: 'Make main feed' }).count()).toBe(0);
    await console.page.getByRole('button', { name: 'Follow', exact: true }).click();
    await okay(console.page, 'Follow').click();
    await okay(console.page, 'Close').click();
    await shows(live.page, 'practice');
    await shows(viewer.page, 'practice');
    expect([desk, live, viewer, console].flatMap(({ problems }) => problems)).toEqual([]);
    for (const { page } of [desk, live, viewer, console]) await page.close();
  });

  it('stays where its main feed is lost, which the desk says, until another relay is made the main feed', async () => {
    const { page, problems } = await pageOf('director', '/sessions/cup/director', PHONE);
    const panel = page.getByRole('region', { name: 'Session', exact: true });
    await panel.getByText('followed', { exact: true }).waitFor();
    await stop(main, 'SIGKILL');
    await panel.getByText('Main feed main-pc is not connected').waitFor();
    await panel.getByText('main-pc (not connected)').waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(
      0,
    );
    await panel.getByRole('button', { name: 'Make anna the main feed' }).click();
    await okay(page, 'Make main feed').click();
    await panel.getByText('main feed: anna').waitFor();
    await panel.getByText('Main feed main-pc is not connected').waitFor({ state: 'detached' });
    expect(problems).toEqual([]);
    await page.close();
  });
});
