import type { Browser, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../testing/eventually.js';
import { launch, openPage, WITHOUT_CHROMIUM } from './browser.js';
import type { Fed } from './long-race.js';
import { scriptOf } from './overlays-script.js';

/**
 * What a stage keeps of hours on air: 60 cars, a change each second, everything cued in turn, by a clock that the test sets on second by
 * second as fast as the browser draws. Nothing moves: an animation takes its time by the browser's own clock, in which only minutes
 * pass, and holds what it moves as long as that. `OVERLAY_HOURS=12 npx vitest run e2e/overlay-memory.test.ts` takes some minutes.
 */

const HOURS = Number(process.env.OVERLAY_HOURS ?? 0.25);
const HOUR_MS = 3_600_000;
/** At each step so much of the feed passes, in ms. */
const STEP_MS = 1_000;
const SAMPLES = 5;
/** A page may keep this much more at the end than when all graphics have been on air: 0.3 kB for each second of an hour. */
const MOST_GROWTH_BYTES = 1_000_000;
/** A board of results more or less, on air when a sample is taken. */
const MOST_MORE_NODES = 400;

/** What the tested page has as globals. */
interface Tested {
  readonly race: typeof import('./long-race.js');
  fed: Fed;
}

interface Sample {
  readonly heapBytes: number;
  readonly nodes: number;
  readonly listeners: number;
}

describe.skipIf(WITHOUT_CHROMIUM)(`a stage after ${HOURS} h on air`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  it(
    'keeps no more than it did at the beginning',
    async () => {
      const { page, problems } = await openPage(browser, { width: 1920, height: 1080 });
      await page.emulateMedia({ reducedMotion: 'reduce' });
      await page.clock.install({ time: 0 });
      await page.setContent('<main></main>');
      await page.addScriptTag({ content: await scriptOf('long-race.ts', 'race') });
      const cdp = await page.context().newCDPSession(page);
      await page.evaluate(async () => {
        const tested = globalThis as unknown as Tested;
        const root = document.querySelector('main');
        if (root === null) throw new Error('The page has no place for the stage.');
        tested.fed = await tested.race.feedStage(root);
      });
      const samples: Sample[] = [];
      for (let sample = 0; sample < SAMPLES; sample += 1) {
        for (let ms = 0; ms < (HOURS * HOUR_MS) / SAMPLES; ms += STEP_MS) await page.clock.fastForward(STEP_MS);
        samples.push(await sampled(page, cdp));
      }
      const fed = await page.evaluate(() => (globalThis as unknown as Tested).fed);
      console.log(JSON.stringify({ fed, samples }));
      expect(fed.seconds).toBeGreaterThanOrEqual(HOURS * 3_600 - 1);
      expect(fed.driverChanges).toBeGreaterThan(0);
      expect(fed.cues).toBeGreaterThan(HOURS * 300);
      const [first, last] = [samples[0], samples.at(-1)] as [Sample, Sample];
      expect(last.heapBytes - first.heapBytes).toBeLessThan(MOST_GROWTH_BYTES);
      expect(last.nodes - first.nodes).toBeLessThan(MOST_MORE_NODES);
      expect(last.listeners - first.listeners).toBeLessThan(10);
      expect(problems).toEqual([]);
    },
    60_000 + HOURS * 120_000,
  );
});

/** What a page keeps when nothing moves and all that is garbage has been collected. */
async function sampled(page: Page, cdp: CDPSession): Promise<Sample> {
  await eventually(async () =>
    expect(await page.evaluate(() => (globalThis as unknown as Tested).race.runningAnimations())).toBe(0),
  );
  await cdp.send('HeapProfiler.collectGarbage');
  await cdp.send('HeapProfiler.collectGarbage');
  const { usedSize } = await cdp.send('Runtime.getHeapUsage');
  const { nodes, jsEventListeners } = await cdp.send('Memory.getDOMCounters');
  return { heapBytes: usedSize, nodes, listeners: jsEventListeners };
}
