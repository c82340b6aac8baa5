import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';

/**
 * What an overlay costs the machine that runs OBS: script, style and layout of each frame that draws a new picture, by the
 * browser's own trace of the time that its thread has the processor, with 60 cars and a picture a second; and what a page costs while
 * nothing changes, as a share of one core.
 */

const DIST = fileURLToPath(new URL('../../apps/web/dist', import.meta.url));
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium-headless-shell';
const KINDS = ['timing-tower', 'stage'] as const;
const PICTURES = 30;
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

interface TraceEvent {
  readonly name: string;
  readonly tid: number;
  /** Microseconds. */
  readonly ts: number;
  readonly dur?: number;
  /** Of `dur`, what the thread had the processor for. */
  readonly tdur?: number;
}

/** Milliseconds of script, style and layout in each frame that draws a picture. */
async function moving(within: Browser, kind: string): Promise<object> {
  const page = await within.newPage({ viewport: { width: 1920, height: 1080 } });
  await page.goto(`${origin}/overlay/${kind}?demo=1&cars=60&gap=rotate`);
  await page.waitForTimeout(3_000);
  await within.startTracing(page, { categories: ['devtools.timeline'] });
  await page.waitForTimeout(PICTURES * 1_000);
  const { traceEvents } = JSON.parse((await within.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  await page.close();
  const main = traceEvents.find(({ name }) => name === 'FireAnimationFrame')?.tid;
  const mine = traceEvents.filter(({ tid }) => tid === main).sort((a, b) => a.ts - b.ts);
  const costs: number[] = [];
  let [endsAt, isFrame] = [0, false];
  for (const { name, ts, dur = 0, tdur = dur } of mine) {
    if (name === 'FireAnimationFrame') {
      costs.push(0);
      isFrame = true;
    }
    const counts = isFrame && ['FireAnimationFrame', 'UpdateLayoutTree', 'Layout'].includes(name);
    // What happens within another one is in its time already.
    if (!counts || ts < endsAt) continue;
    costs[costs.length - 1] = (costs.at(-1) ?? 0) + tdur / 1_000;
    endsAt = ts + dur;
  }
  costs.sort((a, b) => a - b);
  const at = (share: number) => round(costs[Math.min(costs.length - 1, Math.floor(costs.length * share))] ?? 0);
  return { frames: costs.length, p50Ms: at(0.5), p95Ms: at(0.95), maxMs: at(1) };
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
