import type { OpsSummary } from '@okboxbox/protocol';
import { expect, it } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { frame, race } from '../../testing/race.js';
import { serverForEachTest } from '../../testing/running-server.js';

const { relay, token, get, timingOf } = serverForEachTest({ OPS_UI_ENABLED: '1' });
const LIVE = { playback: false, simSessionKey: '77:1' };

it('a frame whose session clock has jumped is dropped, counted and told of, and the honest relay goes on', async () => {
  const { send, sessionId } = await relay(LIVE);
  await send(race(50), 1);
  // Another relay of the session, and this one's own connection, each with one wrong frame.
  const liar = await relay({ ...LIVE, run: 'run-2', relayId: 'liar' });
  await liar.send([...race(1), frame(51), frame(52, { sessionTime: 9e7 })], 1);
  expect(await send([frame(50, { sessionTime: 1e6 })], 52)).toEqual({ ok: true, have: [[1, 52]] });
  await send([frame(51), frame(52)], 53);
  expect((await timingOf(sessionId)).sessionTime).toBeCloseTo(105.2, 5);
  const ops = await token('ops');
  const { body } = await get<OpsSummary>('/api/ops/summary', ops);
  expect(body.ingest.dropped).toMatchObject({ clock_jump: 2 });
  await eventually(async () => {
    const { body: found } = await get<{ findings: object[] }>('/api/ops/findings', ops);
    expect(found.findings).toContainEqual(expect.objectContaining({ code: 'CLOCK_DRIFT', cause: 'clock_jump' }));
  });
});

it('numbers that are none, and a file that is played, have rules of their own', async () => {
  const file = await relay({ run: 'file' });
  await file.send([...race(2), frame(2, { sessionTime: 5_000 })], 1);
  expect((await timingOf(file.sessionId)).sessionTime).toBe(5_000);
});
