import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { serverForEachTest } from '../apps/server/src/testing/running-server.js';
import { eventually } from '../testing/eventually.js';
import { launch, openPage, WITHOUT_CHROMIUM } from './browser.js';
import { FedRace } from './fed-race.js';

const DIST = fileURLToPath(new URL('../apps/web/dist', import.meta.url));
/** As many viewers as make a crowd. */
const CROWD = 250;
const PATH = '/api/public/shows/local';
const { url, token, socket, relay, get, post } = serverForEachTest({ OPS_UI_ENABLED: '1' }, DIST);

describe.skipIf(WITHOUT_CHROMIUM)('the public page', () => {
  let browser: Browser;
  let race: FedRace | undefined;
  const pages: Page[] = [];

  beforeAll(async () => {
    browser = await launch();
  });
  afterEach(async () => {
    race?.end();
    for (const page of pages.splice(0)) await page.close();
  });
  afterAll(() => browser?.close());

  /** A race that is on air for everyone, and what its director may do. */
  async function onAir() {
    race = await FedRace.begin(await relay());
    const director = socket('/', { token: await token('director') });
    const publish = async (published: boolean) =>
      expect(await director.emitWithAck('broadcast:publish', { show: 'local', published })).toMatchObject({ ok: true });
    await publish(true);
    await eventually(async () => expect((await get(`${PATH}/now.json`)).status).toBe(200));
    return { publish };
  }

  const gather = async () => {
    for (let i = 0; i < CROWD; i++) await post(`${PATH}/watching`, {});
  };

  /** Opens the page, and notes by which ways it asks. */
  async function open(before: (page: Page) => Promise<void> = async () => undefined) {
    const { page, problems } = await openPage(browser, { width: 1280, height: 800 });
    pages.push(page);
    const made = { page, problems, sockets: 0, files: new Set<string>() };
    page.on('websocket', () => {
      made.sockets += 1;
    });
    page.on('request', (request) => {
      const file = /\/api\/public\/shows\/local\/(\w+)/.exec(request.url())?.[1];
      if (file !== undefined) made.files.add(file);
    });
    await before(page);
    await page.goto(`${url()}/public/local`);
    return made;
  }

  const table = (page: Page) => page.getByRole('table', { name: 'Live timing' });
  const clockOf = (page: Page) => page.locator('.strip').innerText();
  /** What the page shows goes on. */
  async function goesOn(page: Page): Promise<void> {
    const before = await clockOf(page);
    await eventually(async () => expect(await clockOf(page)).not.toBe(before));
  }

  it('connects where few watch', { timeout: 60_000 }, async () => {
    await onAir();
    const made = await open();
    await table(made.page).waitFor();
    await goesOn(made.page);
    expect([...made.files]).toEqual(['crowd']);
    expect(made.problems).toEqual([]);
    expect(made.sockets).toBe(1);
  });

  it('reads segments where a crowd watches, and shows a withdrawn show as a page with a socket does', {
    timeout: 60_000,
  }, async () => {
    const { publish } = await onAir();
    await gather();
    const made = await open();
    await table(made.page).waitFor();
    await goesOn(made.page);
    await goesOn(made.page);
    expect(await made.page.getByText('stale').count()).toBe(0);
    expect(made.sockets).toBe(0);
    expect([...made.files].sort()).toEqual(['crowd', 'now', 's', 'watching']);
    expect(made.problems).toEqual([]);
    const { body } = await get<{ sessions: { spectatorsEstimate: number }[] }>('/api/ops/sessions', await token('ops'));
    expect(body.sessions[0]?.spectatorsEstimate).toBeGreaterThan(CROWD);
    await publish(false);
    await made.page.getByText('Nothing on air').waitFor({ timeout: 5_000 });
    await publish(true);
    await table(made.page).waitFor({ timeout: 10_000 });
    expect(made.sockets).toBe(0);
  });

  it('connects where something between it and the server does not let segments through', {
    timeout: 60_000,
  }, async () => {
    await onAir();
    await gather();
    const made = await open(async (page) => {
      await page.route('**/now.json', (route) => route.fulfill({ status: 403 }));
    });
    await table(made.page).waitFor({ timeout: 20_000 });
    await goesOn(made.page);
    expect(made.sockets).toBe(1);
  });
});
