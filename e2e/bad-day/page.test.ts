import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { launch, openPage, WITHOUT_CHROMIUM } from '../browser.js';
import { tokenOf } from '../okboxbox.js';
import { RaceNight } from './race-night.js';

let browser: Browser;
let night: RaceNight;
beforeAll(async () => {
  if (!WITHOUT_CHROMIUM) browser = await launch();
});
afterAll(() => browser?.close());
afterEach(() => night.end());

describe.skipIf(WITHOUT_CHROMIUM)('the live timing page', () => {
  it('says how old its figures are while the server stands still, and goes on by itself', {
    timeout: 120_000,
  }, async () => {
    night = await RaceNight.begin();
    const server = await night.serve();
    await night.relay('demo:page,cars=20,minutes=30', '10');
    const { page, problems } = await openPage(browser, { width: 1440, height: 900 });
    const token = await tokenOf(night.data.dir, 'team');
    await page.addInitScript((value) => localStorage.setItem('okboxbox.token', value), token);
    await page.goto(`${night.url}/sessions/local`);
    await page.getByText('live', { exact: true }).waitFor({ timeout: 30_000 });
    const lap = async () => Number(/Lap (\d+)/.exec(await page.title())?.[1] ?? 0);
    await vi.waitFor(async () => expect(await lap()).toBeGreaterThanOrEqual(2), { timeout: 30_000 });
    const before = await lap();

    server.process.kill('SIGSTOP');
    await page.getByText(/^reconnecting \d+ s$/).waitFor({ timeout: 10_000 });
    // Ages count up, even if nobody looks.
    await page.getByText('reconnecting 8 s', { exact: true }).waitFor({ timeout: 10_000 });
    expect(await page.locator('.live[data-stale]').count()).toBe(1);
    server.process.kill('SIGCONT');
    await page.getByText('live', { exact: true }).waitFor({ timeout: 30_000 });
    await vi.waitFor(async () => expect(await lap()).toBeGreaterThan(before), { timeout: 30_000 });
    expect(problems).toEqual([]);
    await page.close();
  });
});
