import type { Browser, Locator, Page } from 'playwright-core';
import { io } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../testing/eventually.js';
import { logoPng } from '../testing/logo-picture.js';
import { axeViolations } from './axe.js';
import { launch, openPage, WITHOUT_CHROMIUM } from './browser.js';
import { freePort, okboxbox, type Running, stop, temporaryData, tokenOf } from './okboxbox.js';

/** A league's own look: set on the desk, and on air without a reload. */

const SIZE = { width: 1366, height: 768 };
const LOGO = logoPng(240, 80, [0, 89, 76]);

/** The accent of what an element is drawn in, and whether it shows a logo. */
const lookOf = (element: Locator) =>
  element.evaluate((each) => {
    const logo = each.querySelector<HTMLImageElement>('.logo');
    return {
      accent: getComputedStyle(each).getPropertyValue('--box').trim(),
      surface: getComputedStyle(each).getPropertyValue('--air').trim(),
      radius: getComputedStyle(each).borderRadius,
      logoPx: logo === null || logo.hidden ? 0 : logo.naturalWidth,
    };
  });

describe.skipIf(WITHOUT_CHROMIUM)('the look of a show', () => {
  let browser: Browser;
  let data: ReturnType<typeof temporaryData>;
  let up: Running;
  let url: string;

  beforeAll(async () => {
    browser = await launch();
    data = temporaryData();
    url = `http://127.0.0.1:${await freePort()}`;
    up = okboxbox(['up', '--port', new URL(url).port, '--data', data.dir, '--speed', '4']);
    await eventually(() => expect(up.stdout()).toContain('#code='));
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
    await call('show:look', { look: null });
  });
  afterAll(async () => {
    await browser?.close();
    if (up) await stop(up);
    data?.remove();
  });

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

  async function deskOf() {
    const opened = await openPage(browser, SIZE);
    const token = await tokenOf(data.dir, 'director');
    await opened.page.addInitScript((value) => localStorage.setItem('okboxbox.token', value), token);
    await opened.page.goto(`${url}/sessions/local/director`);
    await opened.page.getByRole('region', { name: 'Real time' }).getByRole('listitem').first().waitFor();
    return opened;
  }

  /** The editor, opened by its key. */
  async function editorOf(page: Page): Promise<Locator> {
    await page.keyboard.press('c');
    const editor = page.getByRole('dialog', { name: 'Look of the overlays' });
    await editor.waitFor();
    await editor.locator('.lower-third').waitFor();
    return editor;
  }

  /** An overlay as OBS has it: by its link, and marked, so that a reload would be seen. */
  async function overlayOf(kind: string, more = '') {
    const { link } = await call<{ link: { code: string } }>('link:create', { kind: 'overlay' });
    const opened = await openPage(browser, { width: 1920, height: 1080 });
    await opened.page.goto(`${url}/overlay/${kind}?show=local&link=${link.code}${more}`);
    const tower = opened.page.locator('.tower[data-shown]');
    await tower.waitFor();
    await opened.page.evaluate(() => Object.assign(window, { stayed: true }));
    return { ...opened, tower };
  }

  describe.each([
    { base: 'board', label: 'Board (dark)', accent: '#ffb000', surface: '#0b0d10eb' },
    { base: 'light', label: 'Light', accent: '#00594c', surface: '#f6f7f9eb' },
  ])('over the theme $base', ({ base, label, accent, surface }) => {
    it('is previewed before it is saved, and then on air at once, without a reload, with its logo', {
      timeout: 90_000,
    }, async () => {
      const [stage, desk, other] = [await overlayOf('stage'), await deskOf(), await deskOf()];
      const before = await lookOf(stage.tower);
      expect(before).toMatchObject({ accent: '#ff6b1a', logoPx: 0 });

      const editor = await editorOf(desk.page);
      await editor.getByRole('combobox').selectOption(base);
      await editor.getByLabel('Accent: titles, featured car, as #rrggbb').fill(accent);
      await editor.getByLabel('Corners in px').fill('6');
      await editor
        .getByLabel('File of the logo')
        .setInputFiles({ name: 'league.png', mimeType: 'image/png', buffer: LOGO });
      await editor.getByRole('button', { name: 'Remove' }).waitFor();
      expect(await editor.getByRole('combobox').inputValue()).toBe(base);
      expect(await editor.getByRole('option', { name: label }).count()).toBe(1);
      await editor.getByRole('button', { name: 'Results' }).click();
      const board = editor.locator('.board[data-shown]');
      await board.waitFor();
      await eventually(async () => {
        expect(await lookOf(board)).toEqual({ accent, surface, radius: '6px', logoPx: 240 });
      });
      // Nothing is on air before it is saved.
      expect(await lookOf(stage.tower)).toEqual(before);

      await editor.getByRole('button', { name: 'Save', exact: true }).click();
      await editor.waitFor({ state: 'hidden' });
      const worn = { accent, surface, radius: '6px', logoPx: 240 };
      await eventually(async () => expect(await lookOf(stage.tower)).toEqual(worn));
      expect(await stage.page.evaluate(() => 'stayed' in window)).toBe(true);
      // Both desks draw their small screens in it, and say who it was.
      for (const { page } of [desk, other]) {
        const small = page.getByRole('region', { name: 'Graphics picture' }).locator('.tower');
        await eventually(async () => expect(await lookOf(small)).toEqual(worn));
        await page.getByText('changed the look of the overlays').first().waitFor();
      }
      // One that is opened later has it from its first picture.
      const later = await overlayOf('timing-tower');
      await eventually(async () => expect(await lookOf(later.tower)).toEqual(worn));
      const own = await overlayOf('timing-tower', '&theme=light');
      expect(await lookOf(own.tower)).toMatchObject({ accent: '#1d3fbb', logoPx: 0 });
      for (const { problems } of [stage, desk, other, later, own]) expect(problems).toEqual([]);
    });
  });

  it('is edited by the keyboard alone, and taken away again', { timeout: 60_000 }, async () => {
    const [stage, { page, problems }] = [await overlayOf('stage'), await deskOf()];
    const editor = await editorOf(page);
    await editor.getByLabel('Text, as #rrggbb', { exact: true }).focus();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('ffffff');
    await page.keyboard.press('Enter');
    await editor.waitFor({ state: 'hidden' });
    const ink = () => stage.tower.evaluate((each) => getComputedStyle(each).color);
    await eventually(async () => expect(await ink()).toBe('rgb(255, 255, 255)'));
    await page.keyboard.press('c');
    await editor.getByRole('button', { name: 'Back to the usual theme' }).press('Enter');
    await editor.waitFor({ state: 'hidden' });
    await eventually(async () => expect(await ink()).toBe('rgb(233, 237, 242)'));
    expect(problems).toEqual([]);
  });

  it('that cannot be read cannot be saved: the editor says which text on what, and the value', {
    timeout: 60_000,
  }, async () => {
    const { page } = await deskOf();
    const editor = await editorOf(page);
    const save = editor.getByRole('button', { name: 'Save', exact: true });
    const soft = editor.getByLabel('Less important text, as #rrggbb');
    await soft.fill('#30343a');
    await editor.getByText('Less important text on background: 1.2 to 1. At least 4.5 to 1 is needed.').waitFor();
    expect(await save.isDisabled()).toBe(true);
    await soft.press('Enter');
    await soft.fill('#3034');
    await editor.getByText('Less important text: “#3034” is not a colour. Write it as #rrggbb.').waitFor();
    expect(await axeViolations(page)).toEqual([]);
    // A draft stays while the editor is closed, and is gone when it is discarded.
    await page.keyboard.press('Escape');
    await editor.waitFor({ state: 'hidden' });
    await page.getByText('a draft is not saved').waitFor();
    await editorOf(page);
    expect(await soft.inputValue()).toBe('#3034');
    await editor.getByRole('button', { name: 'Discard' }).click();
    expect(await soft.inputValue()).toBe('#a9b4c2');
    const file = { name: 'logo.svg', mimeType: 'image/svg+xml', buffer: Buffer.from('<svg/>') };
    await editor.getByLabel('File of the logo').setInputFiles(file);
    await editor.getByText('The file is not a PNG, JPEG or WebP picture. SVG is not taken.').waitFor();
    await editor.getByLabel('File of the logo').setInputFiles({ ...file, mimeType: 'image/png' });
    await editor.getByText('The logo is not a picture in PNG, JPEG or WebP.').waitFor();
  });
});
