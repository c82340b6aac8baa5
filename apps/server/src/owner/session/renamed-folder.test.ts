import { cpSync } from 'node:fs';
import { join } from 'node:path';
import type { SessionSummary } from '@okboxbox/protocol';
import { expect, it } from 'vitest';
import { race } from '../../testing/race.js';
import { serverForEachTest } from '../../testing/running-server.js';

const { relay, restart, dataDir, token, get, warnings } = serverForEachTest({
  DATABASE_URL: 'postgresql://127.0.0.1:1/none',
});

it('a session folder under the name of another session is left alone, and named', async () => {
  const { send, sessionId } = await relay({ playback: false });
  await send(race(30), 1);
  const copy = 'sess_copyOfAnother';
  await restart(() => {
    const sessions = join(dataDir(), 'sessions');
    cpSync(join(sessions, sessionId), join(sessions, copy), { recursive: true });
  });
  const { body } = await get<SessionSummary[]>('/api/sessions', await token('team'));
  expect(body.map((session) => session.sessionId)).toEqual([sessionId]);
  expect((await get(`/api/sessions/${copy}/timing`, await token('team'))).status).toBe(404);
  const told = warnings().find((line) => line.includes(copy) && line.includes('left out'));
  expect(told).toContain(`it is the folder of the session ${sessionId}: give it back that name`);
});
