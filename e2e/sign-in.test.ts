import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../testing/eventually.js';
import { launch, openPage, WITHOUT_CHROMIUM } from './browser.js';
import { freePort, okboxbox, type Running, run, stop, temporaryData } from './okboxbox.js';

const SIZE = { width: 1_280, height: 800 };

describe.skipIf(WITHOUT_CHROMIUM)('signing in', () => {
  let data: ReturnType<typeof temporaryData>;
  let url: string;
  let up: Running;
  let browser: Browser;

  beforeAll(async () => {
    data = temporaryData();
    url = `http://127.0.0.1:${await freePort()}`;
    up = okboxbox(['up', '--port', new URL(url).port, '--data', data.dir, '--show', 'cup']);
    await eventually(() => expect(up.stdout()).toContain('#code='));
    browser = await launch();
    // The race is published: it is taken off air, so that every page needs a right.
    const admin = (await run(['token', '--role', 'admin', '--data', data.dir])).out.trim();
    await eventually(async () => {
      const answer = await fetch(`${url}/api/sessions`, { headers: { authorization: `Bearer ${admin}` } });
      expect(await answer.json()).toHaveLength(1);
    });
  });
  afterAll(async () => {
    await browser?.close();
    if (up) await stop(up);
    data.remove();
  });

  const link = async () => (await run(['sign-in', '--data', data.dir])).out.trim();
  const isSignedIn = (page: Page) => page.getByRole('button', { name: 'Sign out' }).waitFor();

  /** A stranger's page, in which a reload would be noticed. */
  async function stranger(path: string): Promise<Page> {
    const { page } = await openPage(browser, SIZE);
    await page.goto(`${url}${path}`);
    await page.evaluate(() => Object.assign(window, { isTheSamePage: true }));
    return page;
  }
  const isReloaded = (page: Page) => page.evaluate(() => !('isTheSamePage' in window));

  it.each([
    ['/sessions/cup', 'table', 'Live timing'],
    ['/sessions/cup/director', 'button:has-text("Pause")', 'the desk'],
    ['/admin/ops', 'nav', 'the console'],
    ['/admin/ops/sockets', 'nav', 'a view of the console'],
  ])(
    'on %s with a link shows what it is for at once, without a reload; signing out takes it away',
    async (path, shown) => {
      const page = await stranger(path);
      await page.getByLabel('Token or sign-in link').fill(await link());
      await page.getByRole('button', { name: 'Sign in' }).click();
      await isSignedIn(page);
      await page.locator(shown).first().waitFor();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByLabel('Token or sign-in link').waitFor();
      expect(await isReloaded(page)).toBe(false);
      await page.close();
    },
  );

  it.each(['/', '/sessions/cup', '/sessions/cup/director', '/admin/ops'])(
    'by a link that is opened in a page of %s that is open already works as well',
    async (path) => {
      const page = await stranger(path);
      const { hash } = new URL(await link());
      await page.evaluate((code) => {
        location.hash = code;
      }, hash);
      await isSignedIn(page);
      expect([await isReloaded(page), new URL(page.url()).hash]).toEqual([false, '']);
      await page.close();
    },
  );

  it.each(['/', '/public/cup', '/l/none', '/nowhere'])('is offered on %s, which needs no right', async (path) => {
    const page = await stranger(path);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Sign in' }).press('Enter');
    await page.getByLabel('Token or sign-in link').fill(await link());
    await page.getByRole('dialog').getByRole('button', { name: 'Sign in' }).click();
    await isSignedIn(page);
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.close();
  });

  it('or not, a share link that opens nothing is a page that says why', async () => {
    const page = await stranger('/l/none');
    await page.getByRole('heading', { name: 'This link does not work' }).waitFor();
    await page.getByText('There is no such link. Copy all of it again.').waitFor();
    await page.close();
  });

  it('in one tab signs the others in', async () => {
    const context = await browser.newContext();
    const [first, second] = [await context.newPage(), await context.newPage()];
    await first.goto(`${url}/admin/ops`);
    await second.goto(`${url}/admin/ops`);
    await first.getByLabel('Token or sign-in link').fill(await link());
    await first.getByRole('button', { name: 'Sign in' }).click();
    await isSignedIn(second);
    await second.locator('nav').first().waitFor();
    await context.close();
  });

  it('with a link that was used says so, and how to get another one', async () => {
    const used = await link();
    const first = await stranger('/');
    await first.goto(used);
    await isSignedIn(first);
    await first.close();
    const second = await browser.newContext();
    const page = await second.newPage();
    await page.goto(used);
    await page
      .getByRole('alert')
      .getByText(/used already.*okboxbox sign-in/)
      .waitFor();
    await second.close();
  });

  it('is possible where the browser keeps nothing for the site: the link is not used up for nothing', async () => {
    const { page } = await openPage(browser, SIZE);
    await page.addInitScript(() => {
      Object.defineProperty(window, 'localStorage', {
        get: () => {
          throw new DOMException('denied', 'SecurityError');
        },
      });
    });
    await page.goto(`${url}/admin/ops`);
    await page.getByLabel('Token or sign-in link').fill(await link());
    await page.getByRole('button', { name: 'Sign in' }).click();
    await isSignedIn(page);
    await page.locator('nav').first().waitFor();
    await page.close();
  });

  it('is asked for on each page with the command that fits it', async () => {
    for (const [path, command] of [
      ['/sessions/cup', 'npx --no-install okboxbox token --role team --show cup'],
      ['/sessions/cup/director', 'npx --no-install okboxbox token --role director --show cup'],
      ['/admin/ops', 'npx --no-install okboxbox token --role ops'],
    ] as const) {
      const page = await stranger(path);
      await page.getByText(command, { exact: true }).waitFor();
      await page.close();
    }
  });
});
