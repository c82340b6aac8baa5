import type { CDPSession } from 'playwright-core';
import { expect, it } from 'vitest';
import { launch, openPage, WITHOUT_CHROMIUM } from './browser.js';
import { overlaysScript } from './overlays-script.js';

/** Twelve hours of a race at a picture a second, with a field of 60 cars. */
const PICTURES = 12 * 3_600;
/** Different pictures that come over and over. */
const DIFFERENT = 240;

interface Tested {
  readonly overlays: typeof import('./mounted-overlays.js');
  draw(pictures: number): void;
}

it.skipIf(WITHOUT_CHROMIUM)(
  'the tower holds no more elements, listeners or memory after the pictures of twelve hours than at the beginning',
  async () => {
    const browser = await launch();
    try {
      const { page, problems } = await openPage(browser, { width: 1920, height: 1080 });
      await page.setContent('<div id="root"></div>');
      await page.addScriptTag({ content: await overlaysScript() });
      await page.evaluate(async (different) => {
        const tested = globalThis as unknown as Tested;
        const { loadOverlays, demoState, readOptions, USUAL_DEMO } = tested.overlays;
        const tower = (await loadOverlays()).find(({ kind }) => kind === 'timing-tower');
        const root = document.getElementById('root');
        if (tower === undefined || root === null) throw new Error('There is no tower, or no root.');
        const choice = { ...USUAL_DEMO, cars: 60 };
        const states = Array.from({ length: different }, (_, i) => demoState(i * 5, choice, tower));
        let shown = 0;
        let tell = () => {};
        const source = {
          picture: () => ({ race: states[shown % states.length] ?? demoState(0, choice, tower), at: shown * 1_000 }),
          subscribe: (listener: () => void) => {
            tell = listener;
            return () => {};
          },
        };
        const mounted = tower.mount(root, source, readOptions(tower.options, { gap: 'rotate' }));
        await mounted.show();
        Object.assign(globalThis, {
          draw: (pictures: number) => {
            for (let i = 0; i < pictures; i++) {
              shown += 1;
              tell();
            }
          },
        });
      }, DIFFERENT);
      const cdp = await page.context().newCDPSession(page);
      await cdp.send('Performance.enable');
      const draw = (pictures: number) =>
        page.evaluate((count) => (globalThis as unknown as Tested).draw(count), pictures);
      await draw(DIFFERENT * 2);
      const before = await held(cdp);
      for (let drawn = 0; drawn < PICTURES; drawn += DIFFERENT * 10) await draw(DIFFERENT * 10);
      const after = await held(cdp);
      expect(after.Nodes).toBe(before.Nodes);
      expect(after.JSEventListeners).toBe(before.JSEventListeners);
      expect(after.JSHeapUsedSize).toBeLessThan((before.JSHeapUsedSize ?? 0) * 1.05);
      expect(problems).toEqual([]);
    } finally {
      await browser.close();
    }
  },
  300_000,
);

/** What a page holds once its garbage has been collected. */
async function held(cdp: CDPSession): Promise<Readonly<Record<string, number>>> {
  for (let i = 0; i < 2; i++) await cdp.send('HeapProfiler.collectGarbage');
  const { metrics } = await cdp.send('Performance.getMetrics');
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
}
