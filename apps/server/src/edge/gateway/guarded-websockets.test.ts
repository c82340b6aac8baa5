import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { MAX_CONTROL_FRAMES } from '../../sockets/guarded-websockets.js';
import { serverForEachTest } from '../../testing/running-server.js';

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

  it('that goes on sending after the server has closed it is cut', async () => {
    const { hostname, port } = new URL(url());
    const raw = connect({ host: hostname, port: Number(port) });
    const answered = new Promise((resolve) => raw.once('data', resolve));
    const closed = new Promise((resolve) => raw.once('close', resolve));
    raw.on('error', () => undefined);
    raw.write(
      'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\nupgrade: websocket\r\n' +
        'sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    await answered;
    raw.resume();
    // Messages without a type: Engine.IO closes at the first, and this client never answers that.
    const empty = Buffer.from([0x81, 0x80, 0, 0, 0, 0]);
    raw.write(Buffer.concat(Array.from({ length: 1_000 }, () => empty)));
    await closed;
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
