import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { serverForEachTest } from '../apps/server/src/testing/running-server.js';
import { MAX_FEED_EVENTS } from '../packages/protocol/src/index.js';
import { eventually } from '../testing/eventually.js';
import { Cable } from './bad-day/cable.js';
import { launch, openPage, WITHOUT_CHROMIUM } from './browser.js';
import { FedRace } from './fed-race.js';

/** Overlays and the desk in a race that the test feeds itself, so that it knows what was sent when. */

const DIST = fileURLToPath(new URL('../apps/web/dist', import.meta.url));
const SIZE = { width: 1920, height: 1080 };
const { relay, post, token, url } = serverForEachTest({}, DIST);

describe.skipIf(WITHOUT_CHROMIUM)('on air', () => {
  let browser: Browser;
  let race: FedRace;
  let link: string;

  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    race = await FedRace.begin(await relay());
    link = (await act<{ link: { code: string } }>('link', { kind: 'overlay' })).link.code;
  });
  afterEach(async () => {
    race.end();
    for (const context of browser.contexts()) await context.close();
  });

  /** Makes a call of a director. */
  async function act<T>(name: string, body: object): Promise<T> {
    const answer = await post<T>(`/api/shows/local/acts/${name}`, body, await token('director'));
    expect(answer.body).toMatchObject({ ok: true });
    return answer.body;
  }

  /** Opens an overlay; `graphic` is its element, `shown` whether it is on air. */
  async function open(kind: string, options = '', from = url(), prepare?: (page: Page) => Promise<unknown>) {
    const { page, problems } = await openPage(browser, SIZE);
    await prepare?.(page);
    const connected = page.waitForEvent('websocket');
    await page.goto(`${from}/overlay/${kind}?show=local&link=${link}${options}`);
    await connected;
    const graphic = page.locator(`.${kind}`);
    return { page, problems, graphic, shown: page.locator(`.${kind}[data-shown]`) };
  }
  const hidden = async (overlay: { readonly shown: ReturnType<Page['locator']> }) =>
    eventually(async () => expect(await overlay.shown.count()).toBe(0));

  it('flag: comes by itself with each flag but green where auto=on, and only as cued otherwise', async () => {
    const [auto, usual] = [await open('flag', '&auto=on'), await open('flag')];
    await hidden(auto);
    race.flags = ['yellow'];
    await auto.shown.waitFor();
    expect(await auto.graphic.textContent()).toContain('Yellow');
    expect(await usual.shown.count()).toBe(0);
    race.flags = ['green'];
    await hidden(auto);
    expect(await usual.shown.count()).toBe(0);
    await act('cue', { set: { flag: { flag: 'red' } } });
    await Promise.all([auto.shown.waitFor(), usual.shown.waitFor()]);
    expect(await usual.graphic.textContent()).toContain('Red');
    await act('cue', { set: { flag: null } });
    await Promise.all([hidden(auto), hidden(usual)]);
    expect([...auto.problems, ...usual.problems]).toEqual([]);
  });

  it('fastest-lap: comes by itself for 8 s with a new best unless auto=off, which a cue alone brings', async () => {
    const [usual, off] = [await open('fastest-lap'), await open('fastest-lap', '&auto=off')];
    await race.skip(50 - race.time);
    await hidden(usual);
    // The third lap of the first car, which ends at 58 s, is the best one.
    await race.skip(58.5 - race.time);
    await usual.shown.waitFor();
    expect(await usual.graphic.textContent()).toMatch(/Fastest lap.*11.*18\.\d{3}/);
    expect(await off.shown.count()).toBe(0);
    await race.skip(8);
    await hidden(usual);
    await act('cue', { set: { fastestLap: {} } });
    await Promise.all([usual.shown.waitFor(), off.shown.waitFor()]);
    expect(await off.graphic.textContent()).toMatch(/18\.\d{3}/);
    expect([...usual.problems, ...off.problems]).toEqual([]);
  });

  it('pit-board: knows a visit that began before it was opened, long after its events have left the newest ones', async () => {
    await race.skip(22.6 - race.time);
    race.isInBox = true;
    await race.skip(40);
    for (let change = 0; change < MAX_FEED_EVENTS + 4; change++) {
      race.flags = [change % 2 === 0 ? 'yellow' : 'green'];
      await race.skip(0.1);
    }
    await act('cue', { set: { pits: {} } });
    for (const kind of ['pit-board', 'stage']) {
      const { page, problems } = await open(kind);
      const lane = page.locator('.pit-row', { hasText: '13' }).locator('.figure').first();
      await eventually(async () => expect(Number.parseFloat((await lane.textContent()) ?? '')).toBeGreaterThan(40));
      expect(problems).toEqual([]);
    }
  });

  it('an overlay that loses the server leaves, and comes back with the due picture: nothing early, old or back in time', {
    timeout: 90_000,
  }, async () => {
    const delayMs = 2_000;
    await act('delay', { delayMs, mode: 'jump' });
    await act('cue', { set: { clock: {} } });
    const cable = await Cable.to(Number(new URL(url()).port));
    const { page, problems, shown } = await open('clock', '', cable.url, (each) =>
      each.addInitScript(() => {
        const kept = window as unknown as { seen: Seen[] };
        kept.seen = [];
        const look = () => {
          const graphic = document.querySelector('#root > div')?.shadowRoot?.querySelector('.clock');
          const isShown = graphic?.hasAttribute('data-shown') === true;
          const text = graphic?.querySelector('.clock-main')?.textContent ?? '';
          const last = kept.seen.at(-1);
          if (isShown !== last?.isShown || text !== last.text) kept.seen.push({ at: Date.now(), isShown, text });
          requestAnimationFrame(look);
        };
        look();
      }),
    );
    const seen = () => page.evaluate(() => (window as unknown as { seen: Seen[] }).seen);
    /** Waits until the race goes on in the picture. */
    const running = async () => {
      const before = (await seen()).length;
      await eventually(async () =>
        expect((await seen()).slice(before).filter((each) => each.isShown).length).toBeGreaterThan(2),
      );
    };
    await running();

    // A short break is not seen.
    const unbroken = (await seen()).length;
    cable.pull();
    cable.repair();
    await running();
    expect((await seen()).slice(unbroken).every(({ isShown }) => isShown)).toBe(true);

    // Half-open: nobody tells the page that nothing comes any more.
    const lostAt = Date.now();
    cable.kill();
    await vi.waitFor(async () => expect(await shown.count()).toBe(0), { timeout: 30_000 });
    cable.pull();
    cable.repair();
    await shown.waitFor({ timeout: 30_000 });
    await running();

    const pictures = (await seen()).filter(({ isShown, text }) => isShown && text !== '');
    const seconds = pictures.map(({ text }) => text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0));
    expect(pictures.some(({ at }) => at > lostAt + 10_000)).toBe(true);
    for (const [i, second] of seconds.entries()) {
      const { at = 0 } = pictures[i] ?? {};
      // The clock rounds up or down: the second before counts, too.
      const sent = Math.min(...[second - 1, second].map((each) => race.sentAt.get(each) ?? Number.POSITIVE_INFINITY));
      expect(second).toBeLessThanOrEqual(seconds[i - 1] ?? Number.POSITIVE_INFINITY);
      expect(at - sent).toBeGreaterThanOrEqual(delayMs - 1_050);
      expect(at - sent).toBeLessThan(delayMs + 10_000);
    }
    expect(problems).toEqual([]);
    await cable.close();
  });
});

describe.skipIf(WITHOUT_CHROMIUM).each([
  ['fast', 60_000],
  ['slow', -60_000],
])('in a browser whose clock is a minute %s', (_, aheadMs) => {
  let browser: Browser;
  let race: FedRace;

  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    race = await FedRace.begin(await relay());
  });
  afterEach(async () => {
    race.end();
    for (const context of browser.contexts()) await context.close();
  });

  /** Moves the clock of a page before anything of it runs. */
  const setClock = (page: Page) =>
    page.addInitScript((ms) => {
      const Real = Date;
      const Moved = function (...given: readonly []) {
        return new.target
          ? new Real(...(given.length === 0 ? ([Real.now() + ms] as unknown as []) : given))
          : String(new Real(Real.now() + ms));
      };
      globalThis.Date = Object.assign(Moved, {
        UTC: Real.UTC,
        parse: Real.parse,
        now: () => Real.now() + ms,
        prototype: Real.prototype,
      }) as unknown as DateConstructor;
    }, aheadMs);

  it('the desk shows how long ago moments were, and what is set by them, by the server’s clock', async () => {
    const { page, problems } = await openPage(browser, SIZE);
    await setClock(page);
    await page.addInitScript((value) => localStorage.setItem('okboxbox.token', value), await token('director'));
    await page.goto(`${url()}/sessions/local/director`);
    expect(Math.abs((await page.evaluate(() => Date.now())) - Date.now() - aheadMs)).toBeLessThan(10_000);
    await page.getByRole('region', { name: 'Real time' }).getByRole('listitem').first().waitFor();
    race.flags = ['yellow'];
    const yellowAt = Date.now();
    await page.keyboard.press('m');
    const panel = page.getByRole('region', { name: 'Calibrate the graphics: watch OBS' });
    const moment = panel.getByRole('button', { name: /^Yellow flag/ });
    await moment.waitFor({ timeout: 20_000 });
    const ago = Number(/([\d.]+) s ago/.exec((await moment.textContent()) ?? '')?.[1]);
    const isAgo = (Date.now() - yellowAt) / 1_000;
    expect(ago).toBeGreaterThan(isAgo - 3);
    expect(ago).toBeLessThan(isAgo + 2);
    await moment.click();
    await panel.getByRole('button', { name: /^I see it now/ }).click();
    const proposed = (await panel.getByText(/the delay would be [\d.]+ s;/).textContent()) ?? '';
    const would = Number(/would be ([\d.]+) s/.exec(proposed)?.[1]);
    const passed = (Date.now() - yellowAt) / 1_000;
    expect(would).toBeGreaterThan(ago - 1);
    expect(would).toBeLessThan(passed + 1);
    expect(problems).toEqual([]);
  });

  it('what is cued for some seconds counts down on the desk, and leaves the overlay when they are over', async () => {
    const director = await token('director');
    const call = (name: string, body: object) =>
      post<{ link: { code: string } }>(`/api/shows/local/acts/${name}`, body, director);
    const { link } = (await call('link', { kind: 'overlay' })).body;
    const [overlay, desk] = [await openPage(browser, SIZE), await openPage(browser, SIZE)];
    for (const { page } of [overlay, desk]) await setClock(page);
    await overlay.page.goto(`${url()}/overlay/flag?show=local&link=${link.code}`);
    await desk.page.addInitScript((value) => localStorage.setItem('okboxbox.token', value), director);
    await desk.page.goto(`${url()}/sessions/local/director`);
    await desk.page.getByRole('region', { name: 'Real time' }).getByRole('listitem').first().waitFor();
    const cuedAt = Date.now();
    await call('cue', { set: { flag: { flag: 'red' } }, forMs: 12_000 });
    await overlay.page.locator('.flag[data-shown]').waitFor();
    const left = desk.page.getByRole('row', { name: /^Flag/ }).getByRole('cell').nth(1);
    await eventually(async () => expect(await left.textContent()).toMatch(/^[\d.]+ s$/));
    const says = Number.parseFloat((await left.textContent()) ?? '');
    const isLeft = 12 - (Date.now() - cuedAt) / 1_000;
    expect(Math.abs(says - isLeft)).toBeLessThan(3);
    await overlay.page.locator('.flag:not([data-shown])').waitFor({ timeout: 30_000 });
    const stayed = Date.now() - cuedAt;
    expect(stayed).toBeGreaterThan(11_000);
    expect(stayed).toBeLessThan(25_000);
    expect([...overlay.problems, ...desk.problems]).toEqual([]);
  });
});

/** What the clock on air showed from a time of the machine's clock on. */
interface Seen {
  readonly at: number;
  readonly isShown: boolean;
  readonly text: string;
}
