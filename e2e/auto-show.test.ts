import type { Browser, Page } from 'playwright-core';
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
  if (WITHOUT_CHROMIUM) return;
  await browser.close();
  await stop(up);
  data.remove();
});

async function deskOf(): Promise<Page> {
  const { page } = await openPage(browser, { width: 1920, height: 1080 });
  const token = await tokenOf(data.dir, 'director');
  await page.addInitScript((value) => localStorage.setItem('okboxbox.token', value), token);
  await page.goto(`${url}/sessions/local/director`);
  await page.getByRole('region', { name: 'Real time' }).getByRole('listitem').first().waitFor();
  return page;
}

const auto = (page: Page) => page.getByRole('region', { name: 'Runs by itself' });

describe.skipIf(WITHOUT_CHROMIUM)('a show that runs itself, on the desk', () => {
  it('runs by one key, says what it shows, and another key holds it: for every director, until it is let again', async () => {
    const [one, other] = [await deskOf(), await deskOf()];
    await one.keyboard.press('0');
    await auto(one).getByText('Running').waitFor();
    await auto(other).getByRole('button', { name: 'Take control' }).waitFor();
    // The demo race has a start or a battle within a short time; the show says which.
    await auto(other).getByRole('listitem').first().waitFor({ timeout: 60_000 });
    await other.keyboard.press('q');
    await auto(one).getByText('took control').waitFor();
    // Pressed once more it does not let go.
    await other.keyboard.press('q');
    await auto(other).getByText('took control').waitFor();
    await auto(one).getByRole('button', { name: 'Run by itself' }).click();
    await auto(other).getByText('Running').waitFor();
    // A cue takes control as well.
    await other.keyboard.press('e');
    await other.keyboard.press('a');
    await auto(one).getByText('took control').waitFor();
  }, 120_000);

  it('its rules are set for every director', async () => {
    const [one, other] = [await deskOf(), await deskOf()];
    for (const page of [one, other]) await auto(page).getByRole('button', { name: 'Rules' }).click();
    await auto(one).getByLabel('A car that closes on another', { exact: true }).check();
    await auto(one).getByLabel('Seconds for: Incident').fill('25');
    await auto(one).getByLabel('Seconds for: Incident').press('Enter');
    await eventually(async () => {
      expect(await auto(other).getByLabel('A car that closes on another', { exact: true }).isChecked()).toBe(true);
      expect(await auto(other).getByLabel('Seconds for: Incident').inputValue()).toBe('25');
    });
    expect(await axeViolations(one)).toEqual([]);
  }, 120_000);

  it('a dry run lists what would have aired; with all kinds off it says why nothing would', async () => {
    const page = await deskOf();
    await auto(page).getByRole('button', { name: 'Dry run' }).click();
    const dialog = page.getByRole('dialog', { name: 'Dry run' });
    await dialog.getByRole('button', { name: 'Start' }).click();
    await dialog.getByRole('img').waitFor();
    expect(await dialog.getByRole('row').nth(1).textContent()).toContain('Grid');
    expect(await axeViolations(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Close' }).click();
    await auto(page).getByRole('button', { name: 'Rules' }).click();
    const kinds = auto(page).getByRole('checkbox');
    for (let i = 0; i < (await kinds.count()); i++) await kinds.nth(i).uncheck();
    await auto(page).getByRole('button', { name: 'Dry run' }).click();
    await dialog.getByRole('button', { name: 'Start' }).click();
    await dialog.getByText('Nothing would have aired, because').waitFor();
  }, 120_000);
});
