import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OVERLAY_KINDS, type OverlayKind } from '../packages/protocol/src/index.js';
import { launch, openPage, WITHOUT_CHROMIUM } from './browser.js';
import { overlaysScript } from './overlays-script.js';

/** What moves in a graphic: the map from picture to picture, and nothing where the viewer's system asks for less motion. */

/** What the tested page has as globals. */
interface Tested {
  readonly overlays: typeof import('./mounted-overlays.js');
  mounted: import('../apps/web/src/overlays/define-overlay.js').Overlay;
  /** Shows the demo race at a second, changed as `change` says. */
  show(second: number, change: { readonly shape?: readonly number[] | null }): void;
}

/** Pictures that follow on the one at 60 s: cars move, and change places. */
const SECONDS = Array.from({ length: 25 }, (_, i) => 61 + i);

describe.skipIf(WITHOUT_CHROMIUM)('a graphic between two pictures', () => {
  let browser: Browser;
  let script: string;

  beforeAll(async () => {
    browser = await launch();
    script = await overlaysScript();
  });
  afterAll(() => browser?.close());

  /** A graphic on air, in the demo race at a second. */
  async function onAir(kind: OverlayKind, second: number, reducedMotion: 'reduce' | 'no-preference'): Promise<Page> {
    const { page } = await openPage(browser, { width: 1920, height: 1080 });
    await page.emulateMedia({ reducedMotion });
    await page.setContent('<main></main>');
    await page.addScriptTag({ content: script });
    await page.evaluate(
      async ([wanted, first]) => {
        const tested = globalThis as unknown as Tested;
        const { loadOverlays, demoState, USUAL_DEMO, readOptions } = tested.overlays;
        const definition = (await loadOverlays()).find((each) => each.kind === wanted);
        const root = document.querySelector('main');
        if (!root || !definition) throw new Error('There is no such overlay.');
        const heard = new Set<() => void>();
        let race = demoState(first, USUAL_DEMO, definition);
        const source = {
          picture: () => ({ race, at: null }),
          subscribe: (listener: () => void) => {
            heard.add(listener);
            return () => heard.delete(listener);
          },
        };
        tested.show = (at, { shape }) => {
          race = demoState(at, USUAL_DEMO, definition);
          const { shape: demo, ...session } = race.session;
          const now = shape === null ? undefined : (shape ?? demo);
          race = { ...race, session: now === undefined ? session : { ...session, shape: now } };
          for (const listener of heard) listener();
        };
        tested.mounted = definition.mount(root, source, readOptions(definition.options, {}));
        await tested.mounted.show();
      },
      [kind, second] as const,
    );
    return page;
  }
  const show = (page: Page, second: number, change: { readonly shape?: readonly number[] | null } = {}) =>
    page.evaluate(
      ([at, changed]) => {
        const tested = globalThis as unknown as Tested;
        tested.show(at, changed);
        return tested.overlays.runningAnimations();
      },
      [second, change] as const,
    );

  it.each(OVERLAY_KINDS)(
    '%s: comes, changes and goes without an animation where less motion is asked for',
    async (kind) => {
      const page = await onAir(kind, 60, 'reduce');
      const opacity = () =>
        page.evaluate(() => {
          const graphic = document.querySelector('main > div')?.shadowRoot?.lastElementChild as Element;
          return [getComputedStyle(graphic).opacity, (globalThis as unknown as Tested).overlays.runningAnimations()];
        });
      expect(await opacity()).toEqual(['1', 0]);
      for (const second of SECONDS) expect([second, await show(page, second)]).toEqual([second, 0]);
      const hidden = await page.evaluate(() => {
        const tested = globalThis as unknown as Tested;
        void tested.mounted.hide();
        return tested.overlays.runningAnimations();
      });
      expect(hidden).toBe(0);
      expect(await opacity()).toEqual(['0', 0]);
      await page.close();
    },
  );

  it.each(['timing-tower', 'track-map'] as const)('%s: moves where nothing else is asked for', async (kind) => {
    const page = await onAir(kind, 60, 'no-preference');
    const moved: number[] = [];
    for (const second of SECONDS) moved.push(await show(page, second));
    expect(Math.max(...moved)).toBeGreaterThan(0);
    await page.close();
  });

  it('the map goes from the circle to the shape at once, with each car on it', async () => {
    const page = await onAir('track-map', 60, 'no-preference');
    await show(page, 61, { shape: null });
    const form = () => page.locator('.track-map').getAttribute('data-form');
    expect(await form()).toBe('circle');
    expect(await show(page, 61)).toBe(0);
    expect(await form()).toBe('shape');
    const off = await page.evaluate(() => {
      const map = document.querySelector('main > div')?.shadowRoot?.lastElementChild as Element;
      const course = map.querySelector('.map-course.map-band') as SVGPathElement;
      const { left, top } = map.getBoundingClientRect();
      const length = course.getTotalLength();
      const steps = Array.from({ length: 2_000 }, (_, i) => course.getPointAtLength((i / 2_000) * length));
      return [...map.querySelectorAll('.map-car:not([data-state="pit"])')].map((car) => {
        const box = car.getBoundingClientRect();
        const [x, y] = [box.left + box.width / 2 - left, box.top + box.height / 2 - top];
        return Math.min(...steps.map((step) => Math.hypot(step.x - x, step.y - y)));
      });
    });
    expect(off.length).toBeGreaterThan(15);
    expect(Math.max(...off)).toBeLessThan(2);
    await page.close();
  });

  it('numbers on the map do not cover each other, and those without room are dots', async () => {
    const page = await onAir('track-map', 60, 'no-preference');
    const marks = await page.evaluate(() => {
      const map = document.querySelector('main > div')?.shadowRoot?.lastElementChild as Element;
      return [...map.querySelectorAll<HTMLElement>('.map-car')].map((car) => {
        const { left, right, top, bottom } = car.getBoundingClientRect();
        return { left, right, top, bottom, text: car.textContent, isDot: car.hasAttribute('data-dot') };
      });
    });
    const numbers = marks.filter(({ isDot }) => !isDot);
    expect(marks.filter(({ isDot, text }) => isDot !== (text === ''))).toEqual([]);
    expect(marks.length - numbers.length).toBeGreaterThan(0);
    for (const [i, a] of numbers.entries()) {
      for (const b of numbers.slice(i + 1)) {
        const over = Math.min(
          Math.min(a.right, b.right) - Math.max(a.left, b.left),
          Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top),
        );
        expect([a.text, b.text, over < 6]).toEqual([a.text, b.text, true]);
      }
    }
    await page.close();
  });
});
