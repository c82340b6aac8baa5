import type { FastifyReply } from 'fastify';
import { timingAnswerOf } from '../audience/feed-view.js';
import { SharedJson } from '../hub/shared-json.js';
import type { SessionState } from '../session/session-state.js';

/** Answers with JSON that many callers share: its bytes are sent as they are. */
export function sendShared(reply: FastifyReply, { bytes }: SharedJson): FastifyReply {
  return reply.type('application/json; charset=utf-8').send(bytes);
}

/** The timing answers of running sessions, each made once for everyone who asks before its state changes. */
export class LiveTimings {
  readonly #made = new WeakMap<SessionState, { readonly revision: number; readonly json: SharedJson }>();

  of(state: SessionState): SharedJson {
    const { revision } = state;
    const known = this.#made.get(state);
    if (known?.revision === revision) return known.json;
    const json = new SharedJson(JSON.stringify(timingAnswerOf(state)));
    this.#made.set(state, { revision, json });
    return json;
  }
}
