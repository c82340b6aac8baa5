import { type Lap, TOPIC_NAMES, TOPICS, type TopicName, type TopicRow, unpackTopicRow } from '@okboxbox/protocol';
import { describe, expect, it, vi } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { race } from '../../testing/race.js';
import { serverForEachTest } from '../../testing/running-server.js';

const { token, socket, relay, viewer, url, restart } = serverForEachTest();

interface Chunk {
  readonly rows: readonly TopicRow[];
  readonly from: number;
}

async function ask(path: string, bearer?: string): Promise<Response> {
  return fetch(`${url()}${path}`, bearer === undefined ? {} : { headers: { authorization: `Bearer ${bearer}` } });
}

const pathOf = (side: string, sessionId: string, topic: TopicName, epoch: string, nr = 0) =>
  `/api/${side}/${sessionId}/topics/${topic}/${epoch}/${nr}`;

/** The first chunk of a topic, as someone with a right gets it. */
async function chunkOf(side: string, sessionId: string, topic: TopicName, epoch: string, bearer?: string) {
  const answer = await ask(pathOf(side, sessionId, topic, epoch), bearer);
  expect(answer.status, await answer.clone().text()).toBe(200);
  return (await answer.json()) as Chunk;
}

/** A viewer that joins once a tick has counted all that the session has: what has just come is counted from the next on. */
function joinedBehindAll(sessionId: string, bearer: string) {
  const all = async (what: string) =>
    ((await (await ask(`/api/sessions/${sessionId}/${what}`, bearer)).json()) as unknown[]).length;
  return eventually(async () => {
    const joining = await viewer({ sessionId, audience: 'live' }, bearer);
    const { laps, events = 0, privateEvents = 0 } = joining.joined.state.topics;
    expect([laps, events + privateEvents]).toEqual([await all('laps'), await all('events')]);
    return joining;
  });
}

describe('the chunks of a running session', () => {
  it('FEED-16: give the rows that the join counts; messages bring the rest', async () => {
    const rig = await relay();
    await rig.send(race(500), 1);
    const team = await token('team');
    const { joined, heard } = await joinedBehindAll(rig.sessionId, team);
    const { topics } = joined.state;
    expect(topics.laps).toBeGreaterThan(3);
    const rows: TopicRow[] = [];
    rows.push(...(await chunkOf('sessions', rig.sessionId, 'laps', topics.epoch, team)).rows);
    expect(rows).toHaveLength(topics.laps as number);
    await rig.send(race(900).slice(501), 502);
    await eventually(async () => {
      for (const { appended, seq } of heard.splice(0)) {
        expect(seq).toBeGreaterThan(joined.seq);
        rows.push(...(appended?.laps ?? []));
      }
      const laps = (await (await ask(`/api/sessions/${rig.sessionId}/laps`, team)).json()) as Lap[];
      expect(laps.length).toBeGreaterThan(topics.laps as number);
      expect(rows.map((row) => unpackTopicRow('laps', row))).toEqual(laps);
    });
  });

  it('FEED-14: an epoch that is over is not there any more; a restart begins a new one with the same rows', async () => {
    const rig = await relay();
    await rig.send(race(500), 1);
    const team = await token('team');
    const before = (await joinedBehindAll(rig.sessionId, team)).joined.state.topics;
    const rows = new Map<TopicName, readonly TopicRow[]>();
    for (const topic of TOPIC_NAMES) {
      if ((before[topic] ?? 0) > 0)
        rows.set(topic, (await chunkOf('sessions', rig.sessionId, topic, before.epoch, team)).rows);
    }
    expect([...rows.keys()]).toEqual(['laps', 'gaps', 'events']);
    await restart();
    const after = (await viewer({ sessionId: rig.sessionId, audience: 'live' }, team)).joined.state.topics;
    expect(after).toEqual({ ...before, epoch: expect.any(String) });
    expect(after.epoch).not.toBe(before.epoch);
    expect((await ask(pathOf('sessions', rig.sessionId, 'laps', before.epoch), team)).status).toBe(404);
    for (const [topic, had] of rows)
      expect((await chunkOf('sessions', rig.sessionId, topic, after.epoch, team)).rows).toEqual(had);
  });

  it('FEED-14: a session that is folded again begins a new epoch', async () => {
    const rig = await relay();
    await rig.send(race(300), 1);
    const team = await token('team');
    const { joined } = await viewer({ sessionId: rig.sessionId, audience: 'live' }, team);
    await rig.relay.emitWithAck('relay:ahead', { from: 302, to: 700 });
    await rig.send(race(900).slice(700), 701);
    await rig.send(race(900).slice(301, 700), 302);
    await eventually(async () => {
      const again = await viewer({ sessionId: rig.sessionId, audience: 'live' }, team);
      expect(again.joined.epoch).not.toBe(joined.epoch);
      const { topics } = again.joined.state;
      expect(topics.epoch).not.toBe(joined.state.topics.epoch);
      const { rows } = await chunkOf('sessions', rig.sessionId, 'laps', topics.epoch, team);
      const laps = (await (await ask(`/api/sessions/${rig.sessionId}/laps`, team)).json()) as Lap[];
      expect(rows.map((row) => unpackTopicRow('laps', row))).toEqual(laps);
    });
  });

  it('FEED-12: a script gets the new rows with plain names', async () => {
    const rig = await relay();
    await rig.send(race(300), 1);
    const script = socket('/', { token: await token('team') });
    const named: unknown[] = [];
    script.on('feed', ({ appended }: { appended?: { laps?: unknown[] } }) => named.push(...(appended?.laps ?? [])));
    await eventually(async () => {
      const joined = await script.emitWithAck('session:join', {
        sessionId: rig.sessionId,
        audience: 'live',
        format: 'json',
      });
      expect(joined.state.topics.laps).toBe(3);
    });
    named.length = 0;
    await rig.send(race(600).slice(301), 302);
    await vi.waitFor(() => expect(named).toHaveLength(3), { timeout: 20_000 });
    expect(named[0]).toMatchObject({ car: expect.any(Number), lapTimeMs: expect.any(Number), valid: true });
  });
});

describe('the chunks of a public picture', () => {
  async function published(isPublished: boolean) {
    const rig = await relay();
    // Enough samples of the gaps for a full chunk, and some more.
    const step = 100;
    const records = race((TOPICS.gaps.chunkRows + 3) * step).filter((_, n) => n === 0 || n % 20 === 1);
    await rig.send(records, 1);
    const director = socket('/', { token: await token('director') });
    expect(await director.emitWithAck('broadcast:publish', { show: 'local', published: isPublished })).toMatchObject({
      ok: true,
    });
    const bearer = await token('viewer');
    const topics = await eventually(async () => {
      const { joined } = await viewer({ sessionId: rig.sessionId, audience: 'broadcast' }, bearer);
      // What came last goes into the picture a moment after it was received.
      expect(joined.state.topics.gaps).toBeGreaterThan(TOPICS.gaps.chunkRows);
      return joined.state.topics;
    });
    return { rig, director, topics };
  }

  it('PUB-8: are the same for all, and a full one may be kept by caches that others share', async () => {
    const { rig, topics } = await published(true);
    const full = await ask(pathOf('public/sessions', rig.sessionId, 'gaps', topics.epoch));
    expect(full.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(((await full.json()) as Chunk).rows).toHaveLength(TOPICS.gaps.chunkRows);
    const growing = await ask(pathOf('public/sessions', rig.sessionId, 'gaps', topics.epoch, 1));
    expect(growing.headers.get('cache-control')).toBe('no-store');
    expect((await ask(pathOf('public/sessions', rig.sessionId, 'privateEvents', topics.epoch))).status).toBe(404);
  });

  it('PUB-8: of a show that is not published are kept by nobody else, and given to nobody without a right', async () => {
    const { rig, topics } = await published(false);
    const path = pathOf('public/sessions', rig.sessionId, 'gaps', topics.epoch);
    expect((await ask(path)).status).toBe(404);
    const seen = await ask(path, await token('viewer'));
    expect(seen.headers.get('cache-control')).toBe('private, max-age=31536000, immutable');
    expect(seen.headers.get('vary')).toContain('authorization');
  });

  it('PUB-8: are gone once the show is taken off the air', async () => {
    const { rig, director, topics } = await published(true);
    const path = pathOf('public/sessions', rig.sessionId, 'gaps', topics.epoch);
    expect((await ask(path)).status).toBe(200);
    await director.emitWithAck('broadcast:publish', { show: 'local', published: false });
    expect((await ask(path)).status).toBe(404);
  });
});

describe('the chunks of a session that has ended', () => {
  it('FEED-14: have the same rows in the epoch that its last state names', async () => {
    const rig = await relay();
    await rig.send(race(900), 1);
    const team = await token('team');
    const laps = (await (await ask(`/api/sessions/${rig.sessionId}/laps`, team)).json()) as Lap[];
    await rig.relay.emitWithAck('relay:bye', { reason: 'finished' });
    await eventually(async () => {
      const { joined } = await viewer({ sessionId: rig.sessionId, audience: 'live' }, team);
      expect(joined.state.session.status).toBe('ended');
      const { topics } = joined.state;
      const { rows } = await chunkOf('sessions', rig.sessionId, 'laps', topics.epoch, team);
      expect(rows.map((row) => unpackTopicRow('laps', row))).toEqual(laps);
      expect((await chunkOf('sessions', rig.sessionId, 'gaps', topics.epoch, team)).rows).toHaveLength(9);
    });
  });
});
