import type { TableRow } from '@okboxbox/race-view';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { race } from '../../testing/race.js';
import { serverForEachTest } from '../../testing/running-server.js';
import type { ShownState } from './shown-calls.js';

const { url, token, relay, socket, post, get } = serverForEachTest();

const STATE = '/api/shows/local/state';
const text = async (path: string, bearer?: string) => {
  const response = await fetch(`${url()}${path}`, bearer ? { headers: { authorization: `Bearer ${bearer}` } } : {});
  return { status: response.status, type: response.headers.get('content-type'), body: await response.text() };
};
const act = async (name: string, body: object) => {
  const answer = await post<{ link: { code: string } }>(`/api/shows/local/acts/${name}`, body, await token('director'));
  expect(answer.status).toBe(200);
  return answer.body;
};
const linkOf = async (kind: string) => (await act('link', { kind })).link.code;

describe('the state of a show', () => {
  it('says what is on air at the instant of the picture, and who shows it', async () => {
    const overlay = await token('overlay');
    expect((await get<ShownState>(STATE, overlay)).body).toMatchObject({
      sessionId: null,
      published: false,
      state: 'holding',
    });
    const { send, sessionId } = await relay();
    await send(race(20), 1);
    const watcher = socket('/', { token: overlay, clientKind: 'overlay' });
    await eventually(async () => {
      const joined = await watcher.emitWithAck('session:join', { show: 'local', audience: 'broadcast' });
      expect(joined.ok).toBe(true);
    });
    await act('cue', { set: { message: { text: 'Hello' } }, when: 'now' });
    await eventually(async () => {
      const { status, body } = await get<ShownState>(STATE, overlay);
      expect(status).toBe(200);
      expect(body).toMatchObject({ sessionId, delayMs: 0, published: false, onAir: { message: { text: 'Hello' } } });
      expect(body.outputs).toEqual({ overlays: 1, visible: 1, failing: 0, publicViewers: 0 });
    });
    expect((await get<ShownState>(STATE, await token('viewer'))).body.outputs).toBeNull();
  });

  it('does not say before the picture does what is cued, and says no more of what has left by itself', async () => {
    const { send } = await relay();
    await send(race(20), 1);
    const overlay = await token('overlay');
    await eventually(async () => expect((await get<ShownState>(STATE, overlay)).body.sessionId).not.toBeNull());
    await act('delay', { delayMs: 60_000 });
    await act('cue', { set: { message: { text: 'Later' } } });
    expect((await get<ShownState>(STATE, overlay)).body).toMatchObject({ delayMs: 60_000, onAir: { message: null } });
  });

  it('is for broadcast:view and for links to this show; a public link sees nothing of one that is not published', async () => {
    const { send } = await relay();
    await send(race(20), 1);
    const [overlayLink, publicLink] = [await linkOf('overlay'), await linkOf('public')];
    expect(await get(STATE)).toMatchObject({ status: 401, body: { capability: 'broadcast:view' } });
    expect(await get(STATE, await token('team'))).toMatchObject({ status: 403 });
    expect((await get(`${STATE}?link=${overlayLink}`)).status).toBe(200);
    expect((await get(`${STATE}?link=${publicLink}`)).status).toBe(404);
    expect((await get(`/api/shows/other/state?link=${overlayLink}`)).status).toBe(403);
    expect((await get(`${STATE}?link=none`)).status).toBe(403);
    await act('publish', { published: true });
    await eventually(async () => expect((await get(`${STATE}?link=${publicLink}`)).status).toBe(200));
    await act('link', { code: overlayLink });
    expect((await get(`${STATE}?link=${overlayLink}`)).status).toBe(403);
  });
});

describe('the table of a show', () => {
  it('is the classification on air in three forms, with exactly the rows that are asked for', async () => {
    const { send, relay: line } = await relay();
    await send(race(200), 1);
    const link = await linkOf('overlay');
    const path = (form: string) => `/api/shows/local/table.${form}?link=${link}`;
    const rows = await eventually(async () => {
      const { body } = await get<TableRow[]>(`${path('json')}&rows=5`);
      expect(body[0]?.position).toBe('1');
      return body;
    });
    expect(rows).toHaveLength(5);
    expect(rows[4]?.carNumber).toBe('');
    for (const value of rows.flatMap((row) => Object.values(row))) expect(typeof value).toBe('string');
    const csv = await text(`${path('csv')}&rows=3`);
    expect(csv.type).toBe('text/csv; charset=utf-8');
    expect(csv.body.trimEnd().split('\r\n')).toHaveLength(4);
    const xml = await text(`${path('xml')}&rows=3`);
    expect(xml.type).toBe('application/xml; charset=utf-8');
    expect(xml.body.match(/<row>/g)).toHaveLength(3);
    const none = await get<{ detail: string }>(`${path('json')}&class=nosuch`);
    expect(none).toMatchObject({
      status: 404,
      body: { detail: expect.stringMatching(/no class "nosuch".*The session has/) },
    });
    expect((await text(`${path('csv')}&rows=0`)).status).toBe(400);
    expect((await text(`${path('csv')}&rows=201`)).status).toBe(400);
    // What has ended and aired is read from its last state.
    await line.emitWithAck('relay:bye', { reason: 'finished' });
    await eventually(async () => {
      const last = await get<TableRow[]>(path('json'));
      expect(last.body.map(({ carNumber }) => carNumber)).toEqual(
        rows.map(({ carNumber }) => carNumber).filter((number) => number !== ''),
      );
    });
  });

  it('is empty while nothing has aired, and refused without the right', async () => {
    const { send } = await relay();
    await act('delay', { delayMs: 60_000 });
    await send(race(200), 1);
    const overlay = await token('overlay');
    expect((await get<TableRow[]>('/api/shows/local/table.json', overlay)).body).toEqual([]);
    expect((await get<TableRow[]>('/api/shows/local/table.json?rows=2', overlay)).body).toHaveLength(2);
    expect((await text('/api/shows/local/table.csv')).status).toBe(401);
    expect((await text('/api/shows/local/table.xml', await token('ops'))).status).toBe(403);
  });
});
