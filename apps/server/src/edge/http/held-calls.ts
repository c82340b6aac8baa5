import type { Socket } from 'node:net';
import { RIGHT_ENDED } from '@okboxbox/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { OpenRights } from '../../access/open-rights.js';
import type { Visitor } from '../../access/visitor.js';
import type { Logger } from '../../log.js';
import type { Taps } from '../../taps.js';
import { HttpProblem, sendProblem } from './problem.js';

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * Ties the answer to the right that it is given by: from then on it ends when that right does.
     * @throws HttpProblem 401 where the right has ended already
     */
    holdRight(visitor: Visitor): void;
  }
}

export interface HeldCallsDeps {
  readonly rights: OpenRights;
  readonly log: Logger;
  readonly taps?: Taps;
}

/**
 * Makes every call end with the right of its caller, however long its answer takes: one that has not begun is refused, and
 * one that is being sent is cut off, together with what the system still holds of it for a slow reader.
 */
export function holdCalls(http: FastifyInstance, { rights, log, taps }: HeldCallsDeps): void {
  const replies = new WeakMap<FastifyRequest, FastifyReply>();
  http.addHook('onRequest', (request, reply, done) => {
    replies.set(request, reply);
    done();
  });
  http.decorateRequest('holdRight', function (this: FastifyRequest, visitor: Visitor): void {
    const reply = replies.get(this);
    const path = this.routeOptions.url ?? 'unknown path';
    let ended: string | null = null;
    let isHeld = false;
    const release = rights.hold(visitor, (reason) => {
      ended = RIGHT_ENDED[reason];
      if (!isHeld || reply === undefined) return;
      log.info({ path, reason }, 'a call is ended with the right of its caller');
      taps?.refusal.emit?.({
        from: 'http',
        socketId: null,
        where: path,
        code: 'unauthenticated',
        message: ended,
        capability: null,
      });
      endCall(reply, ended);
    });
    if (ended !== null) throw new HttpProblem(401, ended);
    isHeld = true;
    // A caller that has gone meanwhile closes nothing any more.
    if (reply === undefined || reply.raw.closed) release();
    else reply.raw.once('close', release);
  });
}

function endCall(reply: FastifyReply, because: string): void {
  if (!reply.raw.headersSent && !reply.sent) sendProblem(reply, 401, because);
  else if (reply.raw.socket !== null) cutOff(reply.raw.socket);
}

/** Drops what waits to be sent as well. A socket of this machine's own cannot be reset: its end is as sudden there. */
function cutOff(socket: Socket): void {
  if (socket.remoteAddress === undefined) socket.destroy();
  else socket.resetAndDestroy();
}
