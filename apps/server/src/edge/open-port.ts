import fastify, { type FastifyInstance } from 'fastify';
import { Server } from 'socket.io';
import type { Limits } from '../access/limits.js';
import type { Parts } from '../parts.js';
import { closeSocket } from '../sockets/close-socket.js';
import { guardedWebSockets } from '../sockets/guarded-websockets.js';
import { MAX_UNTRUSTED_BYTES } from '../sockets/message-guard.js';
import { socketTransports } from '../sockets/transports.js';
import { closePort } from './http/close-port.js';
import { answerFrameworkError } from './http/problem.js';

/** Largest body of a call, in bytes: nothing that is sent to any of them comes near it. */
const MAX_BODY_BYTES = 16 * 1024;

/** HTTP and sockets on one port, before anything listens at it. */
export interface Port {
  readonly http: FastifyInstance;
  readonly io: Server;
}

/** Makes what a server, or an edge process, listens with; `pollsPass` says whether all polls of a connection reach it. */
export function openPort(parts: Parts, limits: Limits, pollsPass: boolean): Port {
  const http = fastify({ logger: false, bodyLimit: MAX_BODY_BYTES, frameworkErrors: answerFrameworkError });
  const io = new Server(http.server, {
    ...socketTransports(pollsPass),
    serveClient: false,
    maxHttpBufferSize: MAX_UNTRUSTED_BYTES,
    perMessageDeflate: false,
    httpCompression: false,
    wsEngine: guardedWebSockets(limits),
  });
  parts.add('port', http, {
    drain: () => {
      for (const socket of io.sockets.sockets.values()) closeSocket(socket, 'shutdown');
    },
    stop: () => closePort(http, io),
  });
  return { http, io };
}
