import type { Scene } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { type Answer, directors } from '../../testing/directors.js';
import { frame, race } from '../../testing/race.js';
import { serverForEachTest } from '../../testing/running-server.js';

const server = serverForEachTest();
const { token, relay, post } = server;
const { director, graphics } = directors(server);

/** A race that is running, and a way to let it go on. */
async function running() {
  const { send } = await relay();
  await send(race(20), 1);
  let n = 20;
  return {
    goOn: async () => {
      await send([frame(n)], n + 2);
      n += 1;
    },
  };
}

describe('undo', () => {
  it('brings a delay back by a glide, with what was done by whom and when', async () => {
    await running();
    const { does, undo, desk } = await director();
    await does('broadcast:delay:set', { delayMs: 5_000, publicExtraMs: 2_000 });
    await does('broadcast:delay:set', { delayMs: 9_000, publicExtraMs: 4_000 });
    await eventually(() => expect(desk().undo).toMatchObject({ who: 'ana', at: desk().acts[0]?.at, asks: false }));
    const says = 'changed the delay from 5 s to 9 s and the extra delay of the public picture from 2 s to 4 s';
    expect(await undo(says)).toMatchObject({ ok: true, stored: true, undone: { who: 'ana', says } });
    await eventually(() => {
      expect(desk().delay).toMatchObject({ delayMs: 5_000, publicExtraMs: 2_000 });
      expect(desk().acts[0]).toMatchObject({ who: 'ana', act: 'show:undo', from: { who: 'ana', says } });
    });
    // The first of them would leave no delay: that is asked.
    await eventually(() => expect(desk().undo).toMatchObject({ asks: true }));
  });

  it('ends a pause, and goes back into one; publishes and unpublishes', async () => {
    await running();
    const { does, undo, desk } = await director();
    await does('broadcast:pause');
    await does('broadcast:resume');
    await undo('resumed the pictures');
    await eventually(() => expect(desk().delay?.state).toBe('paused'));
    await undo('paused the pictures');
    await eventually(() => expect(desk().delay?.state).toBe('live'));
    await does('broadcast:publish', { published: true });
    await undo('published the show');
    await eventually(() => expect(desk().published).toBe(false));
    await does('broadcast:publish', { published: true });
    await does('broadcast:publish', { published: false });
    await eventually(() => expect(desk().undo).toMatchObject({ says: 'unpublished the show', asks: true }));
    await undo('unpublished the show');
    await eventually(() => expect(desk().published).toBe(true));
  });

  it('brings scenes back as they were', async () => {
    const { does, undo, desk } = await director();
    const before = desk().scenes;
    const scene: Scene = { name: 'Podium', set: { clock: {} }, forMs: null };
    await does('show:scene', { scene });
    await does('show:scene', { name: 'Intro', delete: true });
    await does('show:scene', { scene: { ...scene, name: 'Flag', forMs: 5_000 }, replaces: 'Battle' });
    await undo('saved the scene "Flag"');
    await undo('deleted the scene "Intro"');
    await eventually(() => expect(desk().scenes).toEqual([...before, scene]));
    await undo('saved the scene "Podium"');
    await eventually(() => expect(desk().scenes).toEqual(before));
  });

  it('brings the look of before back', async () => {
    const { does, undo, desk } = await director();
    await does('show:look', { look: { base: 'light', colours: {}, radiusPx: null, logo: null } });
    await eventually(() => expect(desk().look?.base).toBe('light'));
    await undo('changed the look');
    await eventually(() => expect(desk().look).toBeNull());
  });

  it('takes a graphic off the picture at once', async () => {
    await running();
    const { does, undo } = await director();
    const { onAir } = await graphics();
    await does('broadcast:cue', { set: { driver: { car: 1 }, tower: null }, scene: 'One' });
    await eventually(() => expect(onAir()).toMatchObject({ driver: { car: 1 }, tower: null, scene: 'One' }));
    await undo('cued the scene "One"');
    await eventually(() => expect(onAir()).toMatchObject({ driver: null, tower: { until: null }, scene: null }));
  });

  it('of a cue that has not aired yet keeps it off the air, and what was cued before it airs when it is due', async () => {
    const { goOn } = await running();
    const { does, undo, desk } = await director();
    const { onAir, heard } = await graphics();
    await does('broadcast:pause');
    await does('broadcast:cue', { set: { message: { text: 'first' } } });
    await goOn();
    await does('broadcast:cue', { set: { message: { text: 'second' }, clock: {} } });
    await undo('cued message, clock');
    await eventually(() => expect(desk().cued).toMatchObject({ message: { text: 'first' }, clock: null }));
    await goOn();
    expect(onAir()).toMatchObject({ message: null });
    await does('broadcast:resume');
    await eventually(() => expect(onAir()).toMatchObject({ message: { text: 'first' }, clock: null }));
    expect(JSON.stringify(heard)).not.toContain('second');
    expect(heard.every(({ onAir: changed }) => changed?.clock == null)).toBe(true);
  });

  it('of a cue that has not aired yet holds after a restart too', async () => {
    const { goOn } = await running();
    const before = await director();
    await before.does('broadcast:pause');
    await goOn();
    await before.does('broadcast:cue', { set: { message: { text: 'undone' } } });
    await goOn();
    await before.undo('cued message');
    await before.does('broadcast:cue', { set: { clock: {} } });
    await server.restart();
    const { does } = await director();
    const { onAir, heard } = await graphics();
    expect(onAir().clock).toBeNull();
    await does('broadcast:resume');
    await eventually(() => expect(onAir().clock).toEqual({ until: null }));
    expect(onAir().message).toBeNull();
    expect(JSON.stringify(heard)).not.toContain('undone');
  });

  it('of a cue that aired at once brings back what was on air then, and what was to air later no earlier', async () => {
    await running();
    const { does, undo } = await director();
    const { onAir, heard } = await graphics();
    await does('broadcast:cue', { set: { message: { text: 'on air' } } });
    await eventually(() => expect(onAir().message?.text).toBe('on air'));
    await does('broadcast:pause');
    await does('broadcast:cue', { set: { message: { text: 'later' } } });
    await does('broadcast:cue', { set: { message: { text: 'now' }, tower: {} }, when: 'now' });
    await eventually(() => expect(onAir().message?.text).toBe('now'));
    await undo('cued tower, message');
    await eventually(() => expect(onAir().message?.text).toBe('on air'));
    expect(JSON.stringify(heard)).not.toContain('later');
    await does('broadcast:resume');
    await eventually(() => expect(onAir().message?.text).toBe('later'));
  });

  it('leaves a slot that was cued again since, and passes over a graphic that has left', async () => {
    await running();
    const { does, undo, desk } = await director();
    await does('broadcast:cue', { set: { clock: {}, driver: { car: 1 } } });
    await does('broadcast:cue', { set: { clock: {} }, forMs: 500 });
    await eventually(() => expect(desk().undo?.says).toBe('cued clock'));
    const { clock } = desk().cued;
    await undo('cued driver, clock');
    await eventually(() => expect(desk().cued).toMatchObject({ driver: null, clock }));
    expect(clock?.until).toBeGreaterThan(0);
  });

  it('brings back the session that the show followed', async () => {
    const first = await relay();
    await first.send(race(5), 1);
    const other = await relay({ relayId: 'rig-2', run: 'run-2', simSessionKey: '79:0' });
    await other.send(race(5), 1);
    const { does, undo, desk } = await director();
    await does('show:follow', { relayId: 'rig-2' });
    await eventually(() => expect(desk()).toMatchObject({ followedSessionId: other.sessionId }));
    await undo('made rig-2 the main feed');
    await eventually(() =>
      expect(desk()).toMatchObject({ followedSessionId: first.sessionId, mainFeed: { relayId: 'rig' } }),
    );
    await does('show:follow', { sessionId: other.sessionId });
    await undo(`followed the session ${other.sessionId}`);
    await eventually(() => expect(desk()).toMatchObject({ followedSessionId: first.sessionId }));
  });

  it('does not undo another director’s act by surprise, and nothing twice', async () => {
    await running();
    const [ana, bo] = [await director('ana'), await director('bo')];
    await ana.does('broadcast:publish', { published: true });
    await eventually(() => expect(ana.desk().undo?.says).toBe('published the show'));
    const seen = ana.desk().undo?.id;
    await bo.does('broadcast:pause');
    expect(await ana.call('show:undo', { id: seen })).toMatchObject({
      error: {
        code: 'conflict',
        message: expect.stringContaining('The newest act is now: bo paused the pictures.'),
      },
    });
    expect(await ana.call('show:undo')).toMatchObject({
      error: { message: expect.stringContaining('The newest act is not yours: bo paused the pictures.') },
    });
    await eventually(() => expect(ana.desk().undo?.who).toBe('bo'));
    const id = bo.desk().undo?.id;
    const both = await Promise.all([ana.call('show:undo', { id }), bo.call('show:undo', { id })]);
    expect(both.map(({ ok }) => ok).sort()).toEqual([false, true]);
    await eventually(() => {
      expect(ana.desk().delay?.state).toBe('live');
      expect(ana.desk().published).toBe(true);
      expect(ana.desk().acts.filter(({ act }) => act === 'show:undo')).toHaveLength(1);
    });
  });

  it('is one HTTP call for what the caller has done, and says what it was', async () => {
    await running();
    const bearer = await token('director', { sub: 'deck' });
    const act = (name: string, body: object) =>
      post<Answer & { detail?: string }>(`/api/shows/local/acts/${name}`, body, bearer);
    await act('publish', { published: true });
    await act('link', { kind: 'public' });
    // A link stays: it is revoked by its own call.
    expect(await act('undo', {})).toMatchObject({
      status: 200,
      body: { ok: true, undone: { who: 'deck', says: 'published the show' }, stored: true },
    });
    expect(await act('undo', {})).toMatchObject({ status: 409, body: { detail: 'There is nothing to undo.' } });
  });
});
