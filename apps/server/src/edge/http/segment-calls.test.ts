import { request } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import {
  applyChange,
  type CrowdAnswer,
  type FeedState,
  type PublicKeyframe,
  type PublicPointer,
  type PublicSegment,
} from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { race } from '../../testing/race.js';
import { serverForEachTest } from '../../testing/running-server.js';
import { CROWD } from '../crowd.js';

const { token, socket, relay, url, get, post, restart } = serverForEachTest({ OPS_UI_ENABLED: '1' });
const PATH = '/api/public/shows/local';

/** A race of the show `local`, published or not, and its director. */
async function showOf(published = true) {
  const rig = await relay();
  await rig.send(race(100), 1);
  const director = socket('/', { token: await token('director') });
  const act = async (event: string, payload: object = {}) => {
    const answer = await director.emitWithAck(event, { show: 'local', ...payload });
    expect(answer.ok, JSON.stringify(answer)).toBe(true);
  };
  await act('broadcast:publish', { published });
  let next = 100;
  return {
    rig,
    act,
    /** A little more of the race comes. */
    goOn: async () => {
      await rig.send(race(next + 5).slice(next + 1), next + 2);
      next += 4;
    },
  };
}

async function pointer(bearer?: string): Promise<PublicPointer> {
  const { status, body } = await get<PublicPointer>(`${PATH}/now.json`, bearer);
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
}

const file = (name: string) => fetch(`${url()}${PATH}/s/${name}.json`);
const aired = () => eventually(pointer);

/** Reads the show from a pointer's keyframe on, as pages do. */
async function readOn({ keyframe, segments, seq }: PublicPointer): Promise<FeedState> {
  let { state } = (await (await file(keyframe.name)).json()) as PublicKeyframe;
  for (const name of segments.slice(segments.length - (seq - keyframe.seq))) {
    state = applyChange(state, (await (await file(name)).json()) as PublicSegment);
  }
  return state;
}

/** Segments come to the picture that a join has. */
async function isAsJoined(): Promise<void> {
  const viewer = socket('/', {});
  await eventually(async () => {
    const joined = await viewer.emitWithAck('session:join', { show: 'local', audience: 'broadcast' });
    expect(joined.ok).toBe(true);
    await viewer.emitWithAck('session:leave', { sessionId: joined.sessionId });
    expect(await readOn(await pointer())).toEqual(joined.state);
  });
}

/** Asks for more of the race until the pointer has at least this number of segments. */
async function withSegments(show: Awaited<ReturnType<typeof showOf>>, count: number): Promise<PublicPointer> {
  return eventually(async () => {
    await show.goOn();
    const now = await pointer();
    expect(now.seq).toBeGreaterThanOrEqual(count);
    return now;
  });
}

/** The body as it was sent, and its headers: `fetch` takes compression away. */
function raw(
  path: string,
  headers: Record<string, string>,
): Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; bytes: Buffer }> {
  return new Promise((resolve, reject) => {
    const asked = request(`${url()}${path}`, { headers }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, bytes: Buffer.concat(parts) }),
      );
    });
    asked.on('error', reject);
    asked.end();
  });
}

describe('a published show', () => {
  it('PUB-9: a keyframe and the segments behind it give the picture that a join has', { timeout: 60_000 }, async () => {
    const show = await showOf();
    await aired();
    await withSegments(show, 2);
    await isAsJoined();
    const laps = await pointer();
    expect(laps.delay).toEqual({ sessionId: show.rig.sessionId, state: 'live', delayMs: 0 });
  });

  it('PUB-9: its pointer may be kept for a second, and its files for good, in each form that clients take', {
    timeout: 60_000,
  }, async () => {
    await showOf();
    const { keyframe } = await aired();
    const asked = await fetch(`${url()}${PATH}/now.json`);
    expect(asked.headers.get('cache-control')).toBe('public, max-age=1');
    const path = `${PATH}/s/${keyframe.name}.json`;
    const forms = { identity: (bytes: Buffer) => bytes, gzip: gunzipSync, br: brotliDecompressSync };
    const tags = new Set<unknown>();
    const texts = new Set<string>();
    for (const [encoding, open] of Object.entries(forms)) {
      const { headers, bytes } = await raw(path, { 'accept-encoding': encoding });
      expect(headers['cache-control']).toBe('public, max-age=3600, immutable');
      expect(headers.vary).toBe('accept-encoding');
      expect(headers['content-encoding']).toBe(encoding === 'identity' ? undefined : encoding);
      tags.add(headers.etag);
      texts.add(open(bytes).toString());
      const again = await raw(path, { 'accept-encoding': encoding, 'if-none-match': String(headers.etag) });
      expect([again.status, again.bytes.length]).toEqual([304, 0]);
    }
    expect(tags.size).toBe(3);
    expect(texts.size).toBe(1);
  });

  it('PUB-11: taken off the air, its pointer and its files are gone at once', { timeout: 60_000 }, async () => {
    const { act } = await showOf();
    const { keyframe } = await aired();
    expect((await file(keyframe.name)).status).toBe(200);
    await act('broadcast:publish', { published: false });
    const gone = await file(keyframe.name);
    expect([gone.status, gone.headers.get('cache-control')]).toEqual([404, 'no-store']);
    const pointed = await fetch(`${url()}${PATH}/now.json`);
    // A crowd that waits for it is answered by caches as well.
    expect([pointed.status, pointed.headers.get('cache-control')]).toEqual([404, 'public, max-age=1']);
    expect((await post(`${PATH}/watching`, {})).status).toBe(404);
  });

  it('PUB-12: paused, or given a longer delay, its pointer stays where it is', { timeout: 60_000 }, async () => {
    const show = await showOf();
    await aired();
    await withSegments(show, 1);
    await show.act('broadcast:pause');
    const joined = await socket('/', {}).emitWithAck('session:join', { show: 'local', audience: 'broadcast' });
    // What had been sent when it was paused may still come into one segment.
    const held = await eventually(async () => {
      const now = await pointer();
      expect(await readOn(now)).toEqual(joined.state);
      expect(now.delay.state).toBe('paused');
      return now;
    });
    await show.goOn();
    await show.act('broadcast:delay:set', { delayMs: 60_000 });
    await show.act('broadcast:resume', { mode: 'glide' });
    await show.goOn();
    const { delay, ...later } = await pointer();
    expect(delay.state).toBe('holding');
    expect(later).toMatchObject({ epoch: held.epoch, seq: held.seq, at: held.at, segments: held.segments });
  });

  it('PUB-11: another session begins an epoch of its own, and the files of the one before are gone', {
    timeout: 60_000,
  }, async () => {
    await showOf();
    const before = await aired();
    const next = await relay({ simSessionKey: 'another:1', run: '2' });
    await next.send(race(100), 1);
    const after = await eventually(async () => {
      const now = await pointer();
      expect(now.sessionId).toBe(next.sessionId);
      return now;
    });
    expect(after.epoch).not.toBe(before.epoch);
    expect((await file(before.keyframe.name)).status).toBe(404);
    expect((await file(after.keyframe.name)).status).toBe(200);
  });

  it('PUB-11: after a restart the files of before are gone, and new ones have the picture of a join', {
    timeout: 60_000,
  }, async () => {
    await showOf();
    const before = await aired();
    await restart();
    const after = await aired();
    expect(after.epoch).not.toBe(before.epoch);
    expect((await file(before.keyframe.name)).status).toBe(404);
    await isAsJoined();
  });

  it('PUB-9: a session whose end has aired is shown in its last state, after a restart as well', {
    timeout: 60_000,
  }, async () => {
    const { rig } = await showOf();
    await aired();
    rig.relay.disconnect();
    await post(`/api/ops/sessions/${rig.sessionId}/end`, {}, await token('admin'));
    const ended = async () => {
      const state = await readOn(await pointer());
      expect(state.session).toMatchObject({ sessionId: rig.sessionId, status: 'ended' });
    };
    await eventually(ended);
    await restart();
    await eventually(ended);
  });

  it('counts pages that say that they watch, beside the viewers', { timeout: 60_000 }, async () => {
    await showOf();
    await aired();
    for (let i = 0; i < 3; i++) {
      const { status, body } = await post(`${PATH}/watching`, {});
      expect([status, body]).toEqual([200, { againMs: 30_000 }]);
    }
    const { body } = await get<{ sessions: object[] }>('/api/ops/sessions', await token('ops'));
    expect(body.sessions).toMatchObject([{ spectatorsEstimate: 3, viewers: { live: 0, broadcast: 0 } }]);
  });
});

describe('a crowd', () => {
  const isCrowd = async () => {
    const answer = await fetch(`${url()}${PATH}/crowd.json`);
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'public, max-age=1']);
    return ((await answer.json()) as CrowdAnswer).isCrowd;
  };
  const watch = async (count: number) => {
    for (let i = 0; i < count; i++) expect((await post(`${PATH}/watching`, {})).status).toBe(200);
  };

  it('is there from a number of viewers on, with sockets and without one', { timeout: 60_000 }, async () => {
    await showOf();
    await aired();
    await watch(CROWD - 2);
    const viewer = socket('/', {});
    expect((await viewer.emitWithAck('session:join', { show: 'local', audience: 'broadcast' })).ok).toBe(true);
    expect(await isCrowd()).toBe(false);
    await watch(1);
    expect(await isCrowd()).toBe(true);
  });

  it('PUB-10: is not told of a show that is not published, nor of one that does not exist', {
    timeout: 60_000,
  }, async () => {
    const { act } = await showOf();
    await aired();
    await watch(CROWD);
    expect(await isCrowd()).toBe(true);
    await act('broadcast:publish', { published: false });
    expect(await isCrowd()).toBe(false);
    expect((await get<CrowdAnswer>('/api/public/shows/none/crowd.json')).body).toEqual({ isCrowd: false });
  });
});

it('PUB-10: an unpublished show is not there; what a token opens stays out of shared caches', {
  timeout: 60_000,
}, async () => {
  await showOf(false);
  const viewer = await token('viewer');
  const { keyframe } = await eventually(() => pointer(viewer));
  expect((await get(`${PATH}/now.json`)).status).toBe(404);
  expect((await file(keyframe.name)).status).toBe(404);
  for (const path of [`${PATH}/now.json`, `${PATH}/s/${keyframe.name}.json`]) {
    const { headers } = await fetch(`${url()}${path}`, { headers: { authorization: `Bearer ${viewer}` } });
    expect(headers.get('cache-control')).toMatch(/^private,/);
    expect(headers.get('vary')).toContain('authorization');
  }
});

it.each(['none', '0-', '__proto__'])('there is no segment %j', { timeout: 60_000 }, async (name) => {
  await showOf();
  await aired();
  expect((await file(name)).status).toBe(404);
});
