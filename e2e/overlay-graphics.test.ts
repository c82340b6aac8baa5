import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OVERLAY_KINDS } from '../packages/protocol/src/index.js';
import { eventually } from '../testing/eventually.js';
import { runningAnimations } from './animations.js';
import { launch, openPage, WITHOUT_CHROMIUM } from './browser.js';
import { servePages } from './served-pages.js';

/** The graphics as OBS shows them: the built page, with its own type, over nothing. */

const DIST = fileURLToPath(new URL('../apps/web/dist', import.meta.url));
const SIZE = { width: 1920, height: 1080 };
/** 5 % of the picture on each side, in px. */
const SAFE = { left: 96, top: 54, right: 1824, bottom: 1026 };
/** Graphics that stand by themselves; a page of several is not one of them. */
const GRAPHICS = OVERLAY_KINDS.filter((kind) => kind !== 'timing-tower' && (kind as string) !== 'stage');

describe.skipIf(WITHOUT_CHROMIUM).each(GRAPHICS)('the graphic %s, with 60 cars and the longest names', (kind) => {
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

  /** Opens it, in a demo race that stands still, and waits until it is on air and at rest. */
  async function open(query = ''): Promise<{ readonly page: Page; readonly problems: string[] }> {
    const opened = await openPage(browser, SIZE);
    await opened.page.goto(`${pages.url}/overlay/${kind}?demo=1&cars=60&seed=3&at=66${query}`);
    await opened.page.evaluate(() => document.fonts.ready);
    await opened.page.waitForFunction(() => {
      const stage = document.querySelector('#root > div')?.shadowRoot?.lastElementChild;
      return stage != null && getComputedStyle(stage).opacity === '1';
    });
    await eventually(async () => expect(await opened.page.evaluate(runningAnimations)).toBe(0));
    return opened;
  }

  it('stands within the safe margins, and everything around it is transparent', async () => {
    const { page, problems } = await open();
    const box = await page
      .locator('#root > div > :not(style)')
      .evaluate(
        (stage) => stage.getBoundingClientRect().toJSON() as Record<'left' | 'top' | 'right' | 'bottom', number>,
      );
    expect(box.left).toBeGreaterThanOrEqual(SAFE.left - 0.5);
    expect(box.top).toBeGreaterThanOrEqual(SAFE.top - 0.5);
    expect(box.right).toBeLessThanOrEqual(SAFE.right + 0.5);
    expect(box.bottom).toBeLessThanOrEqual(SAFE.bottom + 0.5);
    const { inside, outside } = await opaquePixels(page, box);
    expect(inside).toBeGreaterThan(2_000);
    expect(outside).toBe(0);
    expect(problems).toEqual([]);
  });

  it.each(['board', 'light'])(
    'cuts no text but one that may be cut, and has no thin lines or letters (theme %s)',
    async (theme) => {
      const { page } = await open(`&theme=${theme}`);
      const faults = await page.locator('#root > div > :not(style)').evaluate((stage) =>
        [...stage.querySelectorAll<HTMLElement>('*')].flatMap((element) => {
          const style = getComputedStyle(element);
          const isText = element.childElementCount === 0 && element.textContent !== '';
          const isCut = isText && element.scrollWidth > element.clientWidth + 1 && style.display !== 'inline';
          const mayBeCut = style.textOverflow === 'ellipsis' || style.webkitLineClamp !== 'none';
          const borders = [style.borderTopWidth, style.borderLeftWidth].map(Number.parseFloat);
          const isThin = borders.some((width) => width > 0 && width < 2);
          const isLight = isText && Number(style.fontWeight) < 600;
          const fault = `${element.className}: ${element.textContent}`;
          return (isCut && !mayBeCut) || isThin || isLight ? [fault] : [];
        }),
      );
      expect(faults).toEqual([]);
    },
  );

  it('has the same pixels for the same race', async () => {
    const shots = [];
    for (const _ of [1, 2]) shots.push(await (await open()).page.screenshot({ omitBackground: true }));
    expect(shots[0]?.equals(shots[1] as Buffer)).toBe(true);
  });

  it('stands where its address says, as large as it says', async () => {
    const { page } = await open('&place=bottom-right&scale=0.5');
    const box = await page
      .locator('#root > div > :not(style)')
      .evaluate((stage) => stage.getBoundingClientRect().toJSON() as Record<'right' | 'bottom', number>);
    expect(box.right).toBeCloseTo(SAFE.right, 0);
    expect(box.bottom).toBeCloseTo(SAFE.bottom, 0);
  });
});

/** How many pixels inside and outside a box have anything in them. */
async function opaquePixels(
  page: Page,
  box: Readonly<Record<'left' | 'top' | 'right' | 'bottom', number>>,
): Promise<{ readonly inside: number; readonly outside: number }> {
  const shot = (await page.screenshot({ omitBackground: true })).toString('base64');
  return page.evaluate(
    async ([picture, { left, top, right, bottom }]) => {
      const image = new Image();
      image.src = `data:image/png;base64,${picture}`;
      await image.decode();
      const canvas = new OffscreenCanvas(image.width, image.height);
      const drawing = canvas.getContext('2d');
      drawing?.drawImage(image, 0, 0);
      const pixels = drawing?.getImageData(0, 0, image.width, image.height).data ?? [];
      const found = { inside: 0, outside: 0 };
      for (let i = 3; i < pixels.length; i += 4) {
        if (pixels[i] === 0) continue;
        const x = ((i - 3) / 4) % image.width;
        const y = Math.floor((i - 3) / 4 / image.width);
        // Edges that do not lie on a pixel reach into the next one.
        const isInside = x >= left - 1 && x <= right + 1 && y >= top - 1 && y <= bottom + 1;
        found[isInside ? 'inside' : 'outside'] += 1;
      }
      return found;
    },
    [shot, box] as const,
  );
}
