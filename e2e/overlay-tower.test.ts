import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../testing/eventually.js';
import { runningAnimations } from './animations.js';
import { launch, openPage, WITHOUT_CHROMIUM } from './browser.js';
import { servePages } from './served-pages.js';

/** The timing tower and the stage as OBS shows them: the built page, with its own type, over nothing. */

const DIST = fileURLToPath(new URL('../apps/web/dist', import.meta.url));
const SIZE = { width: 1920, height: 1080 };
/** The largest field, with the longest names. */
const FIELD = 'demo=1&cars=60&seed=3';
/** Where the tower never is, on the canvas. */
const BESIDE = { x: 640, y: 0, width: 1280, height: 1080 };

interface Box {
  readonly kind: string;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

describe.skipIf(WITHOUT_CHROMIUM)('on air', () => {
  let browser: Browser;
  let pages: Awaited<ReturnType<typeof servePages>>;

  beforeAll(async () => {
    pages = await servePages(DIST, 'overlay.html');
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await pages?.close();
  });

  /** Opens an overlay, and waits until it is on air and at rest. */
  async function open(address: string, prepare?: (page: Page) => Promise<unknown>) {
    const opened = await openPage(browser, SIZE);
    await prepare?.(opened.page);
    await opened.page.goto(`${pages.url}/overlay/${address}`);
    await atRest(opened.page);
    return opened;
  }

  describe.each(['board', 'light'])('the tower in the theme %s', (theme) => {
    it('leaves all but itself transparent, and stays within the safe margins with 60 rows asked for', async () => {
      const { page, problems } = await open(`timing-tower?${FIELD}&at=66&rows=60&theme=${theme}`);
      const box = await page.locator('.tower').boundingBox();
      expect([box?.x, box?.y]).toEqual([96, 54]);
      expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(1026);
      const beside = await page.screenshot({ omitBackground: true, clip: BESIDE });
      await page.evaluate(() => document.getElementById('root')?.remove());
      expect(beside.equals(await page.screenshot({ omitBackground: true, clip: BESIDE }))).toBe(true);
      expect(problems).toEqual([]);
    });

    it('narrows all names alike, cuts no figure, and draws nothing thinner than 2 px', async () => {
      const { page } = await open(`timing-tower?${FIELD}&at=66&theme=${theme}`);
      const names = await page.$$eval('.tower-name', (all) => all.map((each) => getComputedStyle(each).fontStretch));
      expect(names).toHaveLength(20);
      expect(new Set(names)).toEqual(new Set(['75%']));
      const faults = await page.$$eval('.tower-row span:not(.tower-name)', (all) =>
        all.filter((each) => each.scrollWidth > each.clientWidth + 1).map((each) => each.textContent),
      );
      expect(faults).toEqual([]);
      const light = await page.$$eval('.tower *', (all) =>
        all.filter((each) => Number(getComputedStyle(each).fontWeight) < 600).map((each) => each.className),
      );
      expect(light).toEqual([]);
    });

    it('has the same pixels for the same seed, and others for another one', async () => {
      const shot = async (seed: number) => {
        const { page } = await open(`timing-tower?demo=1&seed=${seed}&at=42&gap=rotate&theme=${theme}`);
        return page.screenshot({ omitBackground: true });
      };
      const [first, again, other] = [await shot(3), await shot(3), await shot(4)];
      expect(first.equals(again)).toBe(true);
      expect(first.equals(other)).toBe(false);
    });
  });

  it('all figures of the tower change together, and the heading says which they are', async () => {
    const column = async (at: number) => {
      const { page } = await open(`timing-tower?demo=1&at=${at}&gap=rotate`);
      return { title: await page.locator('.tower-title').textContent(), figures: await texts(page, '.tower-figure') };
    };
    const [interval, leader, last] = [await column(61), await column(71), await column(81)];
    expect([interval.title, leader.title, last.title]).toEqual(['Interval', 'Gap', 'Last lap']);
    expect(last.figures.filter((text) => /^1:\d\d\.\d{3}$/.test(text)).length).toBeGreaterThan(10);
    expect(interval.figures[0]).toBe('Leader');
  });

  it('in OBS, a source that was hidden shows the newest state once it is seen again', async () => {
    const { page, problems } = await open(`timing-tower?${FIELD}`, async (each) => {
      await each.clock.install({ time: 0 });
      await each.addInitScript(() => Object.assign(window, { obsstudio: {} }));
    });
    const rows = () => texts(page, '.tower-row');
    const tell = (visible: boolean) =>
      page.evaluate((detail) => window.dispatchEvent(new CustomEvent('obsSourceVisibleChanged', { detail })), {
        visible,
      });
    await tell(false);
    const before = await rows();
    await page.clock.runFor(30_000);
    expect(await rows()).toEqual(before);
    await tell(true);
    await page.clock.runFor(50);
    expect(await rows()).not.toEqual(before);
    // What it missed is not played: every row stands where it belongs at once.
    expect(await page.evaluate(runningAnimations)).toBe(0);
    expect(problems).toEqual([]);
  });

  it('a style sheet of the page sets colours, and the part of every graphic, on the stage, too', async () => {
    const css = ':root { --okb-ink: rgb(1, 2, 3); } ::part(graphic) { letter-spacing: 3px; }';
    for (const kind of ['timing-tower', 'stage']) {
      const { page } = await open(`${kind}?demo=1&at=1`);
      await page.addStyleTag({ content: css });
      const tower = page.locator('.tower');
      await tower.waitFor();
      expect(
        await tower.evaluate((each) => [getComputedStyle(each).color, getComputedStyle(each).letterSpacing]),
      ).toEqual(['rgb(1, 2, 3)', '3px']);
    }
  });

  it('the stage draws what is cued, and no graphic of it covers another', async () => {
    const drawn = new Set<string>();
    for (let at = 1; at < 72; at += 8) {
      const { page, problems } = await open(`stage?${FIELD}&at=${at}`);
      const boxes = await page.evaluate(boxesOnAir);
      for (const [i, a] of boxes.entries()) {
        drawn.add(a.kind);
        for (const b of boxes.slice(i + 1)) {
          const isApart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
          expect([at, a.kind, b.kind, isApart]).toEqual([at, a.kind, b.kind, true]);
        }
      }
      expect(problems).toEqual([]);
      await page.close();
    }
    expect([...drawn]).toEqual(expect.arrayContaining(['tower', 'lower-third', 'battle-box', 'race-control']));
  });

  it('the stage gives single overlays their own options', async () => {
    const { page } = await open('stage?demo=1&at=1&set=timing-tower.rows:3,timing-tower.theme:light,nothing.x:1');
    await page.locator('.tower-row').first().waitFor();
    expect(await page.locator('.tower-row').count()).toBe(3);
    expect(await page.locator('.tower').evaluate((each) => getComputedStyle(each).color)).toBe('rgb(13, 17, 23)');
  });
});

function texts(page: Page, selector: string): Promise<string[]> {
  return page.$$eval(selector, (all) => all.map((each) => (each as HTMLElement).textContent ?? ''));
}

/** Waits until the overlay is on air, with its type, and nothing moves. */
async function atRest(page: Page): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  await page.waitForFunction(() => {
    const graphic = document.querySelector('#root > div')?.shadowRoot?.lastElementChild;
    const inner = [...(graphic?.children ?? [])].map((each) => each.firstElementChild?.shadowRoot?.lastElementChild);
    const isOn = (each: Element | null | undefined) => each != null && getComputedStyle(each).opacity === '1';
    const isStage = graphic?.className === 'stage';
    return isOn(graphic) && (!isStage || inner.some(isOn));
  });
  await eventually(async () => expect(await page.evaluate(runningAnimations)).toBe(0));
}

/** What a stage has on air: where each graphic stands. Runs in the page. */
function boxesOnAir(): Box[] {
  const stage = document.querySelector('#root > div')?.shadowRoot?.lastElementChild;
  return [...(stage?.children ?? [])].flatMap((place) => {
    const graphic = place.firstElementChild?.shadowRoot?.lastElementChild;
    // A board covers the middle of the picture, and what stands there.
    const isBoard = graphic?.classList.contains('board') === true;
    if (!graphic?.hasAttribute('data-shown') || graphic.hasAttribute('data-empty') || isBoard) return [];
    const { left, top, right, bottom } = graphic.getBoundingClientRect();
    const kind = [...graphic.classList].at(-1) ?? '';
    return [{ kind, left, top, right, bottom }];
  });
}
