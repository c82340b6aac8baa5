import { get as ask, type IncomingMessage } from 'node:http';
import type { Lap } from '@okboxbox/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { race } from '../../testing/race.js';
import { serverForEachTest } from '../../testing/running-server.js';
import { MOST_DOWNLOADS } from './downloads.js';

const { url, token, relay, get } = serverForEachTest({ OPS_UI_ENABLED: '1' });

const open: IncomingMessage[] = [];
afterEach(() => {
  for (const response of open.splice(0)) response.destroy();
});

/** Begins a download that nobody reads. */
async function begin(path: string, bearer: string): Promise<IncomingMessage> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const headers = { authorization: `Bearer ${bearer}` };
    ask(`${url()}${path}`, { headers, agent: false }, resolve).on('error', reject);
  });
  open.push(response);
  return response;
}

describe('long downloads', () => {
  it('are bounded for one token and one address, and free again when they have ended', async () => {
    const rig = await relay({ playback: false });
    // More than a connection's buffers hold, so that it waits for a reader.
    for (let n = 0; n < 8; n++) await rig.send(race(2_000).slice(n === 0 ? 0 : 1), n === 0 ? 1 : 2 + n * 2_000);
    const path = `/api/sessions/${rig.sessionId}/recording`;
    const bearer = await token('team');
    for (let n = 0; n < MOST_DOWNLOADS.token; n++) expect((await begin(path, bearer)).statusCode).toBe(200);
    const refused = await begin(path, bearer);
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([429, '2']);
    expect((await begin(`/api/sessions/${rig.sessionId}/laps`, await token('admin'))).statusCode).toBe(429);
    const { limited } = (await get<{ limited: Record<string, number> }>('/api/ops/summary', await token('ops'))).body;
    expect(limited.download).toBe(2);
    for (const response of open.splice(0)) response.destroy();
    await eventually(async () => expect((await begin(path, bearer)).statusCode).toBe(200));
  });

  it('give laps and events as they were, of a running session and of one that is stored', async () => {
    const rig = await relay({ playback: false });
    await rig.send(race(900), 1);
    const bearer = await token('team');
    const read = async <T>(what: string) => {
      const { status, type, body } = await get<T>(`/api/sessions/${rig.sessionId}/${what}`, bearer);
      expect([status, type]).toEqual([200, 'application/json; charset=utf-8']);
      return body;
    };
    const [laps, events] = [await read<Lap[]>('laps'), await read<object[]>('events')];
    expect(laps.length).toBeGreaterThan(0);
    const ofOne = laps.filter(({ car }) => car === laps[0]?.car);
    expect(await read(`laps?car=${laps[0]?.car}`)).toEqual(ofOne);
    await rig.relay.emitWithAck('relay:bye', { reason: 'finished' });
    await eventually(async () => expect(await read('laps')).toEqual(laps));
    expect((await read<object[]>('events')).slice(0, events.length)).toEqual(events);
  });
});
