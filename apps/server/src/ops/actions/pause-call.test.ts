import { mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import type { OpsSessionsAnswer } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { serverForEachTest } from '../../testing/running-server.js';
import { operatorOf } from './testing/operator.js';

const server = serverForEachTest({ OPS_UI_ENABLED: '1' });
const { token, relay, get, restart, hello, dataDir } = server;
const { act, refusal, trail } = operatorOf(server);

describe('pausing a relay', () => {
  it('asks it for no frames, and for frames again, also when it is away', async () => {
    const rig = await relay({ playback: false });
    const told: unknown[] = [];
    rig.relay.on('relay:pause', (request) => told.push(request));
    const path = `/api/ops/relays/${hello.relayId}/pause`;
    expect((await act(path, { paused: true, dryRun: true })).body).toMatchObject({ act: 'relay.pause', done: false });
    expect((await act(path, { paused: true, because: 'too many relays' })).body.done).toBe(true);
    await eventually(() => expect(told).toEqual([{ paused: true, because: 'too many relays' }]));
    const { sessions } = (await get<OpsSessionsAnswer>('/api/ops/sessions', await token('ops'))).body;
    expect(sessions[0]?.relays[0]?.pausedBecause).toBe('too many relays');
    rig.relay.disconnect();
    await eventually(async () =>
      expect((await act(path, { paused: false, dryRun: true })).body.what).toContain('not connected'),
    );
    expect((await act(path, { paused: false })).body).toMatchObject({ act: 'relay.resume', done: true });
    expect((await refusal(path, { paused: false })).status).toBe(404);
    expect((await trail()).map(({ action }) => action)).toEqual(['relay.resume', 'relay.pause']);
  });

  it('stays paused when the server is started again, until it is let go on', async () => {
    const path = `/api/ops/relays/${hello.relayId}/pause`;
    await relay({ playback: false });
    expect((await act(path, { paused: true, because: 'too many relays' })).body.done).toBe(true);
    await restart();
    const back = await relay({ playback: false });
    expect(back.pauses).toEqual([{ paused: true, because: 'too many relays' }]);
    expect((await act(path, { paused: false })).body).toMatchObject({ act: 'relay.resume', done: true });
    await restart();
    expect((await relay({ playback: false })).pauses).toEqual([]);
  });

  it('says that the disk does not take it, which is in force all the same, and stores it once the disk does', async () => {
    const path = `/api/ops/relays/${hello.relayId}/pause`;
    const rig = await relay({ playback: false });
    // A folder in the place of the file: it cannot be written.
    const place = join(dataDir(), 'paused-relays.json.new');
    mkdirSync(place);
    const paused = await act(path, { paused: true, because: 'too many relays' });
    expect(paused).toMatchObject({
      status: 200,
      body: { done: true, stored: false, storeError: expect.stringMatching(/in force.*Make room/) },
    });
    const { sessions } = (await get<OpsSessionsAnswer>('/api/ops/sessions', await token('ops'))).body;
    expect(sessions[0]?.relays[0]?.pausedBecause).not.toBeNull();
    expect((await trail())[0]).toMatchObject({ action: 'relay.pause' });
    // What opens something is not in force where it cannot be stored.
    const refused = await refusal(path, { paused: false });
    expect([refused.status, refused.body.detail]).toEqual([503, expect.stringMatching(/still paused.*Make room/)]);
    expect(rig.pauses).toEqual([{ paused: true, because: 'too many relays' }]);
    rmdirSync(place);
    await eventually(() => expect(readFileSync(join(dataDir(), 'paused-relays.json'), 'utf8')).toContain('too many'));
    await restart();
    expect((await relay({ playback: false })).pauses).toEqual([{ paused: true, because: 'too many relays' }]);
    expect((await act(path, { paused: false })).body).toMatchObject({ done: true, stored: true });
  });

  it('pauses that of one show where relays of several are called the same', async () => {
    const path = `/api/ops/relays/${hello.relayId}/pause`;
    const [sprint, endurance] = [await relay({ playback: false }), await relay({ playback: false, show: 'endurance' })];
    const told: unknown[] = [];
    sprint.relay.on('relay:pause', () => told.push('sprint'));
    endurance.relay.on('relay:pause', ({ paused }) => told.push(paused));
    const asked = await refusal(path, { paused: true });
    expect([asked.status, asked.body.detail]).toEqual([409, expect.stringContaining('"local", "endurance"')]);
    expect((await refusal(path, { paused: true, show: 'nowhere' })).status).toBe(404);
    expect((await act(path, { paused: true, show: 'endurance' })).body.what).toContain(endurance.sessionId);
    await eventually(() => expect(told).toEqual([true]));
    const { sessions } = (await get<OpsSessionsAnswer>('/api/ops/sessions', await token('ops'))).body;
    const isPaused = (id: string) =>
      sessions.find(({ sessionId }) => sessionId === id)?.relays[0]?.pausedBecause != null;
    expect([isPaused(sprint.sessionId), isPaused(endurance.sessionId)]).toEqual([false, true]);
  });
});
