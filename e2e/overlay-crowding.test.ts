import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FeedState, OnAir, OverlayKind } from '../packages/protocol/src/index.js';
import { eventually } from '../testing/eventually.js';
import { launch, openPage, WITHOUT_CHROMIUM } from './browser.js';
import { overlaysScript } from './overlays-script.js';

/** Graphics that have little room: long car numbers in their columns, and each other on the stage. */

/** What the tested page has as globals. */
interface Tested {
  readonly overlays: typeof import('./mounted-overlays.js');
  race: FeedState;
  draw: () => void;
}

/** As long as the server keeps them. */
const LONG_NUMBERS = ['12345678', 'WWWWWWWW', '<i>5</i>'];
const NUMBERED: readonly OverlayKind[] = ['timing-tower', 'battle-box', 'grid', 'pit-board', 'results'];
const ON = { until: null };
/** Edges of the safe margins, in px. */
const SAFE_BOTTOM = 1026;
const SAFE_RIGHT = 1824;

describe.skipIf(WITHOUT_CHROMIUM)('overlays with little room', () => {
  let browser: Browser;
  let page: Page;
  let problems: string[];

  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    ({ page, problems } = await openPage(browser, { width: 1920, height: 1080 }));
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.setContent('<body style="margin: 0"></body>');
    await page.addScriptTag({ content: await overlaysScript() });
    return () => page.close();
  });

  /** Mounts an overlay over a demo race that stands still, with these car numbers in turn. */
  const mount = (kind: OverlayKind, numbers: readonly string[], given: Readonly<Record<string, string>> = {}) =>
    page.evaluate(
      async ([wanted, long, options]) => {
        const tested = globalThis as unknown as Tested;
        const { loadOverlays, demoState, readOptions, USUAL_DEMO } = tested.overlays;
        const definition = (await loadOverlays()).find((each) => each.kind === wanted);
        if (definition === undefined) throw new Error(`There is no overlay ${wanted}.`);
        const race = demoState(66, USUAL_DEMO, definition);
        const entries = race.entries.map((entry, i) => ({
          ...entry,
          carNumber: long.length === 0 ? entry.carNumber : (long[i % long.length] ?? ''),
        }));
        tested.race = { ...race, entries };
        const listeners = new Set<() => void>();
        tested.draw = () => {
          for (const each of listeners) each();
        };
        const subscribe = (listener: () => void) => {
          listeners.add(listener);
          return () => void listeners.delete(listener);
        };
        const source = { picture: () => ({ race: tested.race, at: 1_000 }), subscribe };
        const overlay = definition.mount(document.body, source, readOptions(definition.options, options));
        await overlay.show('at once');
      },
      [kind, numbers, given] as const,
    );
  const cue = (onAir: Partial<OnAir>) =>
    page.evaluate((over) => {
      const tested = globalThis as unknown as Tested;
      tested.race = { ...tested.race, onAir: { ...tested.race.onAir, ...over } };
      tested.draw();
    }, onAir);
  /** Which of these graphics are on air, by their classes. */
  const shown = (...names: readonly string[]) =>
    page.evaluate(
      (each) =>
        each.filter((name) =>
          [...document.querySelectorAll('body > div')].some((host) =>
            [...(host.shadowRoot?.querySelectorAll('.stage > div > div') ?? [])].some((inner) =>
              inner.shadowRoot?.querySelector(`.${name}[data-shown]`),
            ),
          ),
        ),
      names,
    );
  const boxOf = async (selector: string) => {
    const box = await page.locator(selector).boundingBox();
    if (box === null) throw new Error(`${selector} is not drawn.`);
    return { left: box.x, top: box.y, right: box.x + box.width, bottom: box.y + box.height };
  };

  it.each(NUMBERED)('%s shows long car numbers whole, within their column', async (kind) => {
    await mount(kind, LONG_NUMBERS);
    const numbers = await page
      .locator('.number, .tower-number')
      .evaluateAll((all) =>
        all.map(({ textContent, scrollWidth, clientWidth }) => [textContent, scrollWidth <= clientWidth] as const),
      );
    expect(numbers.length).toBeGreaterThan(0);
    for (const [text, fits] of numbers) {
      expect(LONG_NUMBERS).toContain(text);
      expect([text, fits]).toEqual([text, true]);
    }
    expect(problems).toEqual([]);
  });

  it('the stage shows one of the graphics that share a place: the one that was cued last', async () => {
    await mount('stage', []);
    await cue({ map: null, pits: null, fastestLap: null });
    await cue({ pits: ON });
    await eventually(async () => expect(await shown('pit-board', 'track-map')).toEqual(['pit-board']));
    await cue({ map: ON });
    await eventually(async () => expect(await shown('pit-board', 'track-map')).toEqual(['track-map']));
    await cue({ map: null });
    await eventually(async () => expect(await shown('pit-board', 'track-map')).toEqual(['pit-board']));
    expect(problems).toEqual([]);
  });

  it('the stage shows both where an option has put one of them elsewhere', async () => {
    await mount('stage', [], { set: 'pit-board.place:left' });
    await cue({ map: ON, pits: ON, fastestLap: null });
    await eventually(async () => expect(await shown('pit-board', 'track-map')).toEqual(['pit-board', 'track-map']));
  });

  it.each([
    ['grid', 'grid'],
    ['classification', 'results'],
  ] as const)('on the stage the board %s leaves room for the tower and a message of race control', async (of, name) => {
    await mount('stage', [], { set: 'results.rows:16' });
    const text =
      'Car 12, five seconds for leaving the track and gaining an advantage in turn four, to be served at the next stop';
    await cue({ tower: ON, message: { title: 'Race control', text, ...ON }, results: { of, ...ON } });
    const graphics = ['tower', 'race-control', name];
    await eventually(async () => expect(await shown(...graphics)).toEqual(graphics));
    const [message, board] = [await boxOf('.graphic.race-control'), await boxOf(`.graphic.${name}`)];
    const tower = await boxOf('.tower');
    expect(board.left).toBeGreaterThan(tower.right);
    expect(board.top).toBeGreaterThanOrEqual(message.bottom);
    expect(board.bottom).toBeLessThanOrEqual(SAFE_BOTTOM + 0.5);
    // Without the message it is higher, and without the tower as wide as it usually is.
    await cue({ message: null });
    await eventually(async () => expect((await boxOf(`.graphic.${name}`)).top).toBeLessThan(board.top));
    const beside = await boxOf(`.graphic.${name}`);
    expect(beside.left).toBeGreaterThan(tower.right);
    expect(beside.right).toBeLessThanOrEqual(SAFE_RIGHT + 0.5);
    await cue({ tower: null });
    await eventually(async () => expect((await boxOf(`.graphic.${name}`)).left).toBeLessThan(beside.left));
  });
});
