import type { FeedMessage, OpsSummary, Role, SourceRecord } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { HELLO } from '../../testing/hellos.js';
import { batch, frame, race } from '../../testing/race.js';
import { serverForEachTest } from '../../testing/running-server.js';

const { socket, token, get, post } = serverForEachTest({ OPS_UI_ENABLED: '1' });

/** A race whose frames say which car the camera shows. */
const shot = (car: number | null, records: readonly SourceRecord[]): SourceRecord[] =>
  records.map((record) => (record.kind === 'frame' ? { ...record, camera: { car } } : record));

async function relayOf(role: Role, hello: object = {}, claims: object = {}) {
  const made = socket('/relay', { token: await token(role, { shows: ['local'], ...claims }) });
  const welcome = await made.emitWithAck('relay:hello', { ...HELLO, ...hello });
  expect(welcome.ok).toBe(true);
  const send = (records: readonly SourceRecord[], first: number) =>
    made.emitWithAck('relay:frames', Buffer.from(batch(records, first)));
  return { sessionId: welcome.sessionId as string, send };
}

const cue = async (set: object) =>
  post<{ detail?: string }>('/api/shows/local/acts/cue', { set }, await token('director'));
const camera = async () =>
  (await get<{ camera: number | null }>('/api/shows/local/state', await token('overlay'))).body.camera;

describe('the camera car', () => {
  it('is on air in step with the picture, and changes with it', async () => {
    const { send } = await relayOf('camera');
    await send(shot(1, race(20)), 1);
    const viewer = socket('/', { token: await token('overlay') });
    const heard: FeedMessage[] = [];
    viewer.on('feed', (message) => heard.push(message));
    const joined = await eventually(async () => {
      const answer = await viewer.emitWithAck('session:join', { show: 'local', audience: 'broadcast' });
      expect(answer.ok).toBe(true);
      return answer;
    });
    expect(joined.state.camera).toBe(1);
    await send(shot(2, [frame(20)]), 22);
    await eventually(() => expect(heard.some((message) => message.camera === 2)).toBe(true));
    expect(await camera()).toBe(2);
  });

  it('may be said by a relay with the capability, and is left out and counted of one without', async () => {
    const { send, sessionId } = await relayOf('relay', { playback: false });
    await send(shot(1, race(20)), 1);
    await eventually(async () =>
      expect((await get('/api/shows/local/state', await token('overlay'))).status).toBe(200),
    );
    expect(await camera()).toBeNull();
    const { body } = await get<OpsSummary>('/api/ops/summary', await token('ops'));
    expect(body.ingest.dropped).toMatchObject({ camera_refused: 20 });
    const other = await relayOf(
      'relay',
      { relayId: 'pc-2', run: 'run-2', playback: false },
      { caps: ['broadcast:camera'] },
    );
    expect(other.sessionId).toBe(sessionId);
    await other.send(shot(2, race(20)), 1);
    await eventually(async () => expect(await camera()).toBe(2));
  });

  it('is followed by the driver slot; without a camera that cue is refused', async () => {
    const { send } = await relayOf('camera');
    await send(race(20), 1);
    expect(await cue({ driver: 'onCamera' })).toMatchObject({
      status: 503,
      body: { detail: expect.stringContaining('broadcast:camera') },
    });
    await send(shot(1, [frame(20)]), 22);
    expect((await cue({ driver: 'onCamera' })).status).toBe(200);
    await eventually(async () => {
      const { body } = await get('/api/shows/local/state', await token('overlay'));
      expect(body).toMatchObject({ camera: 1, onAir: { driver: { car: 1, onCamera: true } } });
    });
  });
});
