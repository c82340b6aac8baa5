import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { EMPTY_PACK_ELEMENT } from '@okboxbox/protocol';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FINDING, PARTS, packText } from '../apps/web/src/console/pack/testing/pack.js';
import { traceOfFrames } from '../apps/web/src/console/trace/testing/trace.js';
import { launch, openPage, WITHOUT_CHROMIUM } from './browser.js';
import { DESKTOP, overflowOf, PHONE, panel, SLOW } from './console.js';
import { run, temporaryData } from './okboxbox.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const VIEWER = readFileSync(join(ROOT, 'apps/web/dist/pack-viewer.html'), 'utf8');
const HOSTILE = '</script><script>document.title = "owned"</script><!-- \u2028 <img src=x onerror=alert(1)>';

let chromium: Browser;
let data: ReturnType<typeof temporaryData>;
let file: string;
const text = packText({
  ...PARTS,
  trace: traceOfFrames(20),
  findings: { ...(PARTS.findings as object), findings: [{ ...FINDING, summary: HOSTILE }] },
});

beforeAll(async () => {
  data = temporaryData();
  const pack = join(data.dir, 'pack.json');
  file = join(data.dir, 'pack.html');
  writeFileSync(pack, text);
  const made = await run(['doctor', pack, '--html', file]);
  expect([made.exit, made.err]).toEqual([0, expect.stringContaining(`${file} written.`)]);
  expect(made.out).toContain('WARNING');
  if (!WITHOUT_CHROMIUM) chromium = await launch();
});
afterAll(async () => {
  await chromium?.close();
  data.remove();
});

/** The page from the disk, with no network at all; what it asks for must stay empty but for itself. */
async function opened(size: typeof DESKTOP) {
  const { page, problems } = await openPage(chromium, size);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.context().setOffline(true);
  await page.goto(pathToFileURL(file).href);
  await page.getByText(/Support pack of .*, not live/).waitFor(SLOW);
  return { page, problems, asked: () => asked.filter((url) => !/^(?:file:.*pack\.html|data:)/.test(url)) };
}

describe.skipIf(WITHOUT_CHROMIUM)('a support pack as one HTML file', () => {
  it('says what it is, and shows all views of the console without a network', { timeout: 60_000 }, async () => {
    const { page, problems, asked } = await opened(DESKTOP);
    await page.getByRole('status').getByText('made by version 0.1.0').waitFor();
    await page.getByText('Opened without a server').waitFor();
    await panel(page, 'What is in this pack')
      .getByRole('row', { name: /^sockets included/ })
      .waitFor();
    await panel(page, /^Findings, recomputed/).waitFor();
    for (const [view, shows] of [
      ['Overview', /Degraded|trouble|something is wrong/],
      ['Sessions', 'cup'],
      ['Sockets', '2 open'],
      ['Events', 'db_error'],
      ['Broadcast', 'Broadcast'],
      ['Database', 'Pool'],
      ['Audit', 'Who did what'],
      ['Findings', 'Clock drift'],
    ] as const) {
      await page.getByRole('navigation').getByRole('link', { name: view }).click();
      await page.getByRole('heading', { name: view, exact: true, level: 1 }).waitFor({ state: 'attached' });
      await page.getByText(shows).first().waitFor();
    }
    await page.getByRole('button', { name: 'Runbook' }).first().click();
    await page.getByRole('dialog', { name: 'Runbook' }).getByText('High clock drift').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('navigation').getByRole('link', { name: 'Trace' }).click();
    await panel(page, 'Traces').getByRole('button').click();
    await page.getByRole('slider', { name: /^Timeline of the trace/ }).waitFor();
    await page.reload();
    await page.getByRole('slider', { name: /^Timeline of the trace/ }).waitFor(SLOW);
    expect(await page.getByRole('button', { name: /Sign in|Export Support Pack|Disconnect|Back to/ }).count()).toBe(0);
    const links = await page.locator('a').evaluateAll((all) => all.map((each) => (each as HTMLAnchorElement).href));
    expect(links.length).toBeGreaterThan(5);
    expect(links.filter((href) => !href.startsWith(`${pathToFileURL(file).href}#/`))).toEqual([]);
    expect([problems, asked()]).toEqual([[], []]);
    await page.context().close();
  });

  it('fits a phone, in each of its views', { timeout: 60_000 }, async () => {
    const { page, problems, asked } = await opened(PHONE);
    await page.getByText(/^Added later, not by the server/).waitFor();
    expect(await overflowOf(page)).toBe(0);
    for (const view of [
      'overview',
      'sessions',
      'sockets',
      'events',
      'trace',
      'broadcast',
      'database',
      'audit',
      'findings',
    ]) {
      await page.evaluate((hash) => {
        location.hash = hash;
      }, `#/admin/ops/${view}`);
      await page.getByRole('heading', { level: 1, name: new RegExp(`^${view}$`, 'i') }).waitFor({ state: 'attached' });
      expect([view, await overflowOf(page)]).toEqual([view, 0]);
    }
    expect([problems, asked()]).toEqual([[], []]);
    await page.context().close();
  });

  it('shows what is hostile in a pack as text, and runs none of it', { timeout: 60_000 }, async () => {
    const { page, problems } = await opened(DESKTOP);
    await page.getByRole('navigation').getByRole('link', { name: 'Findings' }).click();
    await page.getByText('document.title = "owned"').first().waitFor();
    expect(await page.title()).not.toBe('owned');
    expect(problems).toEqual([]);
    await page.context().close();
  });
});

describe('the HTML file of a support pack', () => {
  it('holds nothing but the viewer as it was built, and the pack to the character; for its owner alone', () => {
    const html = readFileSync(file, 'utf8');
    const at = html.lastIndexOf('<script type="application/json"');
    const [before, after] = VIEWER.split(EMPTY_PACK_ELEMENT) as [string, string];
    expect(html.slice(0, at) === before).toBe(true);
    const end = html.indexOf('</script>', at);
    expect(html.slice(end)).toBe(`</script>${after}`);
    expect(JSON.parse(html.slice(html.indexOf('>', at) + 1, end)) === text).toBe(true);
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('takes nothing from the machine that the viewer was built on, and loads nothing', () => {
    for (const place of [ROOT, homedir(), 'node_modules/', '127.0.0.1:3001'].filter((each) => each.length > 5))
      expect([place, VIEWER.includes(place)]).toEqual([place, false]);
    expect(VIEWER).toContain("default-src 'none'");
  });

  it('is not written over another file, nor where there is no pack', async () => {
    const pack = join(data.dir, 'pack.json');
    expect(await run(['doctor', pack, '--html', file])).toMatchObject({
      exit: 2,
      out: '',
      err: expect.stringMatching(/exists.*--force/),
    });
    expect((await run(['doctor', pack, '--html', file, '--force'])).exit).toBe(0);
    const none = join(data.dir, 'none.html');
    const other = join(data.dir, 'other.json');
    writeFileSync(other, '{"manifest":{}}');
    expect((await run(['doctor', other, '--html', none])).exit).toBe(1);
    expect(() => statSync(none)).toThrow();
  });
});
