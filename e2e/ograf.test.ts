import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { unzipSync } from 'fflate';
import type { Browser, Page } from 'playwright-core';
import { io } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { OVERLAY_KINDS } from '../packages/protocol/src/index.js';
import { eventually } from '../testing/eventually.js';
import { logoPng } from '../testing/logo-picture.js';
import { launch, openPage, WITHOUT_CHROMIUM } from './browser.js';
import { freePort, okboxbox, type Running, stop, temporaryData, tokenOf } from './okboxbox.js';

/**
 * The graphics, played by a small program of its own: it reads manifests, makes the elements and calls their actions, from
 * another origin than the server's, with the graphics of the zip.
 */

let browser: Browser;
let data: ReturnType<typeof temporaryData>;
let up: Running;
let server: string;
let link: string;
let program: Server;
let page: Page;
let problems: string[];

/** What the page of the program has as a global. */
interface Program {
  /** Loads a graphic, and resolves with the answer of its `load`. */
  load(folder: string, name: string, data: object, more?: object): Promise<unknown>;
  call(name: string, action: string, params?: object): Promise<unknown>;
  remove(name: string): Promise<unknown>;
}
const inPage = <T>(run: (program: Program, given: T) => unknown, given: T) =>
  page.evaluate(
    ({ code, given: value }) =>
      new Function('program', 'given', `return (${code})(program, given)`)(
        (globalThis as never as { program: Program }).program,
        value,
      ),
    { code: String(run), given },
  );
const load = (name: string, over: object = {}, kind = 'timing-tower', more: object = {}, folder = `/${kind}`) =>
  inPage((made, [at, as, set, rest]) => made.load(at as string, as as string, set as object, rest as object), [
    `${folder}/${kind}.ograf.json`,
    name,
    { server, show: 'local', link, ...over },
    more,
  ] as const);
const call = (name: string, action: string, params: object = {}) =>
  inPage((made, [as, what, given]) => made.call(as as string, what as string, given as object), [
    name,
    action,
    params,
  ] as const);
const remove = (name: string) => inPage((made, as) => made.remove(as), name);

const PAGE = `<!doctype html><body style="margin:0"><script type="module">
const elements = new Map();
const tags = new Map();
globalThis.program = {
  async load(path, name, data, more) {
    const at = new URL(path, location.href);
    const manifest = await (await fetch(at)).json();
    const main = new URL(manifest.main, at).href;
    const { default: Graphic } = await import(main);
    if (!tags.has(main)) {
      tags.set(main, 'graphic-' + tags.size);
      customElements.define(tags.get(main), Graphic);
    }
    const element = document.createElement(tags.get(main));
    element.id = name;
    document.body.append(element);
    elements.set(name, element);
    const renderCharacteristics = { resolution: { width: 1920, height: 1080 }, frameRate: 60 };
    return element.load({ data, renderType: 'realtime', renderCharacteristics, ...more });
  },
  call: (name, action, params) => elements.get(name)[action](params),
  async remove(name) {
    const element = elements.get(name);
    element.remove();
    elements.delete(name);
    return element.dispose({});
  },
};
</script></body>`;

beforeAll(async () => {
  if (WITHOUT_CHROMIUM) return;
  browser = await launch();
  data = temporaryData();
  server = `http://127.0.0.1:${await freePort()}`;
  up = okboxbox(['up', '--port', new URL(server).port, '--data', data.dir, '--speed', '4']);
  await eventually(() => expect(up.stdout()).toContain('#code='));
  const director = io(server, { auth: { token: await tokenOf(data.dir, 'director') }, transports: ['websocket'] });
  const made = await director.emitWithAck('link:create', { show: 'local', kind: 'overlay' });
  link = made.link.code;
  director.disconnect();
  const timing = `${server}/api/public/sessions/local/timing?link=${link}`;
  await eventually(async () => expect((await fetch(timing)).status).toBe(200));
  const zip = unzipSync(new Uint8Array(await (await fetch(`${server}/ograf/okboxbox.zip`)).arrayBuffer()));
  const types: Record<string, string> = { json: 'application/json', mjs: 'text/javascript', woff2: 'font/woff2' };
  program = createServer(({ url = '/' }, response) => {
    const name = url.slice(1);
    const file = zip[name];
    if (url === '/') response.setHeader('content-type', 'text/html').end(PAGE);
    else if (file === undefined) response.writeHead(url === '/favicon.ico' ? 204 : 404).end();
    else response.setHeader('content-type', types[name.split('.').at(-1) ?? ''] ?? 'text/plain').end(file);
  });
  await new Promise<void>((resolve) => program.listen(0, '127.0.0.1', resolve));
  ({ page, problems } = await openPage(browser, { width: 1920, height: 1080 }));
  await page.goto(`http://127.0.0.1:${(program.address() as AddressInfo).port}/`);
});
afterAll(async () => {
  await browser?.close();
  program?.close();
  if (up) await stop(up);
  data?.remove();
});

const tower = (name: string) => page.locator(`#${name} .tower`);
const opacity = (name: string) => tower(name).evaluate((element) => Number(getComputedStyle(element).opacity));

describe.skipIf(WITHOUT_CHROMIUM)('a graphic of the zip, in a program on another origin', () => {
  afterEach(async () => {
    for (const id of await page.locator('body > *:not(script)').evaluateAll((all) => all.map((each) => each.id))) {
      await remove(id);
    }
  });

  it.each(OVERLAY_KINDS.filter((kind) => kind !== 'stage'))('%s loads, plays and stops', async (kind) => {
    expect(await load('a', {}, kind)).toEqual({ statusCode: 200 });
    expect(await call('a', 'playAction')).toEqual({ statusCode: 200, currentStep: 0 });
    expect(await call('a', 'stopAction')).toEqual({ statusCode: 200 });
    expect(problems).toEqual([]);
  });

  it('shows the race of the show from its first step on, and says so when the animation has ended', async () => {
    expect(await load('a')).toEqual({ statusCode: 200 });
    expect(await opacity('a')).toBe(0);
    expect(await call('a', 'playAction', { delta: 1 })).toEqual({ statusCode: 200, currentStep: 0 });
    expect(await opacity('a')).toBe(1);
    expect(await page.locator('#a .tower-row').count()).toBeGreaterThan(5);
    expect(await call('a', 'stopAction')).toEqual({ statusCode: 200 });
    expect(await opacity('a')).toBe(0);
  });

  it('goes to the end past its last step, and plays again from its first', async () => {
    await load('a');
    const at = async (params: object) => {
      const { statusCode, currentStep } = (await call('a', 'playAction', params)) as {
        statusCode: number;
        currentStep?: number;
      };
      return [statusCode, currentStep, await opacity('a')];
    };
    expect(await at({ goto: 0 })).toEqual([200, 0, 1]);
    expect(await at({ goto: 0 })).toEqual([200, 0, 1]);
    expect(await at({ delta: 0 })).toEqual([200, 0, 1]);
    expect(await at({})).toEqual([200, undefined, 0]);
    expect(await at({ delta: 1 })).toEqual([200, 0, 1]);
    expect(await at({ goto: 7 })).toEqual([200, undefined, 0]);
    expect(await at({ goto: 0 })).toEqual([200, 0, 1]);
    expect(await at({ delta: -1 })).toEqual([200, undefined, 0]);
    expect(await at({ goto: 0.5 })).toEqual([400, undefined, 0]);
  });

  it('does without the animation where it is to skip it', async () => {
    await load('a');
    const [running, shown] = (await page.evaluate(async () => {
      const { program: made } = globalThis as never as { program: Program };
      const done = made.call('a', 'playAction', { skipAnimation: true });
      const element = document.querySelector('#a > div > div')?.shadowRoot?.querySelector('.tower') as HTMLElement;
      const animations = element.getAnimations().length;
      await done;
      return [animations, getComputedStyle(element).opacity];
    })) as [number, string];
    expect([running, shown]).toEqual([0, '1']);
  });

  it('takes new data while it is on air, some fields or all, and refuses what it cannot use', async () => {
    await load('a');
    await call('a', 'playAction');
    expect(await call('a', 'updateAction', { data: { rows: 3 } })).toEqual({ statusCode: 200 });
    await eventually(async () => expect(await page.locator('#a .tower-row').count()).toBe(3));
    expect(await opacity('a')).toBe(1);
    expect(await call('a', 'updateAction', { data: { rows: 'many' } })).toMatchObject({ statusCode: 400 });
    expect(await page.locator('#a .tower-row').count()).toBe(3);
    expect(await call('a', 'updateAction', { data: { demo: true } })).toEqual({ statusCode: 200 });
    expect([await opacity('a'), await tower('a').count()]).toEqual([1, 1]);
  });

  it('wears the look of the show, its logo as well, while it is on air, and keeps the theme that its data name', async () => {
    const authorization = `Bearer ${await tokenOf(data.dir, 'director')}`;
    const post = async (path: string, type: string, body: BodyInit) => {
      const headers = { authorization, 'content-type': type };
      const answer = await fetch(`${server}/api/shows/local/${path}`, { method: 'POST', headers, body });
      expect(answer.status).toBe(200);
      return (await answer.json()) as { hash: string };
    };
    await load('a');
    await call('a', 'playAction');
    await load('b', { theme: 'light' });
    const { hash } = await post('logo', 'image/png', new Uint8Array(logoPng(90, 30)));
    const look = { base: 'board', colours: { accent: '#ffb000' }, radiusPx: 4, logo: hash };
    await post('acts/look', 'application/json', JSON.stringify({ look }));
    const worn = (name: string) =>
      tower(name).evaluate((each) => [
        getComputedStyle(each).getPropertyValue('--box'),
        each.querySelector<HTMLImageElement>('.logo')?.naturalWidth,
      ]);
    await eventually(async () => expect(await worn('a')).toEqual(['#ffb000', 90]));
    expect(await worn('b')).toEqual(['#1d3fbb', 0]);
    // What is drawn anew by an update has it, too.
    await call('a', 'updateAction', { data: { rows: 3 } });
    await eventually(async () => expect(await worn('a')).toEqual(['#ffb000', 90]));
    await post('acts/look', 'application/json', JSON.stringify({ look: null }));
    await eventually(async () => expect(await worn('a')).toEqual(['#ff6b1a', 0]));
    expect(problems).toEqual([]);
  });

  it('answers with a status what cannot be done, and throws nothing', async () => {
    expect(await load('a', { show: '' })).toMatchObject({
      statusCode: 400,
      statusMessage: expect.stringContaining('show'),
    });
    expect(await call('a', 'playAction')).toMatchObject({ statusCode: 409 });
    expect(await call('a', 'updateAction', { data: { rows: 3 } })).toMatchObject({ statusCode: 409 });
    expect(await load('b', {}, 'timing-tower', { renderType: 'non-realtime' })).toMatchObject({ statusCode: 400 });
    await load('c');
    expect(await call('c', 'customAction', { id: 'explode', payload: null })).toMatchObject({ statusCode: 400 });
    expect(await call('c', 'load', { data: { show: 'local' }, renderType: 'realtime' })).toMatchObject({
      statusCode: 409,
    });
    expect(await call('c', 'goToTime', { timestamp: 5 })).toMatchObject({ statusCode: 400 });
    expect(await call('c', 'setActionsSchedule', { schedule: [] })).toMatchObject({ statusCode: 400 });
  });

  it('is loaded before the show has a session, and is told so', async () => {
    const other = io(server, { auth: { token: await tokenOf(data.dir, 'director') }, transports: ['websocket'] });
    const made = await other.emitWithAck('link:create', { show: 'next-week', kind: 'overlay' });
    other.disconnect();
    expect(await load('a', { show: 'next-week', link: made.link.code })).toMatchObject({
      statusCode: 200,
      statusMessage: expect.stringContaining('no session yet'),
    });
    expect(await call('a', 'playAction')).toEqual({ statusCode: 200, currentStep: 0 });
    expect(await opacity('a')).toBe(0);
  });

  it('is told where the link opens nothing', async () => {
    expect(await load('a', { link: 'AAAAAAAAAAAAAAAA' })).toMatchObject({
      statusCode: 403,
      statusMessage: expect.stringMatching(/link/i),
    });
  });

  it('works twice on one page, and leaves nothing of itself when it is disposed of', async () => {
    const before = await outside();
    await load('a', { rows: 5 });
    await load('b', { demo: true, rows: 9 });
    await Promise.all([call('a', 'playAction'), call('b', 'playAction')]);
    expect(await page.locator('#a .tower-row').count()).toBe(5);
    expect(await page.locator('#b .tower-row').count()).toBe(9);
    await call('a', 'stopAction');
    expect([await opacity('a'), await opacity('b')]).toEqual([0, 1]);
    expect(await remove('a')).toEqual({ statusCode: 200 });
    expect(await opacity('b')).toBe(1);
    await remove('b');
    expect(await outside()).toEqual(before);
    await eventually(async () => expect(await viewers()).toBe(0));
  });

  it('can be disposed of while it loads', async () => {
    await page.evaluate(
      async (given) => {
        const { program: made } = globalThis as never as { program: Program };
        const loading = made.load('/timing-tower/timing-tower.ograf.json', 'a', given);
        await new Promise((resolve) => requestAnimationFrame(resolve));
        while (document.querySelector('#a') === null) await new Promise((resolve) => requestAnimationFrame(resolve));
        await made.remove('a');
        await loading;
      },
      { server, show: 'local', link },
    );
    await eventually(async () => expect(await viewers()).toBe(0));
  });

  it('is loaded from the server itself as well, and then needs no address of it', async () => {
    expect(await load('a', { server: '' }, 'timing-tower', {}, `${server}/ograf/timing-tower`)).toEqual({
      statusCode: 200,
    });
    await call('a', 'playAction');
    expect(await opacity('a')).toBe(1);
  });
});

/** What of the page a graphic could leave behind outside its element. */
const outside = () =>
  page.evaluate(() => [
    document.head.innerHTML,
    document.body.style.cssText,
    document.documentElement.attributes.length,
    document.adoptedStyleSheets.length,
    document.fonts.size,
  ]);

/** Overlays that the server knows of. */
async function viewers(): Promise<number> {
  const desk = io(server, { auth: { token: await tokenOf(data.dir, 'director') }, transports: ['websocket'] });
  const joined = await desk.emitWithAck('director:join', { show: 'local' });
  desk.disconnect();
  return joined.desk.watchers.length;
}

describe.skipIf(WITHOUT_CHROMIUM)('answers for pages of other origins', () => {
  /** Whether a page of an origin may read an answer: `null` is that of a frame that may do little. */
  const readable = (path: string, origin: 'second' | 'null', headers: Record<string, string> = {}) =>
    page.evaluate(
      async ([url, from, sent]) => {
        const read = `fetch(${JSON.stringify(url)}, { headers: ${JSON.stringify(sent)} }).then(() => true, () => false)`;
        if (from === 'second') return (await new Function(`return ${read}`)()) as boolean;
        const frame = document.createElement('iframe');
        frame.sandbox.add('allow-scripts');
        frame.srcdoc = `<script>${read}.then((is) => parent.postMessage(is, '*'))</script>`;
        document.body.append(frame);
        const answer = await new Promise((resolve) =>
          addEventListener('message', ({ data: is }) => resolve(is), { once: true }),
        );
        frame.remove();
        return answer as boolean;
      },
      [`${server}${path}`, origin, headers] as const,
    );

  it.each(['second', 'null'] as const)(
    'can be read with a link from an origin that is %s, and not without one',
    async (origin) => {
      const timing = '/api/public/sessions/local/timing';
      expect(await readable(`${timing}?link=${link}`, origin)).toBe(true);
      expect(await readable(timing, origin)).toBe(false);
      expect(await readable(`${timing}?link=`, origin)).toBe(false);
      expect(await readable('/api/health', origin)).toBe(false);
      const polling = '/socket.io/?EIO=4&transport=polling';
      expect(await readable(`${polling}&link=${link}`, origin)).toBe(true);
      expect(await readable(polling, origin)).toBe(false);
    },
  );

  it('cannot be read where the call has a token, also beside a link', async () => {
    const headers = { authorization: `Bearer ${await tokenOf(data.dir, 'director')}` };
    expect(await readable(`/api/sessions?link=${link}`, 'second', headers)).toBe(false);
    const answer = await fetch(`${server}/api/sessions?link=${link}`, { headers });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    const withCookie = await fetch(`${server}/api/public/sessions/local/timing?link=${link}`, {
      headers: { cookie: 'a=b' },
    });
    expect(withCookie.headers.get('access-control-allow-origin')).toBeNull();
  });
});
