import type { SessionSummary } from '@okboxbox/protocol';
import type { Browser, Page } from 'playwright-core';
import { io, type Socket } from 'socket.io-client';
import { afterAll, beforeAll, expect } from 'vitest';
import { eventually } from '../testing/eventually.js';
import { launch, openPage, WITHOUT_CHROMIUM } from './browser.js';
import { freePort, getJson, okboxbox, type Running, stop, temporaryData, tokenOf } from './okboxbox.js';

/** A page on a desk, and one in a hand. */
export const DESKTOP = { width: 1920, height: 1080 };
export const PHONE = { width: 390, height: 844 };
let chromium: Browser;
/** The browser that the tests of a file share. */
export const browser = (): Browser => chromium;
/** For what a busy machine takes its time with. */
export const SLOW = { timeout: 15_000 };

let data: ReturnType<typeof temporaryData>;
let up: Running;
/** Address of the platform that runs. */
export let url: string;
/** A token with every right. */
export let admin: string;
const sockets: Socket[] = [];

/** One platform with its race for the tests of a file. */
export function withConsole(): void {
  beforeAll(async () => {
    if (WITHOUT_CHROMIUM) return;
    chromium = await launch();
    data = temporaryData();
    url = `http://127.0.0.1:${await freePort()}`;
    up = okboxbox(['up', '--port', new URL(url).port, '--data', data.dir]);
    await eventually(() => expect(up.stdout()).toContain('#code='));
    admin = await tokenOf(data.dir, 'admin');
    // The show's session begins with its relay's greeting, some moments after the server serves.
    await eventually(async () => expect(await getJson<SessionSummary[]>(`${url}/api/sessions`, admin)).toHaveLength(1));
  });
  afterAll(async () => {
    for (const socket of sockets) socket.disconnect();
    await chromium?.close();
    if (up) await stop(up);
    data?.remove();
  });
}

/** A view of the console, as somebody with a role or as nobody; its problems must stay empty. */
export async function viewOf(
  view: string,
  { role = 'admin', size = DESKTOP }: { role?: string | null; size?: typeof DESKTOP } = {},
) {
  const opened = await openPage(chromium, size);
  if (role !== null) {
    const token = role === 'admin' ? admin : await tokenOf(data.dir, role);
    await opened.page.addInitScript((value) => localStorage.setItem('okboxbox.token', value), token);
  }
  await opened.page.goto(`${url}/admin/ops/${view}`);
  return opened;
}

/** A connection with a role's token that has joined the show's session. */
export async function joined(role: string, clientKind: string, audience: 'live' | 'broadcast'): Promise<Socket> {
  const socket = io(url, {
    auth: { token: await tokenOf(data.dir, role), clientKind, surface: 'timing-tower' },
    transports: ['websocket'],
  });
  sockets.push(socket);
  await new Promise<void>((connected) => socket.once('connect', () => connected()));
  expect(await socket.emitWithAck('session:join', { show: 'local', audience })).toMatchObject({ ok: true });
  return socket;
}

/** A part of a view, by its title. */
export const panel = (page: Page, name: string | RegExp) => page.getByRole('region', { name });
/** How far a page goes beyond the window sideways, in px. */
export const overflowOf = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** Drops a file onto the console. */
export async function drop(page: Page, name: string, text: string): Promise<void> {
  const files = await page.evaluateHandle(
    ([fileName, content]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([content as string], fileName as string, { type: 'application/json' }));
      return transfer;
    },
    [name, text],
  );
  await page.getByLabel('Console', { exact: true }).dispatchEvent('drop', { dataTransfer: files });
}
