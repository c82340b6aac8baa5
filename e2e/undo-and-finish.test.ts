import type { Browser, Page } from 'playwright-core';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../testing/eventually.js';
import { axeViolations } from './axe.js';
import { launch, openPage, WITHOUT_CHROMIUM } from './browser.js';
import { freePort, okboxbox, type Running, stop, temporaryData, tokenOf } from './okboxbox.js';

let browser: Browser;
let data: ReturnType<typeof temporaryData>;
let up: Running;
let url: string;

beforeAll(async () => {
  if (WITHOUT_CHROMIUM) return;
  browser = await launch();
  data = temporaryData();
  url = `http://127.0.0.1:${await freePort()}`;
  up = okboxbox(['up', '--port', new URL(url).port, '--data', data.dir, '--speed', '4']);
  await eventually(() => expect(up.stdout()).toContain('#code='));
});
afterAll(async () => {
  await browser?.close();
  if (up === undefined) return;
  await stop(up);
  data.remove();
});

/** A desk that shows the race. */
async function deskOf(size = { width: 1920, height: 1080 }) {
  const opened = await openPage(browser, size);
  const token = await tokenOf(data.dir, 'director');
  await opened.page.addInitScript((value) => localStorage.setItem('okboxbox.token', value), token);
  await opened.page.goto(`${url}/sessions/local/director`);
  await opened.page.getByRole('region', { name: 'Real time' }).getByRole('listitem').first().waitFor();
  return opened;
}

/** One act of another director. */
async function actOfAnother(event: string, body: object): Promise<void> {
  const token = await tokenOf(data.dir, 'admin');
  const socket = io(url, { auth: { token }, transports: ['websocket'] });
  try {
    expect(await socket.emitWithAck(event, { show: 'local', ...body })).toMatchObject({ ok: true });
  } finally {
    socket.disconnect();
  }
}

const region = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const graphicsDelay = (page: Page) => page.getByRole('group', { name: 'Graphics', exact: true });
const undoButton = (page: Page) => page.locator('.desk-head').getByRole('button', { name: /^Undo/ });

describe.skipIf(WITHOUT_CHROMIUM)('undo on the desk', () => {
  it('says what it undoes, by a key that is pressed once however long it is held', { timeout: 60_000 }, async () => {
    const { page, problems } = await deskOf();
    await page.keyboard.press('PageUp');
    await graphicsDelay(page)
      .getByText(/^(Holding|Running) [\d.]+ s/)
      .waitFor();
    await page.keyboard.press('PageUp');
    await undoButton(page)
      .getByText(/changed the delay from 10 s to 30 s, \d+ s ago$/)
      .waitFor();
    // Held: the next act in the list would leave no delay, and be asked.
    await page.keyboard.down('z');
    for (let n = 0; n < 5; n++) await page.keyboard.down('z');
    await page.keyboard.up('z');
    await undoButton(page)
      .getByText(/changed the delay from 0 s to 10 s, \d+ s ago$/)
      .waitFor();
    await region(page, 'Actions')
      .getByText(/^undid: .* changed the delay from 10 s to 30 s$/)
      .waitFor();
    expect(await page.getByRole('dialog').isVisible()).toBe(false);
    await page.keyboard.press('z');
    await page.getByRole('dialog').getByText('Viewers see more than now, or see it earlier.').waitFor();
    await page.keyboard.press('Escape');
    await undoButton(page)
      .getByText(/from 0 s to 10 s/)
      .waitFor();
    await page.keyboard.press('z');
    await page.getByRole('dialog').getByRole('button', { name: 'Undo' }).click();
    await graphicsDelay(page).getByText('Live', { exact: true }).waitFor({ timeout: 30_000 });
    expect(problems).toEqual([]);
    await page.close();
  });

  it('asks before it undoes what another director did', { timeout: 60_000 }, async () => {
    const { page, problems } = await deskOf();
    await actOfAnother('broadcast:cue', { set: { clock: {} } });
    await undoButton(page)
      .getByText(/ cued clock, \d+ s ago$/)
      .waitFor();
    await undoButton(page).click();
    await page.getByRole('dialog').getByText('Another director did this.').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Undo' }).click();
    await region(page, 'Actions')
      .getByText(/^undid: .* cued clock$/)
      .waitFor();
    await eventually(async () =>
      expect(await region(page, 'On air').getByRole('button', { name: 'Take off: Clock' }).count()).toBe(0),
    );
    expect(problems).toEqual([]);
    await page.close();
  });
});

describe.skipIf(WITHOUT_CHROMIUM)('the end of the evening', () => {
  it('is asked once, counts down where it can be stopped, and leaves the show unpublished', {
    timeout: 90_000,
  }, async () => {
    await actOfAnother('broadcast:publish', { published: true });
    await actOfAnother('broadcast:delay:set', { delayMs: 2_000, publicExtraMs: 3_000 });
    const { page, problems } = await deskOf();
    const open = () => page.getByRole('button', { name: 'Finish the show…' }).click();
    await open();
    const dialog = page.getByRole('dialog', { name: 'Finish the show?' });
    // The race goes on: that is said, and the answer that changes nothing has the focus.
    await dialog.getByText('The race has no chequered flag yet.').waitFor();
    expect(
      await dialog.getByRole('button', { name: 'Cancel' }).evaluate((node) => node === document.activeElement),
    ).toBe(true);
    expect(await axeViolations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    expect(await page.getByRole('button', { name: /^Published/ }).count()).toBe(1);

    await open();
    await dialog.getByLabel('Results on air for').selectOption('120 s');
    await dialog.getByLabel('Then').selectOption('unpublish the show');
    await dialog.getByText('When the public has seen that, in 125 s, the show is unpublished.').waitFor();
    await dialog.getByRole('button', { name: 'Finish' }).click();
    const banner = page.locator('.desk-head');
    await banner.getByText(/^Unpublished in 1[12]\d(\.\d)? s$/).waitFor();
    await region(page, 'On air')
      .getByRole('row', { name: /^Results Classification/i })
      .waitFor();
    await banner.getByRole('button', { name: 'Cancel the end of the show' }).click();
    await banner.getByText(/^Unpublished in/).waitFor({ state: 'detached' });

    await open();
    await dialog.getByLabel('Results on air for').selectOption('15 s');
    await dialog.getByLabel('Then').selectOption('unpublish the show');
    await dialog.getByRole('button', { name: 'Finish' }).click();
    await page.getByRole('button', { name: /^Not published/ }).waitFor({ timeout: 40_000 });
    await region(page, 'Actions').getByText('unpublished the show').waitFor();

    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Classification as CSV' }).click();
    expect((await download).suggestedFilename()).toBe('local.csv');
    expect(problems).toEqual([]);
    await page.close();
  });
});
