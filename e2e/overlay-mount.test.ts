import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OVERLAY_KINDS, type OverlayKind } from '../packages/protocol/src/index.js';
import { launch, openPage, WITHOUT_CHROMIUM } from './browser.js';
import { overlaysScript } from './overlays-script.js';

/** What the tested page has as globals. */
interface Tested {
  readonly overlays: typeof import('./mounted-overlays.js');
  mounted: import('../apps/web/src/overlays/define-overlay.js').Overlay;
}

describe.skipIf(WITHOUT_CHROMIUM).each(OVERLAY_KINDS)('the overlay %s, mounted in a page of others', (kind) => {
  let browser: Browser;
  let page: Page;
  let problems: string[];

  beforeAll(async () => {
    browser = await launch();
    ({ page, problems } = await openPage(browser, { width: 1920, height: 1080 }));
    await page.setContent(
      '<body style="font: 40px serif; color: red"><iframe width="1920" height="1080"></iframe></body>',
    );
    await page.addScriptTag({ content: await overlaysScript() });
  });
  afterAll(() => browser.close());

  /** Mounts the overlay into a new element of the frame's document, with the page's own document out of reach. */
  const mount = (of: OverlayKind) =>
    page.evaluate(async (wanted) => {
      const tested = globalThis as unknown as Tested;
      const definition = (await tested.overlays.loadOverlays()).find(({ kind: each }) => each === wanted);
      const inner = document.querySelector('iframe')?.contentDocument;
      if (!inner || !definition) throw new Error('There is no frame, or no such overlay.');
      const root = inner.body.appendChild(inner.createElement('main'));
      const race = tested.overlays.demoState(30, tested.overlays.USUAL_DEMO, definition);
      const { createElement } = document;
      document.createElement = () => {
        throw new Error('The overlay reaches the document of the page that loaded it.');
      };
      const source = { picture: () => ({ race, at: null }), subscribe: () => () => undefined };
      tested.mounted = definition.mount(root, source, tested.overlays.readOptions(definition.options, {}));
      document.createElement = createElement;
    }, of);
  const inFrame = () => page.frameLocator('iframe').locator('main > div > :not(style)');
  const opacity = () => inFrame().evaluate((element) => Number(getComputedStyle(element).opacity));
  const outside = () =>
    page.evaluate(() => {
      const inner = document.querySelector('iframe')?.contentDocument;
      const parts = (each: Document | null | undefined) =>
        each
          ? [
              each.head.innerHTML,
              each.body.style.cssText,
              each.documentElement.attributes.length,
              each.adoptedStyleSheets.length,
            ]
          : [];
      return [...parts(document), ...parts(inner)];
    });

  it('shows and hides itself, and says when the animation has ended', async () => {
    const before = await outside();
    await mount(kind);
    expect(await opacity()).toBe(0);
    const [shown, hidden] = await page.evaluate(async () => {
      const { mounted } = globalThis as unknown as Tested;
      const inner = document.querySelector('iframe')?.contentDocument;
      const running = () => inner?.querySelector('main > div')?.shadowRoot?.lastElementChild?.getAnimations().length;
      const state = async (turn: Promise<void>) => [running(), await turn, running()];
      return [await state(mounted.show()), await state(mounted.hide())];
    });
    expect(shown?.[0]).toBeGreaterThan(0);
    expect(hidden?.[0]).toBeGreaterThan(0);
    expect([shown?.[2], hidden?.[2]]).toEqual([0, 0]);
    expect(await opacity()).toBe(0);
    await page.evaluate(() => (globalThis as unknown as Tested).mounted.show());
    expect(await opacity()).toBe(1);
    expect(await outside()).toEqual(before);
  });

  it('ends a call that another one replaces, and leaves nothing when it is closed', async () => {
    await page.evaluate(async () => {
      const { mounted } = globalThis as unknown as Tested;
      await Promise.all([mounted.hide(), mounted.show(), mounted.hide()]);
    });
    expect(await opacity()).toBe(0);
    await page.evaluate(() => (globalThis as unknown as Tested).mounted.close());
    expect(await page.frameLocator('iframe').locator('main').innerHTML()).toBe('');
    expect(problems).toEqual([]);
  });
});
