import type { FastifyReply } from 'fastify';
import type { SharedJson } from '../../channel/shared-json.js';

/** Answers with JSON that many callers share: its bytes are sent as they are. */
export function sendShared(reply: FastifyReply, { bytes }: SharedJson): FastifyReply {
  return reply.type('application/json; charset=utf-8').send(bytes);
}
