import { type CameraControl, RELAY_NAMESPACE, type SourceRecord } from '@okboxbox/protocol';
import type { Browser } from 'playwright-core';
import { io, type Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HELLO } from '../apps/server/src/testing/hellos.js';
import { batch, frame, race } from '../apps/server/src/testing/race.js';
import { RELAY_STATUS } from '../apps/server/src/testing/relay-status.js';
import { eventually } from '../testing/eventually.js';
import { axeViolations } from './axe.js';
import { launch, openPage, WITHOUT_CHROMIUM } from './browser.js';
import { freePort, okboxbox, type Running, stop, temporaryData, tokenOf } from './okboxbox.js';

/** The sim's camera as a director sees and asks for it: on the desk, and in the tower. */
describe.skipIf(WITHOUT_CHROMIUM)("the broadcaster's camera", () => {
  let browser: Browser;
  let data: ReturnType<typeof temporaryData>;
  let server: Running;
  let url: string;
  let caster: Socket;
  const asked: unknown[] = [];
  let sent = 0;

  const send = async (records: readonly SourceRecord[]) => {
    await caster.emitWithAck('relay:frames', Buffer.from(batch(records, sent + 1)));
    sent += records.length;
  };
  const withCamera = (car: number | null, records: readonly SourceRecord[]): SourceRecord[] =>
    records.map((each) => (each.kind === 'frame' ? { ...each, camera: { car } } : each));
  const says = (camera: CameraControl) => caster.emitWithAck('relay:status', { ...RELAY_STATUS, camera });

  beforeAll(async () => {
    browser = await launch();
    data = temporaryData();
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    server = okboxbox(['server', '--port', String(port), '--data', data.dir]);
    await eventually(async () => expect((await fetch(`${url}/api/health/ready`)).ok).toBe(true));
    caster = io(`${url}${RELAY_NAMESPACE}`, {
      auth: { token: await tokenOf(data.dir, 'camera', '--show', 'local') },
      transports: ['websocket'],
    });
    caster.on('relay:camera', (request: unknown, answer: (said: object) => void) => {
      asked.push(request);
      answer({ asked: true });
    });
    const hello = { ...HELLO, relayId: 'CASTER-PC', playback: false };
    expect(await caster.emitWithAck('relay:hello', hello)).toMatchObject({ ok: true });
    await send(withCamera(1, race(20)));
  });
  afterAll(async () => {
    caster?.disconnect();
    await browser?.close();
    if (server) await stop(server);
    data?.remove();
  });

  it('is on the desk with the car that it shows, and is asked by a key only once its PC accepts that', async () => {
    const { page, problems } = await openPage(browser, { width: 1920, height: 1080 });
    const token = await tokenOf(data.dir, 'director');
    await page.addInitScript((value) => localStorage.setItem('okboxbox.token', value), token);
    await says('off');
    await page.goto(`${url}/sessions/local/director`);
    const panel = page.getByRole('region', { name: 'Camera', exact: true });
    const button = panel.getByRole('button', { name: /Next camera/ });
    await eventually(async () => expect(await panel.innerText()).toContain('CASTER-PC shows #12'));
    expect(await panel.innerText()).toContain('set RELAY_CAMERA_CONTROL=1 there');
    expect(await button.isDisabled()).toBe(true);
    await page.keyboard.press('y');
    await page.getByText('CASTER-PC does not accept camera requests').first().waitFor();
    expect(asked).toEqual([]);

    await says('accepts');
    await eventually(async () => expect(await button.isEnabled()).toBe(true));
    await page.keyboard.press('y');
    await page.getByText('CASTER-PC has asked its sim for the next camera.').waitFor();
    expect(asked).toEqual([{ next: true }]);
    await page.getByText('asked for the next camera').waitFor();
    // The small screens dim a race that stands still, as this one does.
    const found = await axeViolations(page);
    expect(found.filter((each) => !each.includes('.screen'))).toEqual([]);
    expect(problems).toEqual([]);
    await page.close();
  });

  it('has its mark in the tower on the car that it shows, and on none between two shots', async () => {
    const { page, problems } = await openPage(browser, { width: 1920, height: 1080 });
    const token = await tokenOf(data.dir, 'overlay');
    await page.goto(`${url}/overlay/timing-tower?show=local&token=${token}`);
    const rows = page.locator('.tower-row');
    const marked = () =>
      rows.evaluateAll((all) =>
        all
          .filter((row) => getComputedStyle(row.querySelector('.tower-camera') as Element).display !== 'none')
          .map((row) => row.querySelector('.tower-number')?.textContent),
      );
    await eventually(async () => expect(await marked()).toEqual(['12']));
    const wide = (await page.locator('.tower').boundingBox())?.width;
    await send(withCamera(2, [frame(20)]));
    await eventually(async () => expect(await marked()).toEqual(['13']));
    await send(withCamera(null, [frame(21)]));
    await eventually(async () => expect(await marked()).toEqual([]));
    // With each shot of the scenery all names would move.
    expect((await page.locator('.tower').boundingBox())?.width).toBe(wide);
    await page.close();
    expect(problems).toEqual([]);
  });
});
