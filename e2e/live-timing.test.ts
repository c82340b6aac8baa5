import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../testing/eventually.js';
import { launch, openPage, WITHOUT_CHROMIUM } from './browser.js';
import { freePort, MONZA, okboxbox, type Running, stop, temporaryData, tokenOf, WITHOUT_DATA } from './okboxbox.js';

const DESKTOP = { width: 1920, height: 1080 };
const PHONE = { width: 390, height: 844 };

interface ChartLap {
  readonly car_number: string;
  readonly lap_number: number;
  readonly lap_time: number;
  readonly lap_position: number;
}

let browser: Browser;
let data: ReturnType<typeof temporaryData>;
let up: Running;
let url: string;

beforeAll(async () => {
  if (!WITHOUT_CHROMIUM) browser = await launch();
});
afterAll(() => browser?.close());
beforeEach(async () => {
  data = temporaryData();
  url = `http://127.0.0.1:${await freePort()}`;
});
afterEach(async () => {
  if (up) await stop(up);
  data.remove();
});

/** Runs the platform as `npm start` does, and gives the sign-in link that it prints. */
async function start(...more: string[]): Promise<string> {
  up = okboxbox(['up', '--port', new URL(url).port, '--data', data.dir, ...more]);
  await eventually(() => expect(up.stdout()).toContain('#code='));
  return /http\S+#code=\S+/.exec(up.stdout())?.[0] ?? '';
}

async function signedInPage(size: typeof DESKTOP, path: string): Promise<{ page: Page; problems: string[] }> {
  const opened = await openPage(browser, size);
  const token = await tokenOf(data.dir, 'team');
  await opened.page.addInitScript((value) => localStorage.setItem('okboxbox.token', value), token);
  await opened.page.goto(`${url}${path}`);
  return opened;
}

const rowsOf = (page: Page) =>
  page.$$eval('tbody.rows tr', (rows) =>
    rows
      .map((row) =>
        Object.fromEntries(
          [...row.querySelectorAll('td')].map((cell) => [cell.dataset.col ?? '', cell.textContent ?? '']),
        ),
      )
      .sort((a, b) => Number(a.position) - Number(b.position)),
  );

describe.skipIf(WITHOUT_CHROMIUM || WITHOUT_DATA)('the live timing page', () => {
  it('shows a finished race as the chart has it: order, last and best laps, laps completed', {
    timeout: 120_000,
  }, async () => {
    const link = await start('--source', `lapchart:${MONZA}`, '--speed', 'max');
    const { page, problems } = await openPage(browser, DESKTOP);
    await page.goto(link);
    await page.getByText('ended').first().waitFor({ timeout: 60_000 });
    expect(page.url()).not.toContain('code');
    await page.getByRole('link', { name: /Monza/ }).click();
    await page.getByText('final').waitFor();

    const chart = (JSON.parse(readFileSync(MONZA, 'utf8')) as { laps: ChartLap[] }).laps;
    const lapsOf = (car: string) => chart.filter((lap) => lap.car_number === car && lap.lap_number > 0);
    const finishers = [...new Set(chart.map((lap) => lap.car_number))]
      .filter((car) => lapsOf(car).length === 18)
      .sort((a, b) => (lapsOf(a).at(-1)?.lap_position ?? 0) - (lapsOf(b).at(-1)?.lap_position ?? 0));
    const rows = await rowsOf(page);
    expect(rows).toHaveLength(28);
    expect(rows.slice(0, finishers.length).map((row) => row.number)).toEqual(finishers);
    for (const [i, car] of finishers.entries()) {
      const times = lapsOf(car).filter((lap) => lap.lap_time > 0);
      const row = rows[i] ?? {};
      expect(row.lap).toBe('18');
      expect(Math.abs(milliseconds(row.last) - (times.at(-1)?.lap_time ?? 0) / 10)).toBeLessThanOrEqual(2);
      const best = Math.min(...times.filter((lap) => lap.lap_number > 1).map((lap) => lap.lap_time)) / 10;
      expect(Math.abs(milliseconds(row.best) - best)).toBeLessThanOrEqual(2);
    }
    expect(await page.title()).toContain('P1 #1');
    expect(problems).toEqual([]);
    await page.close();
  });

  it('follows a race, says when the server is gone, and recovers by itself with the same laps', {
    timeout: 120_000,
  }, async () => {
    await start('--source', `lapchart:${MONZA}`, '--speed', '20');
    const { page, problems } = await signedInPage(DESKTOP, '/sessions/local');
    await page.getByText('live', { exact: true }).waitFor({ timeout: 20_000 });
    await vi.waitFor(async () => expect(Number((await rowsOf(page))[0]?.lap)).toBeGreaterThanOrEqual(2), {
      timeout: 40_000,
    });
    const before = await rowsOf(page);

    const server = /okboxbox server/;
    const { execFileSync } = await import('node:child_process');
    const children = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(up.process.pid)], { encoding: 'utf8' });
    const pid = Number(
      children
        .split('\n')
        .find((line) => server.test(line))
        ?.trim()
        .split(' ')[0],
    );
    process.kill(pid, 'SIGKILL');
    await page.getByText(/reconnecting/).waitFor({ timeout: 10_000 });
    expect(await rowsOf(page)).toHaveLength(28);
    await page.getByText('live', { exact: true }).waitFor({ timeout: 30_000 });
    expect(up.stderr()).toContain('is restarting');
    await vi.waitFor(
      async () => {
        const after = await rowsOf(page);
        for (const row of before) {
          const now = after.find((each) => each.number === row.number);
          expect(lapsIn(now)).toBeGreaterThanOrEqual(lapsIn(row));
        }
        expect(Number(after[0]?.lap)).toBeGreaterThan(Number(before[0]?.lap));
      },
      { timeout: 30_000 },
    );
    expect(problems).toEqual([]);
    await page.close();
  });

  it('can be used by keyboard: select, open laps, filter, help', { timeout: 60_000 }, async () => {
    await start('--source', `lapchart:${MONZA}`, '--speed', 'max');
    const { page, problems } = await signedInPage(DESKTOP, '/sessions/local');
    await page.getByText('final').waitFor({ timeout: 30_000 });
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    const panel = page.getByRole('complementary');
    await panel.getByText('from green').waitFor();
    expect(await panel.locator('tbody tr').count()).toBe(18);
    await page.keyboard.press('Escape');
    expect(await panel.count()).toBe(0);
    await page.keyboard.press('/');
    await page.keyboard.type('driver 07');
    await eventually(async () => expect(await rowsOf(page)).toHaveLength(1));
    await page.keyboard.press('Escape');
    await eventually(async () => expect(await rowsOf(page)).toHaveLength(28));
    await page.keyboard.press('?');
    await page.getByRole('dialog').getByText('pin the car').waitFor();
    expect(problems).toEqual([]);
    await page.close();
  });

  it('fits a phone without scrolling sideways', { timeout: 60_000 }, async () => {
    await start('--source', `lapchart:${MONZA}`, '--speed', 'max');
    const { page, problems } = await signedInPage(PHONE, '/sessions/local');
    await page.getByText('final').waitFor({ timeout: 30_000 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(PHONE.width);
    const heights = await page.$$eval('tbody.rows tr', (rows) => rows.map((row) => row.getBoundingClientRect().height));
    expect(Math.min(...heights)).toBeGreaterThanOrEqual(40);
    expect(problems).toEqual([]);
    await page.close();
  });
});

describe.skipIf(WITHOUT_CHROMIUM)('without a race or a right', () => {
  it('the pages say what is missing and the way out', { timeout: 60_000 }, async () => {
    await start('--source', 'none');
    const stranger = await openPage(browser, DESKTOP);
    await stranger.page.goto(`${url}/sessions/local`);
    await stranger.page.getByText('You cannot see this yet').waitFor();
    await stranger.page.getByText('session:live', { exact: true }).waitFor();
    await stranger.page.getByLabel('Token or sign-in link').fill(await tokenOf(data.dir, 'team'));
    await stranger.page.getByRole('button', { name: 'Sign in' }).click();
    await stranger.page.getByText('No session here').waitFor();
    await stranger.page.goto(`${url}/`);
    await stranger.page.getByText('No session yet').waitFor();
    await stranger.page.goto(`${url}/nowhere`);
    await stranger.page.getByText('Page not found').waitFor();
    expect(stranger.problems.filter((problem) => !problem.includes('404'))).toEqual([]);
    await stranger.page.close();
  });
});

/** Laps completed in a row of the table; a car that has not been seen has a dash. */
function lapsIn(row: Record<string, string> | undefined): number {
  return Number(row?.lap) || 0;
}

function milliseconds(time: string | undefined): number {
  const [, minutes, seconds] = /^(\d+):([\d.]+)$/.exec(time ?? '') ?? [];
  return Number(minutes) * 60_000 + Number(seconds) * 1000;
}
