import { NOTHING_CUED } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { directors } from '../../testing/directors.js';
import { race } from '../../testing/race.js';
import { serverForEachTest } from '../../testing/running-server.js';

const server = serverForEachTest();
const { relay, pass, restart, post, token } = server;
const { director, graphics } = directors(server);

/** What is on air while a show is finished, but for when it leaves. */
const ALONE = { ...NOTHING_CUED, tower: null, results: { of: 'classification' } };

/** A published race that is running, with a graphic on air. */
async function running() {
  const made = await relay();
  await made.send(race(20), 1);
  const desk = await director();
  await desk.does('broadcast:publish', { published: true });
  await desk.does('broadcast:cue', { set: { driver: { car: 1 } } });
  return { ...made, ...desk };
}

describe('finishing a show', () => {
  it('airs the results alone for their time, and unpublishes when the public picture has shown them', async () => {
    const { does, desk } = await running();
    const { onAir } = await graphics();
    await does('broadcast:delay:set', { publicExtraMs: 60_000 });
    await does('show:finish', { results: { forMs: 5_000 }, publish: 'unpublish' });
    await eventually(() => expect(onAir()).toMatchObject({ ...ALONE, results: { of: 'classification' } }));
    await eventually(() => {
      const { finish, acts } = desk();
      expect(finish).toMatchObject({ by: 'ana', publish: 'unpublish' });
      expect(acts[0]).toMatchObject({ act: 'show:finish', to: { publish: 'unpublish', forMs: 5_000 } });
      expect((finish?.endsAt ?? 0) - (finish?.at ?? 0)).toBeGreaterThanOrEqual(65_000);
    });
    const endsAt = desk().finish?.endsAt ?? Number.POSITIVE_INFINITY;
    // The graphics are over it; the public has not seen it yet.
    pass(10_000);
    await eventually(() => expect(onAir().results).toBeNull());
    await eventually(() => expect(desk().delay?.measuredMs).not.toBeNull());
    expect(desk()).toMatchObject({ published: true, finish: { by: 'ana' } });
    pass(60_000);
    await eventually(() => {
      expect(desk()).toMatchObject({ published: false, finish: null });
      expect(desk().acts[0]).toMatchObject({ who: 'ana', act: 'unpublish', from: true, to: false });
      expect(desk().acts[0]?.at).toBeGreaterThanOrEqual(endsAt);
    });
    // Publishing again is asked first.
    await eventually(() => expect(desk().undo).toMatchObject({ says: 'unpublished the show', asks: true }));
  });

  it('leaves the results published where that is what was asked', async () => {
    const { does, desk } = await running();
    await does('show:finish', { results: { forMs: 5_000 }, publish: 'leave' });
    await eventually(() => expect(desk().finish).toMatchObject({ publish: 'leave' }));
    pass(10_000);
    await eventually(() => expect(desk().finish).toBeNull());
    expect(desk().published).toBe(true);
  });

  it('waits for as long as the pictures are paused', async () => {
    const { does, desk } = await running();
    await does('broadcast:pause');
    await does('show:finish', { results: { forMs: 5_000 }, publish: 'unpublish' });
    await eventually(() => expect(desk().finish).toMatchObject({ endsAt: null }));
    pass(30_000);
    await eventually(() => expect(desk().delay?.airedAt).not.toBeNull());
    expect(desk()).toMatchObject({ published: true, finish: { endsAt: null } });
    await does('broadcast:resume');
    await eventually(() => expect(desk()).toMatchObject({ published: false, finish: null }));
  });

  it('is undone: the plan ends, and what was on air is there again', async () => {
    const { does, undo, desk } = await running();
    const { onAir } = await graphics();
    await does('show:finish', { results: { forMs: 60_000 }, publish: 'unpublish' });
    await eventually(() => expect(onAir()).toMatchObject(ALONE));
    await undo('finished the show');
    await eventually(() =>
      expect(onAir()).toMatchObject({ results: null, driver: { car: 1 }, tower: { until: null } }),
    );
    await eventually(() => expect(desk()).toMatchObject({ published: true, finish: null }));
  });

  it('is ended by cancel, by publishing, and by finishing again', async () => {
    const { does, call, desk } = await running();
    const plan = { results: { forMs: 60_000 }, publish: 'unpublish' };
    await does('show:finish', plan);
    await does('show:finish', { cancel: true });
    await eventually(() => {
      expect(desk()).toMatchObject({ finish: null, cued: { results: { of: 'classification' } } });
      expect(desk().acts[0]).toMatchObject({ act: 'show:finish:cancel', from: { by: 'ana' } });
    });
    expect(await call('show:finish', { cancel: true })).toMatchObject({
      error: { code: 'conflict', message: 'The show "local" is not being finished.' },
    });
    await does('show:finish', plan);
    await does('broadcast:publish', { published: true });
    await eventually(() => expect(desk().finish).toBeNull());
    await does('show:finish', plan);
    await does('show:finish', { ...plan, publish: 'leave' });
    await eventually(() => expect(desk().finish).toMatchObject({ publish: 'leave' }));
  });

  it('goes on after a restart, by the clock of then', async () => {
    const { does } = await running();
    await does('broadcast:delay:set', { delayMs: 30_000 });
    await does('show:finish', { results: { forMs: 5_000 }, publish: 'unpublish' });
    await restart();
    const { desk } = await director();
    expect(desk()).toMatchObject({ published: true, finish: { by: 'ana', publish: 'unpublish' } });
    pass(100_000);
    await eventually(() => expect(desk()).toMatchObject({ published: false, finish: null }));
  });

  it('of an ended session cues nothing, and unpublishes when all of it has been shown', async () => {
    const { does, call, desk, relay: sender } = await running();
    await does('broadcast:delay:set', { delayMs: 20_000 });
    await sender.emitWithAck('relay:bye', { reason: 'finished' });
    await eventually(() => expect(desk().sessionId).toBeNull());
    expect(await call('show:finish', { results: { forMs: 5_000 }, publish: 'unpublish' })).toMatchObject({
      error: { code: 'not_available', message: expect.stringContaining('no running session') },
    });
    expect(desk().finish).toBeNull();
    expect(await call('show:finish', { publish: 'leave' })).toMatchObject({ error: { code: 'bad_request' } });
    await does('show:finish', { publish: 'unpublish' });
    await eventually(() => expect(desk()).toMatchObject({ published: true, finish: { publish: 'unpublish' } }));
    pass(25_000);
    await eventually(() => expect(desk()).toMatchObject({ published: false, finish: null }));
  });

  it('is one HTTP call', async () => {
    await running();
    const act = async (body: object) =>
      post<{ ok: boolean }>('/api/shows/local/acts/finish', body, await token('director', { sub: 'deck' }));
    expect(await act({ results: { forMs: 30_000 }, publish: 'unpublish' })).toMatchObject({
      status: 200,
      body: { ok: true, stored: true, finish: { by: 'deck', publish: 'unpublish' } },
    });
    expect(await act({ cancel: true })).toMatchObject({ status: 200, body: { finish: null } });
    expect((await act({ cancel: true, publish: 'leave' })).status).toBe(400);
  });
});
