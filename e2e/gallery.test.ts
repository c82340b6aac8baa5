import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeViolations } from './axe.js';
import { launch, openPage, WITHOUT_CHROMIUM } from './browser.js';
import { DESKTOP, overflowOf, PHONE } from './console.js';

const WEB = fileURLToPath(new URL('../apps/web', import.meta.url));
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.woff2': 'font/woff2',
};

let folder: string;
let server: Server;
let browser: Browser;
let url: string;

beforeAll(async () => {
  if (WITHOUT_CHROMIUM) return;
  folder = mkdtempSync(join(tmpdir(), 'okboxbox-gallery-'));
  await build({ root: WEB, mode: 'gallery', logLevel: 'warn', build: { outDir: folder } });
  server = createServer(({ url: path = '/' }, response) => {
    const file = join(folder, path === '/' ? 'kit.html' : path);
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'text/plain' }).end(readFileSync(file));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  server?.close();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(WITHOUT_CHROMIUM)('the gallery of components', () => {
  it.each([DESKTOP, PHONE])('shows every state, accessible and readable, in a window $width px wide', async (size) => {
    const { page, problems } = await openPage(browser, size);
    await page.goto(url);
    await page.getByRole('heading', { name: 'state-badge' }).waitFor();
    expect(await page.locator('.gallery-state').count()).toBeGreaterThan(80);
    expect(await axeViolations(page)).toEqual([]);
    expect(await overflowOf(page)).toBe(0);
    expect(problems).toEqual([]);
    await page.close();
  });
});
