import { NO_TOPICS } from '@okboxbox/protocol';
import { describe, expect, it, vi } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { namedTiming } from '../../channel/named-timing.js';
import { Snapshots } from '../../channel/snapshots.js';
import { race } from '../../testing/race.js';
import { POLLS_PASS, serverForEachTest } from '../../testing/running-server.js';

const { token, socket, relay, get, url } = serverForEachTest();

/** Counts how often a whole state is given its names, which is what a `json` answer costs. */
vi.mock('../../channel/named-timing.js', async (original) => {
  const module = await original<typeof import('../../channel/named-timing.js')>();
  return { ...module, namedTiming: vi.fn(module.namedTiming) };
});

async function published() {
  const rig = await relay();
  await rig.send(race(20), 1);
  const director = socket('/', { token: await token('director') });
  await director.emitWithAck('broadcast:publish', { show: 'local', published: true });
  const join = { show: 'local', audience: 'broadcast', format: 'json' };
  await eventually(async () => {
    const { state } = await socket('/', {}).emitWithAck('session:join', join);
    expect(state?.sessionTime).toBe(101.9);
  });
  return { ...rig, join };
}

describe('answers with a whole state', () => {
  it('are made once for all who join or call, until the state changes', async () => {
    const { sessionId, join } = await published();
    vi.mocked(namedTiming).mockClear();
    const joined = await Promise.all(
      Array.from({ length: 8 }, () => socket('/', {}).emitWithAck('session:join', join)),
    );
    const called = await Promise.all(Array.from({ length: 8 }, () => get(`/api/public/sessions/${sessionId}/timing`)));
    expect(vi.mocked(namedTiming).mock.calls.length).toBeLessThanOrEqual(1);
    for (const { ok, state } of joined) expect([ok, state]).toEqual([true, called[0]?.body]);
  });

  if (POLLS_PASS)
    it('are the same over WebSockets and over polling, in either format', async () => {
      const { join } = await published();
      const { io } = await import('socket.io-client');
      for (const format of ['json', 'rows']) {
        const polling = io(url(), { transports: ['polling'], forceNew: true, reconnection: false });
        const polled = await polling.emitWithAck('session:join', { ...join, format });
        const direct = await socket('/', {}).emitWithAck('session:join', { ...join, format });
        expect({ ...polled, now: 0 }).toEqual({ ...direct, now: 0 });
        polling.disconnect();
      }
    });

  it('do not get in the way of a caller that wants no acknowledgement', async () => {
    const { join } = await published();
    const viewer = socket('/', {});
    viewer.emit('session:join', join);
    expect(await viewer.emitWithAck('session:join', join)).toMatchObject({ ok: true });
  });
});

it('a snapshot is the same text and the same bytes for everyone', async () => {
  const { sessionId } = await published();
  const bearer = await token('team');
  // From the tick on that has all that was sent.
  await eventually(async () => {
    const first = await get(`/api/sessions/${sessionId}/timing`, bearer);
    expect((await get(`/api/sessions/${sessionId}/timing`, bearer)).body).toEqual(first.body);
  });
  const empty = {
    session: { sessionId },
    clock: { sessionTimeMs: null, phase: null, flags: [] },
    entries: [],
    rows: {},
    topics: NO_TOPICS,
  };
  const snapshots = new Snapshots({ epoch: 'e', seq: 1, at: 2 }, empty as never);
  expect(snapshots.of('json')).toBe(snapshots.of('json'));
  expect(JSON.parse(snapshots.of('json').text)).toMatchObject({ epoch: 'e', seq: 1, at: 2, state: { entries: [] } });
  expect(snapshots.timing.bytes).toBe(snapshots.timing.bytes);
});
