import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ServerOptions, WebSocket, WebSocketServer } from 'ws';
import { type Limits, SecondWindow } from '../access/limits.js';

/** Pings and pongs of WebSocket itself that one connection may send within a second. Browsers send none by themselves. */
export const MAX_CONTROL_FRAMES = 20;
/** Messages that may still be on their way when the server closes a connection; a client has 30 s to close it, too. */
const MAX_AFTER_CLOSING = 100;

/**
 * The WebSockets of Engine.IO, which cut a connection that floods with control frames: they are answered before Engine.IO
 * or any limit of messages hears of them, and a flood of them holds the event loop. The same for one that goes on sending
 * after the server has closed it: all of that would still be read. To be given as `wsEngine`.
 */
export function guardedWebSockets(limits: Limits): new (options?: ServerOptions) => WebSocketServer {
  return class extends WebSocketServer {
    override handleUpgrade(
      request: IncomingMessage,
      socket: Duplex,
      head: Buffer,
      done: (client: WebSocket, request: IncomingMessage) => void,
    ): void {
      super.handleUpgrade(request, socket, head, (client: WebSocket) => {
        const window = new SecondWindow();
        const count = () => {
          if (window.take(MAX_CONTROL_FRAMES) === 0) return;
          // The rest of what has come is still read: once is enough to tell of.
          if (window.count === MAX_CONTROL_FRAMES + 1) limits.refused('message', limits.keyOf(request));
          client.terminate();
        };
        client.on('ping', count);
        client.on('pong', count);
        let afterClosing = 0;
        client.on('message', () => {
          if (client.readyState === WebSocket.OPEN) return;
          afterClosing += 1;
          if (afterClosing > MAX_AFTER_CLOSING) client.terminate();
        });
        done(client, request);
      });
    }
  };
}
