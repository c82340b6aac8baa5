import type { Browser, Page } from 'playwright-core';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../testing/eventually.js';
import { axeViolations } from './axe.js';
import { launch, openPage, WITHOUT_CHROMIUM } from './browser.js';
import { freePort, okboxbox, type Running, stop, temporaryData, tokenOf } from './okboxbox.js';

const DESKTOP = { width: 1920, height: 1080 };
const PHONE = { width: 390, height: 844 };

let browser: Browser;
let data: ReturnType<typeof temporaryData>;
let up: Running;
let url: string;

beforeAll(async () => {
  if (!WITHOUT_CHROMIUM) browser = await launch();
});
afterAll(() => browser?.close());

/** Runs the platform, and waits until it is up. */
async function start(...more: string[]): Promise<void> {
  data = temporaryData();
  url = `http://127.0.0.1:${await freePort()}`;
  up = okboxbox(['up', '--port', new URL(url).port, '--data', data.dir, ...more]);
  await eventually(() => expect(up.stdout()).toContain('#code='));
}

/** One race for the tests of a group, so fast that something happens; each begins live, published and with the tower alone. */
const SPEED = 4;
function withRace(): void {
  beforeAll(async () => {
    if (!WITHOUT_CHROMIUM) await start('--speed', String(SPEED));
  });
  beforeEach(async () => {
    await call('broadcast:publish', { published: true });
    await call('broadcast:delay:set', { delayMs: 0, publicExtraMs: 0, mode: 'jump' });
  });
  afterAll(end);
}

async function end(): Promise<void> {
  if (!up) return;
  await stop(up);
  data.remove();
}

/** A page of somebody with a role, or of anybody. */
async function pageOf(role: string | null, path: string, size = DESKTOP) {
  const opened = await openPage(browser, size);
  if (role !== null) {
    const token = await tokenOf(data.dir, role);
    await opened.page.addInitScript((value) => localStorage.setItem('okboxbox.token', value), token);
  }
  await opened.page.goto(`${url}${path}`);
  return opened;
}

/** A desk that shows the show's race. */
async function deskOf(size = DESKTOP) {
  const opened = await pageOf('director', '/sessions/local/director', size);
  await opened.page.getByRole('region', { name: 'Real time' }).getByRole('listitem').first().waitFor();
  return opened;
}

/** One call of a director, without a page. */
async function call<T>(event: string, body: object): Promise<T> {
  const socket = io(url, { auth: { token: await tokenOf(data.dir, 'director') }, transports: ['websocket'] });
  try {
    const answer: { ok: boolean } & T = await socket.emitWithAck(event, { show: 'local', ...body });
    expect(answer).toMatchObject({ ok: true });
    return answer;
  } finally {
    socket.disconnect();
  }
}

/** What the desk says of the graphics' delay. */
const graphicsDelay = (page: Page) => page.getByRole('group', { name: 'Graphics', exact: true });

const region = (page: Page, name: string) => page.getByRole('region', { name, exact: true });

describe.skipIf(WITHOUT_CHROMIUM)('the director’s desk', () => {
  withRace();

  it('shows a second director what the first does: the delay, the pause, the cue and who it was', {
    timeout: 90_000,
  }, async () => {
    const [first, second] = [await deskOf(), await deskOf()];
    await first.page.keyboard.press('PageUp');
    await graphicsDelay(second.page)
      .getByText(/^Holding \d+\.\d s$/)
      .waitFor();
    await region(second.page, 'Actions').getByText('changed the delay from 0 s to 10 s').waitFor();
    await graphicsDelay(first.page).getByText('Running 10 s behind').waitFor({ timeout: 20_000 });
    // Read in one look, and again while a stall lasts: then one picture stands and the other does not.
    const behind = () =>
      first.page.evaluate(() => {
        const [seen = 0, live = 0] = ['Graphics picture', 'Real time'].map((name) => {
          const text = document.querySelector(`section[aria-label="${name}"] .picture-clock strong`)?.textContent ?? '';
          return text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
        });
        return live - seen;
      });
    await eventually(async () => {
      const seconds = await behind();
      expect(seconds).toBeGreaterThanOrEqual(9 * SPEED);
      expect(seconds).toBeLessThanOrEqual(12 * SPEED);
    });

    await second.page.keyboard.press('p');
    await graphicsDelay(first.page).getByText('Paused', { exact: true }).waitFor();
    await first.page.keyboard.press('p');
    await graphicsDelay(second.page).getByText('Running 10 s behind').waitFor({ timeout: 20_000 });

    await first.page.keyboard.press('n');
    await first.page.keyboard.type('Formation lap');
    await first.page.keyboard.press('Control+Enter');
    const message = region(second.page, 'On air').getByRole('row', { name: /^Message/ });
    await message.getByText('on its way').waitFor();
    await message.getByText('on its way').waitFor({ state: 'hidden', timeout: 20_000 });
    // It has aired, and no overlay is open.
    await message.getByText('no output draws it').waitFor();
    expect(await message.getByText('Formation lap').count()).toBe(2);
    expect([...first.problems, ...second.problems]).toEqual([]);
    await Promise.all([first.page.close(), second.page.close()]);
  });

  it('sets the delay by what the stream shows: a moment, and the press', { timeout: 90_000 }, async () => {
    const { page, problems } = await deskOf();
    await page.keyboard.press('m');
    const panel = region(page, 'Calibrate the graphics: watch OBS');
    await panel.getByRole('listitem').first().waitFor({ timeout: 60_000 });
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Space');
    // Nothing is set before it is confirmed.
    await panel.getByText(/the delay would be [\d.]+ s; it is 0 s now\.$/).waitFor();
    await graphicsDelay(page).getByText('Live', { exact: true }).waitFor();
    await page.keyboard.press('Enter');
    await panel.getByText(/^The delay was 0 s before, and is [\d.]+ s now\.$/).waitFor();
    await region(page, 'Actions')
      .getByText(/^calibrated a picture: its delay from 0 s to /)
      .waitFor();
    await page.keyboard.press('z');
    await page.getByRole('dialog').getByRole('button', { name: 'Undo' }).click();
    await graphicsDelay(page).getByText('Live', { exact: true }).waitFor({ timeout: 30_000 });

    // The public picture in the same way: what it is behind comes on top of the graphics.
    await page.keyboard.press('Escape');
    await page.keyboard.press('u');
    await page.keyboard.press('m');
    const stream = region(page, 'Calibrate the public picture: watch the stream');
    await stream.getByRole('listitem').first().waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Space');
    await page.keyboard.press('Enter');
    await stream.getByText(/^The extra delay was 0 s before, and is [\d.]+ s now\.$/).waitFor();
    await page
      .getByRole('group', { name: 'Public', exact: true })
      .getByText(/^(Holding|Running) [\d.]+ s/)
      .waitFor();
    await graphicsDelay(page).getByText('Live', { exact: true }).waitFor();
    await page.keyboard.press('z');
    await page.getByRole('dialog').getByRole('button', { name: 'Undo' }).click();
    await page
      .getByRole('group', { name: 'Public', exact: true })
      .getByText('Live', { exact: true })
      .waitFor({ timeout: 30_000 });
    expect(problems).toEqual([]);
    await page.close();
  });

  it('is calibrated with the mouse and then the keys that the panel names: a button that was clicked keeps none of them', {
    timeout: 90_000,
  }, async () => {
    const { page, problems } = await deskOf();
    await graphicsDelay(page)
      .getByRole('button', { name: /^Calibrate/ })
      .click();
    const panel = region(page, 'Calibrate the graphics: watch OBS');
    await panel.getByRole('listitem').first().waitFor({ timeout: 60_000 });
    const presses = panel.getByText(/^Pressed [\d.]+ s ago: choose the moment that you saw\.$/);
    await page.keyboard.press('Space');
    await presses.waitFor();
    await panel.getByRole('listitem').first().getByRole('button').click();
    const setButton = panel.getByRole('button', { name: /^Set [\d.]+ s/ });
    const before = await setButton.textContent();
    // The moment has the press of the mouse; Space is a new sight of it, and no second press of the moment.
    await eventually(async () => {
      await page.keyboard.press('Space');
      expect(await setButton.textContent()).not.toBe(before);
    });
    await panel.getByRole('button', { name: /^I see it now/ }).click();
    await page.keyboard.press('Enter');
    await panel.getByText(/^The delay was 0 s before, and is [\d.]+ s now\.$/).waitFor();
    // Pressed while it is open already, the way in gives its keys back too.
    await graphicsDelay(page)
      .getByRole('button', { name: /^Calibrate/ })
      .click();
    await page.keyboard.press('Space');
    await presses.waitFor();
    expect(problems).toEqual([]);
    await page.close();
  });

  it('asks before it goes live or withdraws, and leaves everything as it is when told so', {
    timeout: 60_000,
  }, async () => {
    await call('broadcast:delay:set', { delayMs: 2_000 });
    const { page, problems } = await deskOf();
    await page.keyboard.press('l');
    await page.getByRole('dialog').getByText('Go live?').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('b');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await graphicsDelay(page).getByText('Running 2 s behind').waitFor({ timeout: 20_000 });
    expect(await page.getByRole('button', { name: /^Published/ }).count()).toBe(1);
    await page.keyboard.press('l');
    await page.getByRole('button', { name: 'Go live' }).click();
    await graphicsDelay(page).getByText('Live', { exact: true }).waitFor({ timeout: 30_000 });
    expect(problems).toEqual([]);
    await page.close();
  });

  it('can be used by keyboard: scenes, the next cue, a typed delay, help', { timeout: 60_000 }, async () => {
    const { page, problems } = await deskOf();
    await page.keyboard.press('Shift+Digit2');
    await region(page, 'Next cue').getByText('scene Green flag').waitFor();
    await region(page, 'Next cue')
      .getByText(/Flag Green/)
      .waitFor();
    await page.keyboard.press('a');
    await region(page, 'On air')
      .getByRole('row', { name: /^Flag Green/ })
      .waitFor();
    await page.keyboard.press('x');
    await region(page, 'On air').getByRole('row', { name: 'Flag – –' }).waitFor();
    await page.keyboard.press('d');
    await page.keyboard.type('1,5');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await graphicsDelay(page).getByText('Running 1.5 s behind').waitFor({ timeout: 20_000 });
    await page.keyboard.press('+');
    await graphicsDelay(page).getByText('Running 2.5 s behind').waitFor({ timeout: 20_000 });
    await page.keyboard.press('?');
    await page.getByRole('dialog').getByText('go live (asks first)').waitFor();
    expect(problems).toEqual([]);
    await page.close();
  });
});

describe.skipIf(WITHOUT_CHROMIUM)('the desk’s keys', () => {
  withRace();

  it('can be used by everybody: axe finds nothing, with a calibration open either', {
    timeout: 60_000,
  }, async () => {
    const { page } = await deskOf();
    expect(await axeViolations(page)).toEqual([]);
    await page.keyboard.press('m');
    await region(page, 'Calibrate the graphics: watch OBS').waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.close();
  });

  it('one press is one call however long a key is held, with Caps Lock and on a keyboard of another script', {
    timeout: 60_000,
  }, async () => {
    const opened = await openPage(browser, DESKTOP);
    const { page, problems } = opened;
    const calls: string[] = [];
    page.on('websocket', (socket) =>
      socket.on('framesent', ({ payload }) => {
        const event = /^\d+\["((?:broadcast|show):[^"]+)"/.exec(String(payload))?.[1];
        if (event !== undefined && event !== 'broadcast:moments') calls.push(event);
      }),
    );
    const token = await tokenOf(data.dir, 'director');
    await page.addInitScript((value) => localStorage.setItem('okboxbox.token', value), token);
    await page.goto(`${url}/sessions/local/director`);
    await region(page, 'Real time').getByRole('listitem').first().waitFor();
    const hold = async (key: string, times = 20) => {
      for (let i = 0; i < times; i += 1) await page.keyboard.down(key);
      await page.keyboard.up(key);
    };
    await hold('p');
    await graphicsDelay(page).getByText('Paused', { exact: true }).waitFor();
    // A press of the same key with Caps Lock, and one of a Cyrillic keyboard.
    await page.evaluate(() => window.dispatchEvent(new KeyboardEvent('keydown', { key: 'P', code: 'KeyP' })));
    await graphicsDelay(page).getByText('Live', { exact: true }).waitFor();
    await page.evaluate(() => window.dispatchEvent(new KeyboardEvent('keydown', { key: 'з', code: 'KeyP' })));
    await graphicsDelay(page).getByText('Paused', { exact: true }).waitFor();
    await page.keyboard.press('p');
    await graphicsDelay(page).getByText('Live', { exact: true }).waitFor();
    await hold('x');
    await region(page, 'Actions')
      .getByText(/^cued /)
      .first()
      .waitFor();
    await hold('+', 5);
    await graphicsDelay(page).getByText('Running 5 s behind').waitFor({ timeout: 30_000 });
    expect(calls.filter((each) => each !== 'broadcast:delay:set')).toEqual([
      'broadcast:pause',
      'broadcast:resume',
      'broadcast:pause',
      'broadcast:resume',
      'broadcast:cue',
    ]);
    expect(problems).toEqual([]);
    await page.close();
  });

  it('Escape leaves a field and keeps the cue, the next one clears it; a held key types nothing into its field', {
    timeout: 60_000,
  }, async () => {
    const { page, problems } = await deskOf();
    for (let i = 0; i < 5; i += 1) await page.keyboard.down('n');
    await page.keyboard.up('n');
    await page.keyboard.type('Safety car');
    await page.keyboard.press('Escape');
    await region(page, 'Next cue').getByText('Message Safety car', { exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await region(page, 'Next cue').getByText('No change', { exact: true }).waitFor();
    expect(problems).toEqual([]);
    await page.close();
  });
});

describe.skipIf(WITHOUT_CHROMIUM)('the public side', () => {
  withRace();

  it('shows nothing of a show that is not published, all of one that is, and nothing again once it is withdrawn', {
    timeout: 60_000,
  }, async () => {
    await call('broadcast:publish', { published: false });
    const { page, problems } = await pageOf(null, '/public/local');
    await page.getByText('Nothing on air').waitFor();
    expect(await page.title()).toBe('Timing · Ok, Box Box');
    await call('broadcast:publish', { published: true });
    await page.getByRole('table', { name: 'Live timing' }).waitFor({ timeout: 15_000 });
    expect(await page.title()).toContain('P1 #');
    await call('broadcast:publish', { published: false });
    await page.getByText('Nothing on air').waitFor({ timeout: 3_000 });
    expect(await page.getByRole('table').count()).toBe(0);
    expect(problems).toEqual([]);
    await page.close();
  });

  it('a link to a page or an overlay ends within a second or two when the director revokes it', {
    timeout: 60_000,
  }, async () => {
    const make = (kind: string, label: string) => call<{ link: { code: string } }>('link:create', { kind, label });
    const [press, stream] = [await make('public', 'Press'), await make('overlay', 'Co-stream')];
    const viewer = await pageOf(null, `/public/local?link=${press.link.code}`);
    await viewer.page.getByRole('table', { name: 'Live timing' }).waitFor({ timeout: 15_000 });
    await call('broadcast:publish', { published: false });
    await viewer.page.getByText('Nothing on air').waitFor({ timeout: 3_000 });
    // An overlay is set up before the show is published: its link opens it.
    const overlay = await pageOf(null, `/overlay/timing-tower?show=local&link=${stream.link.code}`);
    await overlay.page.locator('.tower[data-shown]').waitFor();
    await call('broadcast:publish', { published: true });
    await viewer.page.getByRole('table', { name: 'Live timing' }).waitFor({ timeout: 15_000 });
    const desk = await deskOf();
    const links = region(desk.page, 'Share links');
    await eventually(async () => expect(await links.getByText(/^1 now/).count()).toBe(2));
    const revoke = async (label: string) => {
      await links.getByRole('button', { name: `Revoke ${label}` }).click();
      await desk.page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    };
    await revoke('Press');
    await viewer.page.getByText('This link no longer works').waitFor({ timeout: 2_000 });
    expect(await viewer.page.getByRole('table').count()).toBe(0);
    await revoke('Co-stream');
    await overlay.page.locator('.tower:not([data-shown])').waitFor({ timeout: 2_000 });
    await eventually(async () => expect(await links.getByText('revoked', { exact: true }).count()).toBe(2));
    expect([...viewer.problems, ...overlay.problems, ...desk.problems]).toEqual([]);
    await Promise.all([viewer.page.close(), overlay.page.close(), desk.page.close()]);
  });

  it('an overlay draws on nothing, goes and comes as cued, and is seen on the desk', { timeout: 60_000 }, async () => {
    const overlay = await pageOf(null, '/overlay/timing-tower?show=local&rows=10');
    const tower = overlay.page.locator('.tower');
    await overlay.page.locator('.tower[data-shown]').waitFor();
    expect(await overlay.page.locator('.tower-row').count()).toBe(10);
    expect(await overlay.page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgba(0, 0, 0, 0)');
    const desk = await deskOf();
    await region(desk.page, 'Overlays').getByText('timing-tower').waitFor({ timeout: 10_000 });
    await call('broadcast:cue', { set: { tower: null } });
    await eventually(async () => expect(await tower.getAttribute('data-shown')).toBeNull());
    await call('broadcast:cue', { set: { tower: {} } });
    await overlay.page.locator('.tower[data-shown]').waitFor();
    expect([...overlay.problems, ...desk.problems]).toEqual([]);
    await Promise.all([overlay.page.close(), desk.page.close()]);
  });

  it('an overlay leaves the air when the server goes down without a goodbye', { timeout: 60_000 }, async () => {
    const overlay = await pageOf(null, '/overlay/timing-tower?show=local');
    await overlay.page.locator('.tower[data-shown]').waitFor();
    await stop(up);
    await overlay.page.locator('.tower:not([data-shown])').waitFor({ timeout: 20_000 });
    expect(await overlay.page.locator('body').textContent()).not.toMatch(/error|lost|connect/i);
    await overlay.page.close();
  });
});

describe.skipIf(WITHOUT_CHROMIUM)('without a race', () => {
  beforeAll(async () => {
    if (!WITHOUT_CHROMIUM) await start('--source', 'none');
  });
  afterAll(end);

  it('says what is missing to who may not direct, waits for a first session, and fits a phone', {
    timeout: 60_000,
  }, async () => {
    const team = await pageOf('team', '/sessions/local/director');
    await team.page.getByText('racebox:director:control', { exact: true }).waitFor();
    const director = await pageOf('director', '/sessions/local/director', PHONE);
    await graphicsDelay(director.page).getByText('No session yet', { exact: true }).waitFor();
    expect(await director.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(PHONE.width);
    expect([...team.problems, ...director.problems]).toEqual([]);
    await Promise.all([team.page.close(), director.page.close()]);
  });

  it('an overlay can be set up without a race', { timeout: 60_000 }, async () => {
    const { page, problems } = await pageOf(null, '/overlay/timing-tower?demo=1');
    await page.locator('.tower[data-shown]').waitFor();
    const order = () =>
      page.$$eval('.tower-row', (rows) =>
        rows
          .map((row) => [
            row.querySelector('.tower-position')?.textContent,
            row.querySelector('.tower-name')?.textContent,
          ])
          .sort(([a], [b]) => Number(a) - Number(b))
          .map(([, name]) => name),
      );
    const before = await order();
    expect(before).toHaveLength(20);
    await eventually(async () => expect(await order()).not.toEqual(before));
    expect(problems).toEqual([]);
    await page.close();
  });
});
