import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FeedState, PublicPointer } from '@okboxbox/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../../testing/eventually.js';
import { FeedStore } from './feed-store.js';
import { SegmentFeed } from './segment-feed.js';
import { feedOf, messageOf } from './testing/feed.js';

const PATH = '/api/public/shows/local';
let http: Server;
let url: string;
let store: FeedStore;
let feed: SegmentFeed | null;
/** What is at each path; a number is a refusal with that status. */
let files: Map<string, object | number | string>;
let asked: string[];
let useless: number;

beforeEach(async () => {
  asked = [];
  useless = 0;
  feed = null;
  store = new FeedStore('broadcast');
  files = new Map<string, object | number | string>([['/api/health', { uptimeMs: 3_600_000 }]]);
  http = createServer(({ url: path = '' }, response) => {
    asked.push(path);
    const found = files.get(path) ?? 404;
    if (typeof found === 'number') response.writeHead(found).end();
    else response.end(typeof found === 'string' ? found : JSON.stringify(found));
  });
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
});

afterEach(async () => {
  feed?.stop();
  http.closeAllConnections();
  await new Promise((done) => http.close(done));
});

function follow(isHidden = false): () => void {
  let onVisibility: () => void = () => undefined;
  const page = {
    isHidden: () => isHidden,
    listen: (_network: () => void, visibility: () => void) => {
      onVisibility = visibility;
      return () => undefined;
    },
  };
  feed = new SegmentFeed({ show: 'local', server: url }, store, page, () => {
    useless += 1;
  });
  return () => {
    isHidden = false;
    onVisibility();
  };
}

/** A show of these states, one after another: a keyframe of one of them, and segments of the newest ones. */
function show(
  states: readonly FeedState[],
  {
    keyframe = 0,
    from,
    epoch = 'e1',
  }: { readonly keyframe?: number; readonly from?: number; readonly epoch?: string } = {},
): void {
  const seq = states.length - 1;
  const names = states.map((_, nr) => `${nr}-${epoch}`);
  files.set(`${PATH}/s/key-${keyframe}-${epoch}.json`, {
    epoch,
    seq: keyframe,
    // What comes later shows a later instant.
    at: epoch === 'e1' ? 0 : 1_000_000,
    sessionId: 'sess_1',
    state: states[keyframe],
  });
  for (let nr = 1; nr <= seq; nr++) {
    const message = messageOf(nr, states[nr - 1] as FeedState, states[nr] as FeedState, epoch);
    files.set(`${PATH}/s/${names[nr]}.json`, message);
  }
  const pointer: PublicPointer = {
    show: 'local',
    sessionId: 'sess_1',
    epoch,
    seq,
    at: 0,
    now: Date.now(),
    keyframe: { name: `key-${keyframe}-${epoch}`, seq: keyframe },
    segments: names.slice((from ?? keyframe) + 1),
    delay: { sessionId: 'sess_1', state: 'live', delayMs: 0 },
    look: null,
  };
  files.set(`${PATH}/now.json`, pointer);
}

const orders = [
  [1, 2, 3],
  [2, 1, 3],
  [3, 2, 1],
  [1, 3, 2],
  [2, 3, 1],
].map((cars) => feedOf(cars));
const count = (path: string) => asked.filter((each) => each.startsWith(`${PATH}${path}`)).length;

describe('a page that reads segments', () => {
  it('begins with the keyframe and the segments behind it, and goes on with those that come', async () => {
    show(orders.slice(0, 3), { keyframe: 1, from: 0 });
    follow();
    await eventually(() => expect(store.order).toEqual([3, 2, 1]));
    expect(store.connection).toEqual({ state: 'live' });
    expect(store.delay).toMatchObject({ state: 'live' });
    show(orders, { keyframe: 1, from: 0 });
    await eventually(() => expect(store.order).toEqual([2, 3, 1]));
    expect(count('/s/key')).toBe(1);
    // None was asked for twice, and none that the keyframe has in it.
    expect(asked.filter((path) => /\/s\/\d/.test(path)).sort()).toEqual(
      [2, 3, 4].map((nr) => `${PATH}/s/${nr}-e1.json`),
    );
  });

  it('begins again with the keyframe where it has missed more than the pointer names', async () => {
    show(orders.slice(0, 1));
    follow();
    await eventually(() => expect(store.order).toEqual([1, 2, 3]));
    show(orders, { keyframe: 3, from: 2 });
    await eventually(() => expect(store.order).toEqual([2, 3, 1]));
    expect(count('/s/key')).toBe(2);
  });

  it('follows a show to its next session, which is of another epoch', async () => {
    show(orders.slice(0, 3));
    follow();
    await eventually(() => expect(store.order).toEqual([3, 2, 1]));
    show([feedOf([9, 8])], { epoch: 'e2' });
    await eventually(() => expect(store.order).toEqual([9, 8]));
    expect(store.position).toEqual({ epoch: 'e2', seq: 0 });
  });

  it('shows nothing of a show that is taken off the air, and comes back with it', async () => {
    show(orders.slice(0, 1));
    follow();
    await eventually(() => expect(store.order).toEqual([1, 2, 3]));
    files.delete(`${PATH}/now.json`);
    await eventually(() => expect(store.holding).toMatchObject({ holding: 'refusal', error: { code: 'not_found' } }));
    show([feedOf([4])], { epoch: 'e2' });
    await eventually(() => expect(store.order).toEqual([4]));
  });

  it('keeps what it shows, marked as old, while a server that has just started has nothing yet', async () => {
    show(orders.slice(0, 1));
    follow();
    await eventually(() => expect(store.order).toEqual([1, 2, 3]));
    files.set(`${PATH}/now.json`, 502);
    await eventually(() => expect(store.connection.state).toBe('lost'));
    files.set('/api/health', { uptimeMs: 2_000 });
    files.delete(`${PATH}/now.json`);
    await eventually(() => expect(asked.filter((path) => path === '/api/health')).not.toHaveLength(0));
    expect(store.order).toEqual([1, 2, 3]);
    show(orders.slice(0, 2), { epoch: 'e2', keyframe: 1 });
    await eventually(() => expect(store.order).toEqual([2, 1, 3]));
    expect(store.connection.state).toBe('live');
  });

  it('keeps what it shows, marked as lost, while nobody answers, and goes on where it was', async () => {
    show(orders.slice(0, 1));
    follow();
    await eventually(() => expect(store.order).toEqual([1, 2, 3]));
    files.set(`${PATH}/now.json`, 503);
    await eventually(() => expect(store.connection.state).toBe('lost'));
    expect(store.order).toEqual([1, 2, 3]);
    show(orders.slice(0, 2));
    await eventually(() => expect(store.order).toEqual([2, 1, 3]));
    expect(store.connection.state).toBe('live');
    expect(count('/s/key')).toBe(1);
    expect(useless).toBe(0);
  });

  it('does not say that nothing is on air where only a file of an old pointer is gone', async () => {
    show(orders.slice(0, 1));
    follow();
    await eventually(() => expect(store.order).toEqual([1, 2, 3]));
    show(orders.slice(0, 2));
    files.delete(`${PATH}/s/1-e1.json`);
    await eventually(() => expect(count('/s/1-e1')).toBeGreaterThan(0));
    show([feedOf([7])], { epoch: 'e2' });
    const seen: string[] = [];
    store.subscribe(() => seen.push(store.holding.holding));
    await eventually(() => expect(store.order).toEqual([7]));
    expect(new Set(seen)).toEqual(new Set(['race']));
  });

  it.each([
    ['a refusal', 403],
    ['a page of a proxy', '<html>'],
  ])('gives up after %s, again and again', async (_, answer) => {
    files.set(`${PATH}/now.json`, answer);
    follow();
    await eventually(() => expect(useless).toBe(1));
    expect(store.connection.state).toBe('lost');
  });

  it('asks seldom while nobody sees the page, and at once when it is seen', async () => {
    show(orders.slice(0, 1));
    const seen = follow(true);
    await eventually(() => expect(store.order).toEqual([1, 2, 3]));
    show(orders.slice(0, 2));
    seen();
    await eventually(() => expect(store.order).toEqual([2, 1, 3]));
    expect(count('/now.json')).toBe(2);
  });

  it('says that somebody watches, with nothing about who', async () => {
    show(orders.slice(0, 1));
    files.set(`${PATH}/watching`, { againMs: 1_000 });
    follow();
    await eventually(() => expect(count('/watching')).toBeGreaterThan(1));
  });
});
