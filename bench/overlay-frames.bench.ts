import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { FRAME_CATEGORIES, frameCosts, type TraceEvent } from './frame-costs.js';

/**
 * What an overlay costs the machine that runs OBS: script, style and layout of each frame, by the browser's own trace of the time
 * that its thread has the processor, with 60 cars and a picture a second, for frames that draw a new picture and for those between
 * two pictures that move what has changed; and what a page costs while nothing changes, as a share of one core. What makes the demo race
 * is not counted.
 */

const DIST = fileURLToPath(new URL('../../apps/web/dist', import.meta.url));
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium-headless-shell';
const KINDS = ['timing-tower', 'stage'] as const;
const PICTURES = 80;
const STILL_S = 30;
const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.woff2': 'font/woff2',
};

const server = createServer(({ url = '/' }, response) => {
  const { pathname } = new URL(url, 'http://localhost');
  const file = extname(pathname) === '' ? 'overlay.html' : pathname;
  response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'text/html' }).end(readFileSync(join(DIST, file)));
});
await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
for (const kind of KINDS) {
  console.log(JSON.stringify({ bench: 'overlay-frames', what: kind, ...(await moving(browser, kind)) }));
  console.log(JSON.stringify({ bench: 'overlay-frames', what: `${kind}, still`, ...(await still(browser, kind)) }));
}
await browser.close();
server.close();

/** Milliseconds of script, style and layout in each frame that draws a picture, and in each between two of them. */
async function moving(within: Browser, kind: string): Promise<object> {
  const page = await within.newPage({ viewport: { width: 1920, height: 1080 } });
  await page.goto(`${origin}/overlay/${kind}?demo=1&cars=60&gap=rotate`);
  await page.waitForTimeout(3_000);
  await within.startTracing(page, { categories: FRAME_CATEGORIES });
  await page.waitForTimeout(PICTURES * 1_000);
  const { traceEvents } = JSON.parse((await within.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  await page.close();
  const { frames, idleMs } = frameCosts(traceEvents, (url) => url.includes('/demo-race'));
  const of = (isPicture: boolean) => {
    const costs = frames.filter((each) => each.isPicture === isPicture).map(({ ms }) => ms);
    costs.sort((a, b) => a - b);
    const at = (share: number) => round(costs[Math.min(costs.length - 1, Math.floor(costs.length * share))] ?? 0);
    return { frames: costs.length, p50Ms: at(0.5), p95Ms: at(0.95), maxMs: at(1) };
  };
  return { ...of(true), between: of(false), idleMsPerS: round(idleMs / PICTURES) };
}

/** What a page that shows one picture costs: the share of one core, in per cent. */
async function still(within: Browser, kind: string): Promise<object> {
  const page = await within.newPage({ viewport: { width: 1920, height: 1080 } });
  await page.goto(`${origin}/overlay/${kind}?demo=1&cars=60&at=30`);
  await page.waitForTimeout(3_000);
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable');
  const busy = async () => {
    const { metrics } = await cdp.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0;
  };
  const before = await busy();
  await page.waitForTimeout(STILL_S * 1_000);
  const busyS = (await busy()) - before;
  await page.close();
  return { corePercent: round((busyS / STILL_S) * 100) };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
