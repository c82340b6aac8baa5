import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DEBUG_PAGE } from './debug-page.js';
import type { Situation } from './situation.js';

/** The relay's local page and its JSON, for this PC alone. */
export interface DebugServer {
  readonly port: number;
  close(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';
/** Names by which this PC calls itself: a page from elsewhere whose name was made to lead here has another. */
const OWN_NAMES = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i;

/** Listens on loopback; a port that is taken is said, and the relay goes on without the page (`null`). */
export async function openDebugServer(
  port: number,
  say: (text: string) => void,
  situation: () => Situation,
): Promise<DebugServer | null> {
  const server = createServer((request, response) => answer(request, response, situation));
  const listening = await new Promise<boolean>((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const because = error.code === 'EADDRINUSE' ? 'another program has it, perhaps another relay' : error.message;
      say(`There is no local page: port ${port} cannot be used (${because}). Set RELAY_DEBUG_PORT to another.`);
      resolve(false);
    });
    server.listen(port, LOOPBACK, () => resolve(true));
  });
  if (!listening) return null;
  server.unref();
  const used = (server.address() as AddressInfo).port;
  say(`This relay's page: http://${LOOPBACK}:${used}/debug`);
  return {
    port: used,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(request: IncomingMessage, response: ServerResponse, situation: () => Situation): void {
  if (!OWN_NAMES.test(request.headers.host ?? '')) {
    send(response, 403, 'text/plain', 'This page is for this PC alone: open it as http://127.0.0.1.');
    return;
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    send(response, 405, 'text/plain', 'Only GET is answered.');
    return;
  }
  switch ((request.url ?? '/').split('?')[0]) {
    case '/':
    case '/debug':
      send(response, 200, 'text/html; charset=utf-8', DEBUG_PAGE);
      break;
    case '/debug/health':
      sendJson(response, situation().health);
      break;
    case '/debug/targets':
      sendJson(response, situation().targets);
      break;
    case '/debug/parity':
      sendJson(response, situation().parity);
      break;
    default:
      send(response, 404, 'text/plain', 'There are /debug, /debug/health, /debug/targets and /debug/parity.');
  }
}

function sendJson(response: ServerResponse, body: unknown): void {
  send(response, 200, 'application/json; charset=utf-8', JSON.stringify(body));
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, {
    'Content-Type': type,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy':
      "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'",
  });
  response.end(body);
}
