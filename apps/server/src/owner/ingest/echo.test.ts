import { describe, expect, it } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { race } from '../../testing/race.js';
import { serverForEachTest } from '../../testing/running-server.js';

const { token, socket, relay } = serverForEachTest();

describe('an echo', () => {
  it('WIR-14: is answered at once, also to a relay that has not greeted', async () => {
    const rig = socket('/relay', { token: await token('relay', { shows: ['local'] }) });
    expect(await rig.emitWithAck('relay:echo', {})).toEqual({ ok: true });
  });

  it('WIR-14: says that what was sent before it has arrived: none of it is lost where the connection breaks then', async () => {
    const rig = await relay();
    // Its own acknowledgement is not waited for: the connection is gone before.
    rig.send(race(40), 1).catch(() => undefined);
    expect(await rig.relay.emitWithAck('relay:echo', {})).toEqual({ ok: true });
    rig.relay.disconnect();
    await eventually(async () => expect((await relay()).have).toEqual([[1, 41]]));
  });
});
