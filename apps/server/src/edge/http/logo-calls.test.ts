import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DeskState, type LogoUploaded, type LookChanged, MAX_LOGO_BYTES, type ShowLook } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { logoPng } from '../../../../../testing/logo-picture.js';
import { race } from '../../testing/race.js';
import { serverForEachTest } from '../../testing/running-server.js';

const { url, token, relay, socket, post, dataDir, restart } = serverForEachTest();

const LOGO = logoPng(200, 60);
const LOOK: ShowLook = { base: 'light', colours: { accent: '#00594c' }, radiusPx: 2, logo: null };

type Uploaded = LogoUploaded & { readonly detail?: string; readonly capability?: string };
async function upload(bytes: Uint8Array, type = 'image/png', bearer?: string, show = 'local') {
  const response = await fetch(`${url()}/api/shows/${show}/logo`, {
    method: 'POST',
    headers: { 'content-type': type, authorization: `Bearer ${bearer ?? (await token('director'))}` },
    body: new Uint8Array(bytes),
  });
  return { status: response.status, body: (await response.json()) as Uploaded };
}
const setLook = async (look: unknown, bearer?: string) =>
  post<{ ok: boolean; detail?: string; capability?: string }>(
    '/api/shows/local/acts/look',
    { look } as object,
    bearer ?? (await token('director')),
  );
const load = (hash: string, bearer?: string, query = '', show = 'local') =>
  fetch(`${url()}/api/shows/${show}/logo/${hash}${query}`, {
    headers: bearer === undefined ? {} : { authorization: `Bearer ${bearer}` },
  });
async function desk(sub: string): Promise<() => DeskState> {
  const made = socket('/', { token: await token('director', { sub }), clientKind: 'director' });
  const joined = await made.emitWithAck('director:join', { show: 'local' });
  let newest = joined.desk as DeskState;
  made.on('desk', (state: DeskState) => {
    newest = state;
  });
  return () => newest;
}

describe('the look of a show', () => {
  it('is told at once to those who see its picture, to both of its desks and to who joins later, and a restart keeps it', async () => {
    const { send } = await relay();
    await send(race(20), 1);
    const [one, other] = [await desk('one'), await desk('other')];
    expect(one().look).toBeNull();
    const overlay = socket('/', { token: await token('overlay'), clientKind: 'overlay' });
    const heard: LookChanged[] = [];
    overlay.on('show:look', (changed: LookChanged) => heard.push(changed));
    const join = { show: 'local', audience: 'broadcast' };
    await eventually(async () => {
      expect(await overlay.emitWithAck('session:join', join)).toMatchObject({ ok: true, look: null });
    });
    // A picture that is paused does not wait: a look shows nothing of the race.
    await post('/api/shows/local/acts/pause', {}, await token('director'));
    const director = socket('/', { token: await token('director', { sub: 'one' }) });
    expect(await director.emitWithAck('show:look', { show: 'local', look: LOOK })).toMatchObject({
      ok: true,
      stored: true,
    });
    await eventually(() => {
      expect(heard).toEqual([{ show: 'local', look: LOOK }]);
      for (const each of [one, other]) {
        expect(each().look).toEqual(LOOK);
        expect(each().acts[0]).toMatchObject({ who: 'one', act: 'show:look', from: null, to: LOOK });
      }
    });
    await restart();
    const again = await desk('one');
    expect(again().look).toEqual(LOOK);
    await setLook(null);
    await eventually(() => expect(again().look).toBeNull());
    expect(again().acts[0]).toMatchObject({ act: 'show:look', from: LOOK, to: null });
  });

  it('is not told to who only sees the race live, nor to another show', async () => {
    const { send } = await relay();
    await send(race(20), 1);
    const live = socket('/', { token: await token('director') });
    const heard: string[] = [];
    live.onAny((event: string) => heard.push(event));
    const joined = await live.emitWithAck('session:join', { show: 'local', audience: 'live' });
    expect(joined).not.toHaveProperty('look');
    await setLook(LOOK);
    expect(await live.emitWithAck('feed:beat', { at: null, rttMs: null })).toMatchObject({ ok: true });
    expect(heard).not.toContain('show:look');
    expect((await desk('one'))().look).toEqual(LOOK);
  });

  it('needs the right to direct the show, and can be read', async () => {
    for (const role of ['viewer', 'overlay', 'ops', 'team'] as const) {
      expect(await setLook(LOOK, await token(role))).toMatchObject({
        status: 403,
        body: { capability: 'racebox:director:control' },
      });
    }
    expect((await setLook(LOOK, await token('director', { shows: ['other'] }))).status).toBe(403);
    const pale = await setLook({ ...LOOK, colours: { ink: '#dddddd' } });
    expect(pale.status).toBe(400);
    expect(pale.body.detail).toMatch(
      /"look\.colours\.ink".*ink on surface has a contrast of 1\.\d to 1; at least 4\.5/,
    );
    expect((await setLook({ ...LOOK, colours: { ink: 'red;} body{' } })).status).toBe(400);
    expect((await setLook({ ...LOOK, logo: 'a'.repeat(64) })).body.detail).toMatch(
      /has no logo a{64}\. Upload it first/,
    );
    expect((await desk('one'))().look).toBeNull();
  });

  it('of an earlier version is none, and one that cannot be used does not close the show', async () => {
    await post('/api/shows/local/acts/publish', { published: true }, await token('director'));
    for (const look of [undefined, { base: 'neon' }]) {
      await restart(() => {
        const path = join(dataDir(), 'shows', 'local.json');
        const stored = { ...JSON.parse(readFileSync(path, 'utf8')), look };
        writeFileSync(path, JSON.stringify(stored));
      });
      expect((await desk('one'))()).toMatchObject({ look: null, published: true });
    }
  });
});

describe('a logo', () => {
  it('is uploaded by a director, put on air by a look, and loaded by those who may see what is on air', async () => {
    const { sessionId } = await relay();
    const { status, body } = await upload(LOGO);
    expect(status).toBe(200);
    expect(body).toEqual({
      ok: true,
      hash: expect.any(String),
      type: 'image/png',
      widthPx: 200,
      heightPx: 60,
      bytes: LOGO.length,
    });
    const { hash } = body;
    expect(await setLook({ ...LOOK, logo: hash })).toMatchObject({ status: 200 });
    expect((await desk('one'))().look?.logo).toBe(hash);
    const made = await post<{ link: { code: string } }>(
      '/api/shows/local/acts/link',
      { kind: 'overlay' },
      await token('director'),
    );
    const byLink = await load(hash, undefined, `?link=${made.body.link.code}`);
    for (const answer of [byLink, await load(hash, await token('overlay'))]) {
      expect(answer.status).toBe(200);
      expect(Buffer.from(await answer.arrayBuffer()).equals(LOGO)).toBe(true);
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        'content-type': 'image/png',
        'x-content-type-options': 'nosniff',
        'cache-control': 'private, max-age=31536000, immutable',
        'content-security-policy': "default-src 'none'; sandbox",
      });
    }
    expect(byLink.headers.get('access-control-allow-origin')).toBe('*');
    const ofSession = await post<{ link: { code: string } }>(
      '/api/shows/local/acts/link',
      { kind: 'overlay', onlySession: true, sessionId },
      await token('director'),
    );
    expect((await load(hash, undefined, `?link=${ofSession.body.link.code}`)).status).toBe(200);
    expect((await load(hash)).status).toBe(401);
    expect((await load(hash, await token('overlay', { shows: ['other'] }))).status).toBe(403);
    // Another show's is not this one's.
    expect((await load(hash, await token('overlay'), '', 'other')).status).toBe(404);
    expect((await load('0'.repeat(64), await token('overlay'))).status).toBe(404);
    expect((await load('..%2f..%2fshows%2flocal.json', await token('overlay'))).status).toBe(400);
  });

  it.each([
    ['an SVG by its type', Buffer.from('<svg><script>alert(1)</script></svg>'), 'image/svg+xml', 415],
    ['an SVG that calls itself a PNG', Buffer.from('<svg><script>alert(1)</script></svg>'), 'image/png', 400],
    ['no picture', Buffer.alloc(500, 7), 'image/png', 400],
    ['JSON', Buffer.from('{}'), 'application/json', 415],
    ['too wide', logoPng(1025, 4), 'image/png', 400],
    ['too large', Buffer.concat([logoPng(8, 8), Buffer.alloc(MAX_LOGO_BYTES)]), 'image/png', 413],
  ])('is refused where it is %s', async (_, bytes, type, status) => {
    const refused = await upload(bytes, type);
    expect(refused.status).toBe(status);
    expect(refused.body.detail).toEqual(expect.any(String));
    expect(readdirSync(join(dataDir(), 'logos'))).toEqual([]);
  });

  it('goes by its content, whatever type it is sent as, and needs the right to direct the show', async () => {
    const { hash } = (await upload(LOGO, 'image/webp')).body;
    expect((await load(hash, await token('overlay'))).headers.get('content-type')).toBe('image/png');
    const refused = await upload(LOGO, 'image/png', await token('overlay'));
    expect(refused).toMatchObject({ status: 403, body: { capability: 'racebox:director:control' } });
    expect((await upload(LOGO, 'image/png', await token('director', { shows: ['other'] }))).status).toBe(403);
    // Before the file is read: its size is not said.
    const large = Buffer.alloc(MAX_LOGO_BYTES * 2);
    expect((await upload(large, 'image/png', await token('overlay'))).status).toBe(403);
  });

  it('stays while a look has it, and others go when there are many', async () => {
    const { hash } = (await upload(LOGO)).body;
    await setLook({ ...LOOK, logo: hash });
    for (let n = 1; n <= 24; n++) await upload(logoPng(n, 2));
    expect(readdirSync(join(dataDir(), 'logos'))).toHaveLength(21);
    expect((await load(hash, await token('overlay'))).status).toBe(200);
  });
});
