import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { serverForEachTest } from '../testing/running-server.js';
import { MAX_CONTROL_FRAMES } from './guarded-websockets.js';

const { url, token, get } = serverForEachTest({ OPS_UI_ENABLED: '1' });

/** A WebSocket as Engine.IO opens it, with nothing said yet. */
async function opened(): Promise<WebSocket> {
  const raw = new WebSocket(`${url().replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
  await new Promise((resolve) => raw.once('open', resolve));
  return raw;
}

describe('a WebSocket', () => {
  it.each(['ping', 'pong'] as const)('that sends one %s after another is cut, and counted', async (frame) => {
    const raw = await opened();
    const closed = new Promise<number>((resolve) => raw.once('close', resolve));
    // What is cut meanwhile cannot be written to.
    for (let i = 0; i < 20 * MAX_CONTROL_FRAMES; i++) raw[frame]('', true, () => undefined);
    expect(await closed).toBe(1006);
    const { body } = await get<{ limited: Record<string, number> }>('/api/ops/summary', await token('ops'));
    expect(body.limited.message).toBe(1);
  });

  it('that pings now and then is answered, and stays', async () => {
    const raw = await opened();
    for (let i = 0; i < MAX_CONTROL_FRAMES; i++) {
      const answered = new Promise((resolve) => raw.once('pong', resolve));
      raw.ping();
      await answered;
    }
    expect(raw.readyState).toBe(WebSocket.OPEN);
    raw.close();
  });
});
