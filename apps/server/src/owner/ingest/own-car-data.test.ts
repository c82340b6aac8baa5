import type { OpsEventsAnswer } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { batch, frame, sessionLine } from '../../testing/race.js';
import { serverForEachTest } from '../../testing/running-server.js';

const { token, socket, relay, get, url, hello, restart } = serverForEachTest({ OPS_UI_ENABLED: '1' });
const LIVE = { simSessionKey: '88:1', playback: false };
const line = (...numbers: string[]) =>
  sessionLine({ simSessionKey: '88:1', entries: numbers.map((carNumber, car) => ({ car, carNumber })) });
const own = (n: number, car: number, fuelL: number) => frame(n, { own: { car, fuelL } });

/** A relay whose token has other claims than a usual one's. */
async function relayWith(claims: object, over: object) {
  const made = socket('/relay', { token: await token('relay', { shows: ['local'], ...claims }) });
  const welcome = await made.emitWithAck('relay:hello', { ...hello, ...LIVE, ...over });
  expect(welcome).toMatchObject({ ok: true });
  return {
    sessionId: welcome.sessionId as string,
    relay: made,
    send: (records: Parameters<typeof batch>[0], first: number) =>
      made.emitWithAck('relay:frames', Buffer.from(batch(records, first))),
  };
}

/** All own-car data that a token with some car numbers is given: in the live room, and its join's answer. */
async function watch(sessionId: string, ...cars: string[]) {
  const heard: { carNumber: string; own: { fuelL: number } }[] = [];
  const viewer = socket('/', { token: await token('team', { cars }) });
  viewer.on('own', (message) => heard.push(message));
  const joined = await viewer.emitWithAck('session:join', { sessionId, audience: 'live', cars });
  return { heard, joined };
}

/** The same, once it has this figure: an edge has what is live from the next tick on. */
const watchUntil = (sessionId: string, carNumber: string, fuelL: number) =>
  eventually(async () => {
    const watched = await watch(sessionId, carNumber);
    expect(watched.joined).toMatchObject({ ok: true, own: { carNumber, own: { fuelL } } });
    return watched;
  });

async function recording(sessionId: string, ...cars: string[]): Promise<string> {
  const headers = { authorization: `Bearer ${await token('team', { cars })}` };
  return (await fetch(`${url()}/api/sessions/${sessionId}/recording`, { headers })).text();
}

async function refusals() {
  const path = '/api/ops/events?type=relay&limit=200';
  const { events } = (await get<OpsEventsAnswer>(path, await token('ops'))).body;
  return events.filter(({ event }) => event === 'own_car_refused');
}

describe('own-car data', () => {
  it('of a relay that has another entry in the slot goes to nobody, live, after a restart and in recordings', async () => {
    const one = await relay({ ...LIVE, relayId: 'one' });
    const two = await relay({ ...LIVE, relayId: 'two', run: 'b' });
    expect(two.sessionId).toBe(one.sessionId);
    await one.send([line('11', '12', '13'), own(0, 0, 40)], 1);
    // Its sim has the cars the other way round.
    await two.send([line('12', '11', '13'), own(0, 0, 555)], 1);
    const eleven = await watchUntil(one.sessionId, '11', 40);
    const twelve = await watch(one.sessionId, '12');
    expect(twelve.joined).not.toHaveProperty('own');
    // Around what the other sends, or that takes over from one that is silent, and its slots count.
    await one.send([own(1, 0, 41)], 3);
    await two.send([own(1, 0, 555), own(2, 1, 555)], 3);
    await one.send([own(2, 0, 39)], 4);
    await eventually(() => expect(eleven.heard.at(-1)?.own.fuelL).toBe(39));
    expect([...eleven.heard, ...twelve.heard].filter(({ own: { fuelL } }) => fuelL === 555)).toEqual([]);
    expect(await refusals()).toEqual([
      expect.objectContaining({ relayId: 'two', reason: 'other_entry', carNumber: '11' }),
      expect.objectContaining({ relayId: 'two', reason: 'other_entry', carNumber: '12' }),
    ]);
    const look = async () => {
      expect(await recording(one.sessionId, '11')).toContain('"fuelL":39');
      for (const car of ['11', '12', '13']) expect(await recording(one.sessionId, car)).not.toContain('555');
    };
    await look();
    await restart();
    await look();
    const first = await relay({ ...LIVE, relayId: 'one' });
    await first.send([own(9, 0, 38)], 5);
    const back = await relay({ ...LIVE, relayId: 'two', run: 'b' });
    await back.send([own(3, 0, 555)], 5);
    await watchUntil(one.sessionId, '11', 38);
    expect((await watch(one.sessionId, '12')).joined).not.toHaveProperty('own');
    await first.relay.emitWithAck('relay:bye', { reason: 'finished' });
    await back.relay.emitWithAck('relay:bye', { reason: 'finished' });
    await look();
  });

  it('of a relay whose token names other cars is refused, also where the token is one that came with a reconnect', async () => {
    const first = await relayWith({}, { relayId: 'rig' });
    await first.send([line('7', '07', '8'), own(0, 0, 40)], 1);
    const { sessionId } = first;
    await watchUntil(sessionId, '7', 40);
    first.relay.disconnect();
    const second = await relayWith({ cars: ['07'] }, { relayId: 'rig' });
    await second.send([own(1, 0, 39)], 3);
    await eventually(async () =>
      expect(await refusals()).toEqual([expect.objectContaining({ reason: 'not_in_token', carNumber: '7' })]),
    );
    // An edge has what is live from the next tick on.
    await eventually(async () => expect((await watch(sessionId, '7')).joined).not.toHaveProperty('own'));
    await second.send([own(2, 1, 12)], 4);
    await watchUntil(sessionId, '07', 12);
    expect((await watch(sessionId, '7')).joined).not.toHaveProperty('own');
    expect(await recording(sessionId, '7')).not.toContain('"fuelL":39');
    expect(await recording(sessionId, '07')).toContain('"fuelL":12');
  });

  it('of a number that two entries have is opened by no token, and the refusal says so', async () => {
    const rig = await relay(LIVE);
    await rig.send([line('7', '7', '8'), own(0, 0, 40)], 1);
    const { joined } = await watch(rig.sessionId, '7');
    expect(joined).toMatchObject({
      ok: false,
      error: { code: 'forbidden', capability: 'session:live', message: expect.stringContaining('not unique') },
    });
    expect(await recording(rig.sessionId, '7')).not.toContain('fuelL');
    expect(await refusals()).toEqual([
      expect.objectContaining({ reason: 'not_unique', message: expect.stringContaining('not unique') }),
    ]);
  });

  it('stops where its number is given to a second entry while somebody listens', async () => {
    const rig = await relay(LIVE);
    await rig.send([line('7', '8', '9'), own(0, 0, 40)], 1);
    const { heard } = await watch(rig.sessionId, '7');
    await rig.send([own(1, 0, 39)], 3);
    await eventually(() => expect(heard.at(-1)?.own.fuelL).toBe(39));
    const nine = await watch(rig.sessionId, '9');
    await rig.send([line('7', '7', '9'), own(2, 0, 555), own(3, 2, 1)], 4);
    await eventually(() => expect(nine.heard.at(-1)?.own.fuelL).toBe(1));
    expect(JSON.stringify(heard)).not.toContain('555');
  });
});
