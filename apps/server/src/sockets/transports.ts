import type { ServerOptions } from 'socket.io';

const REFUSED = 'This server takes WebSockets only: connect with "transports: [\'websocket\']".';

/**
 * How sockets may connect: by WebSocket and, where the polls of one connection all reach the same process, by HTTP long-polling
 * as well, for networks that let no WebSocket through. Where they do not, a poll is refused with 403 and the reason.
 */
export function socketTransports(servesPolling: boolean): Partial<ServerOptions> {
  return {
    transports: ['polling', 'websocket'],
    allowRequest: (request, decide) => {
      const transport = new URLSearchParams(request.url?.split('?')[1]).get('transport');
      if (servesPolling || transport === 'websocket') decide(null, true);
      else decide(REFUSED, false);
    },
  };
}
