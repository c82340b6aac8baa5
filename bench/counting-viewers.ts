import type { SessionJoin } from '@okboxbox/protocol';
import { WebSocket } from 'ws';

/**
 * Connects a number of viewers to a session, one after another, and counts what they all hear of its feed. They speak to the
 * server without a client library, whose own work would be most of what is measured. Returns the way to ask for the count.
 */
export async function countingViewers(
  url: string,
  token: string,
  viewers: number,
  join: SessionJoin,
): Promise<() => number> {
  let count = 0;
  const address = `${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`;
  for (let i = 0; i < viewers; i++) {
    await new Promise<void>((resolve, reject) => {
      const socket = new WebSocket(address, { perMessageDeflate: false });
      socket.once('error', reject);
      socket.on('message', (data) => {
        const text = data.toString();
        if (text.startsWith('42["feed"')) count += 1;
        else if (text.startsWith('0')) socket.send(`40${JSON.stringify({ token, clientKind: 'dashboard' })}`);
        else if (text.startsWith('40')) socket.send(`420${JSON.stringify(['session:join', join])}`);
        else if (text.startsWith('430')) resolve();
        else if (text === '2') socket.send('3');
      });
    });
  }
  return () => count;
}
