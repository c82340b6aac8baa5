import { readFileSync, renameSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { OpsSessionsAnswer, SupportPack } from '@okboxbox/protocol';
import { describe, expect, it, vi } from 'vitest';
import { PARTS, packText } from '../apps/web/src/console/pack/testing/pack.js';
import { traceOfFrames } from '../apps/web/src/console/trace/testing/trace.js';
import { openPage, WITHOUT_CHROMIUM } from './browser.js';
import { admin, browser, drop, PHONE, panel, SLOW, url, viewOf, withConsole } from './console.js';
import { getJson } from './okboxbox.js';

withConsole();

describe.skipIf(WITHOUT_CHROMIUM)('support packs in the console', () => {
  it('a pack is made, looked into, saved as it was shown, and opened', { timeout: 60_000 }, async () => {
    const { page, problems } = await viewOf('overview');
    await page.getByRole('button', { name: 'Export Support Pack' }).click();
    await page.getByLabel(/^config/).check();
    await page.getByRole('button', { name: 'Show free text' }).click();
    await page.getByRole('button', { name: 'Show it again' }).waitFor(SLOW);
    expect(await page.getByRole('group', { name: 'Free text' }).getByRole('checkbox', { checked: true }).count()).toBe(
      0,
    );
    expect(await page.getByLabel(/^samples/).count()).toBe(0);
    const make = page.getByRole('button', { name: 'Create and preview' });
    await make.press('Enter');
    const preview = panel(page, 'Preview');
    await preview.getByRole('row', { name: /^sockets included/ }).waitFor(SLOW);
    expect(await make.evaluate((button) => button === document.activeElement)).toBe(true);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      preview.getByRole('button', { name: /^Save okboxbox-support-pack.*\.json$/ }).click(),
    ]);
    const saved = readFileSync(await download.path(), 'utf8');
    const pack = JSON.parse(saved) as SupportPack;
    expect(pack.manifest.kind).toBe('okboxbox-support-pack');
    expect(saved).not.toContain(admin);
    const [asPage] = await Promise.all([
      page.waitForEvent('download'),
      preview.getByRole('button', { name: /^Save okboxbox-support-pack.*\.html$/ }).click(),
    ]);
    const html = `${await asPage.path()}.html`;
    renameSync(await asPage.path(), html);
    const alone = await openPage(browser(), PHONE);
    await alone.page.context().setOffline(true);
    await alone.page.goto(pathToFileURL(html).href);
    await alone.page.getByText('Opened without a server').waitFor(SLOW);
    await alone.page.getByText(/parts are as the server created them/).waitFor(SLOW);
    expect(alone.problems).toEqual([]);
    await alone.page.context().close();

    await preview.getByRole('button', { name: 'Open it here' }).click();
    await page.getByText(/Support pack of .*, not live/).waitFor();
    await panel(page, /^Findings, recomputed/)
      .getByText(/then and now/)
      .waitFor(SLOW);
    await page.getByRole('navigation').getByRole('link', { name: 'Findings' }).click();
    await panel(page, 'Checked, no problem').waitFor();
    await page.getByRole('button', { name: 'Back to the server' }).click();
    await page.getByRole('button', { name: 'Export Support Pack' }).click();
    await panel(page, 'Export Support Pack').waitFor();
    expect(problems).toEqual([]);
    await page.close();
  });

  it('one that is dropped opens in the same views without a server and without a right', {
    timeout: 60_000,
  }, async () => {
    const { page, problems } = await viewOf('overview', { role: null, size: PHONE });
    await page.getByText('Missing capability').waitFor();
    await drop(page, 'pack.json', packText());
    await page.getByText(/Support pack of .*, not live/).waitFor();
    await page.getByRole('navigation').getByRole('button', { name: 'Support pack' }).click();
    await page.getByRole('dialog').getByRole('link', { name: 'Findings' }).click();
    await page.getByRole('article', { name: 'Clock drift' }).getByRole('button', { name: 'Runbook' }).click();
    await page.getByRole('dialog', { name: 'Runbook' }).getByText('High clock drift').waitFor();
    await page.keyboard.press('Escape');
    for (const [view, shows] of [
      ['Overview', /Degraded|trouble|something is wrong/],
      ['Sessions', 'cup'],
      ['Sockets', '2 open'],
      ['Events', 'db_error'],
    ] as const) {
      await page.getByRole('navigation').getByRole('link', { name: view }).click();
      await page.getByText(shows).first().waitFor();
    }
    expect(await page.getByRole('button', { name: /Disconnect|Move to/ }).count()).toBe(0);
    await page.getByRole('navigation').getByRole('link', { name: 'Sessions' }).click();
    await panel(page, 'Sessions').getByRole('row').nth(1).getByRole('button').click();
    await page.getByRole('link', { name: 'Show events' }).waitFor();
    expect(await page.getByRole('link', { name: 'Trace this session' }).count()).toBe(0);
    expect(problems).toEqual([]);
    await page.close();
  });

  it('a trace of 10,000 events is zoomed, panned and walked through by key and by pointer', {
    timeout: 60_000,
  }, async () => {
    const { page, problems } = await viewOf('pack');
    const trace = traceOfFrames(1_250);
    expect(trace.events.length).toBeGreaterThan(10_000);
    await drop(page, 'pack.json', packText({ ...PARTS, trace }));
    await page.getByText(/Support pack of .*, not live/).waitFor();
    await page.getByRole('navigation').getByRole('link', { name: 'Trace' }).click();
    await panel(page, 'Traces').getByRole('button').click();
    const timeline = page.getByRole('slider', { name: /^Timeline of the trace/ });
    await timeline.focus();
    const ms = await page.evaluate(async () => {
      const keys = ['+', '+', 'ArrowRight', 'ArrowLeft', '-', '.'];
      const times: number[] = [];
      for (let turn = 0; turn < 60; turn++) {
        await new Promise((drawn) => requestAnimationFrame(drawn));
        const key = keys[turn % keys.length] ?? '+';
        const began = performance.now();
        document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
        await new Promise((drawn) => requestAnimationFrame(drawn));
        times.push(performance.now() - began);
      }
      return times.sort((a, b) => a - b).at(57);
    });
    console.log(JSON.stringify({ name: 'trace timeline, 10,000 events: key to picture, p95', ms }));
    expect(await timeline.getAttribute('aria-valuetext')).toBe('frame 10');

    const shown = page.getByText(/ of 1\d\d\.\d s$/);
    await page.keyboard.press('f');
    const all = await shown.textContent();
    const box = await timeline.boundingBox();
    if (box === null) throw new Error('The timeline is not shown.');
    await page.mouse.move(box.x + box.width / 2, box.y + 40);
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, -900);
    await page.keyboard.up('Control');
    await vi.waitFor(async () => expect(await shown.textContent()).not.toBe(all), SLOW);
    const near = await shown.textContent();
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2 - 200, box.y + 40, { steps: 4 });
    await page.mouse.up();
    expect(await shown.textContent()).toBe(near);
    expect(await timeline.getAttribute('aria-valuetext')).toBe('frame 10');
    await page.mouse.click(box.x + box.width / 2, box.y + 40);
    await vi.waitFor(
      async () => expect(await timeline.getAttribute('aria-valuetext')).toMatch(/^frame [56789]\d\d$/),
      SLOW,
    );
    await page.getByText(/Ingest · frame [56789]\d\d · relay-1/).waitFor();
    expect(problems).toEqual([]);
    await page.close();
  });

  it('a file that is no pack, or a damaged one, is refused in words, and the server stays shown', {
    timeout: 30_000,
  }, async () => {
    const { page, problems } = await viewOf('overview');
    await page.getByRole('navigation').getByRole('link', { name: 'Overview' }).waitFor();
    await drop(page, 'race.json', '{"kind":"recording","version":1}');
    await page.getByRole('alert').getByText('not a support pack').waitFor();
    await drop(page, 'half.json', packText().slice(0, -500));
    await page.getByRole('alert').getByText('damaged or cut off').waitFor();
    expect(await page.getByText('not live').count()).toBe(0);
    const { sessions } = await getJson<OpsSessionsAnswer>(`${url}/api/ops/sessions`, admin);
    expect(sessions).toHaveLength(1);
    expect(problems).toEqual([]);
    await page.close();
  });
});
