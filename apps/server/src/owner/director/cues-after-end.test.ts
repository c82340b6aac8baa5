import { describe, expect, it } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { directors } from '../../testing/directors.js';
import { race } from '../../testing/race.js';
import { serverForEachTest } from '../../testing/running-server.js';

const server = serverForEachTest();
const { relay, pass, restart, post, token } = server;
const { director, graphics } = directors(server);

/** A published show whose session has ended, its picture behind by a delay in ms. */
async function ended(delayMs: number) {
  const made = await relay();
  await made.send(race(20), 1);
  const ana = await director();
  await ana.does('broadcast:publish', { published: true });
  await eventually(() => expect(ana.desk().delay?.airedAt).toEqual(expect.any(Number)));
  const seen = await graphics();
  await ana.does('broadcast:delay:set', { delayMs });
  await made.relay.emitWithAck('relay:bye', { reason: 'finished' });
  await eventually(() => expect(ana.desk().sessionId).toBeNull());
  return { ...made, ...ana, ...seen };
}

describe('after the session has ended', () => {
  it('a cue for now takes the tower off at once, while the end has still to air, and after that', async () => {
    const { does, desk, onAir } = await ended(20_000);
    expect(onAir().tower).not.toBeNull();
    await does('broadcast:cue', { set: { tower: null }, when: 'now' });
    await eventually(() => expect(onAir().tower).toBeNull());
    await eventually(() => expect(desk().cued.tower).toBeNull());
    pass(60_000);
    await does('broadcast:cue', { set: { tower: {}, message: { text: 'Goodbye' } }, when: 'now', forMs: 5_000 });
    await eventually(() => expect(onAir()).toMatchObject({ tower: { until: null }, message: { text: 'Goodbye' } }));
    pass(6_000);
    await eventually(() => expect(onAir().message).toBeNull());
  });

  it('a cue airs with the picture of the moment it was given in, and no earlier', async () => {
    const { does, desk, onAir, heard } = await ended(20_000);
    await does('broadcast:cue', { set: { message: { text: 'Thank you' } } });
    await eventually(() => expect(desk().cued.message).toMatchObject({ text: 'Thank you' }));
    const count = heard.length;
    pass(15_000);
    // What comes now was due before: the message is not.
    await does('broadcast:cue', { set: { clock: {} }, when: 'now' });
    await eventually(() => expect(onAir().clock).not.toBeNull());
    expect(heard.slice(count).every((change) => change.onAir?.message === undefined)).toBe(true);
    pass(6_000);
    await eventually(() => expect(onAir().message).toMatchObject({ text: 'Thank you' }));
  });

  it('a scene is cued, over HTTP as well', async () => {
    const { onAir } = await ended(20_000);
    const scene = { name: 'Green flag', when: 'now' };
    expect((await post('/api/shows/local/acts/scene', scene, await token('director'))).status).toBe(200);
    await eventually(() => expect(onAir().flag).toMatchObject({ flag: 'green' }));
  });

  it('a restart keeps what was cued, and lets it air', async () => {
    const { does } = await ended(20_000);
    await does('broadcast:cue', { set: { tower: null }, when: 'now' });
    await does('broadcast:cue', { set: { message: { text: 'Goodbye' } } });
    await restart();
    pass(25_000);
    const { onAir } = await graphics();
    await eventually(() => expect(onAir()).toMatchObject({ tower: null, message: { text: 'Goodbye' } }));
  });

  it('says until when it is possible, where the picture is not here any more', async () => {
    await ended(0);
    await restart(undefined, {}, 3_600_000);
    const { call } = await director();
    expect(await call('broadcast:cue', { set: { tower: null } })).toMatchObject({
      error: { code: 'conflict', message: expect.stringContaining('until the show goes on to another session') },
    });
  });

  it('a show without any session has nothing to cue', async () => {
    const { call } = await director();
    expect(await call('broadcast:cue', { set: { tower: null } })).toMatchObject({ error: { code: 'not_available' } });
  });
});
