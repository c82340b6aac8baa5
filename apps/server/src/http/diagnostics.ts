import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Tokens } from '../access/tokens.js';
import { deny } from '../access/visitor.js';
import type { ConnectedRelays } from '../ingest/connected-relays.js';
import type { SessionRegistry } from '../session/registry.js';
import { syncedUpTo } from '../session/stream.js';
import { callerOf, problemOf } from './caller.js';
import { HttpProblem } from './problem.js';

export interface DiagnosticsWorld {
  readonly tokens: Tokens;
  readonly relays: ConnectedRelays;
  readonly registry: SessionRegistry;
  readonly version: string;
  readonly startedAt: number;
}

const parityQuery = z.object({ sessionId: z.string().max(100).optional() });

/** What is compared with a relay's own figures (contract, section 6): there where `DIAGNOSTICS_ENABLED` is on. */
export function serveDiagnostics(
  http: FastifyInstance,
  { tokens, relays, registry, version, startedAt }: DiagnosticsWorld,
): void {
  const guard = async (request: Parameters<typeof callerOf>[0]) => {
    const denial = deny(await callerOf(request, tokens), 'ops:read');
    if (denial) throw problemOf(denial);
  };

  http.get('/api/diagnostics/build', async (request) => {
    await guard(request);
    return { version, node: process.version, platform: process.platform, arch: process.arch, startedAt };
  });

  http.get('/api/diagnostics/parity', async (request) => {
    await guard(request);
    const query = parityQuery.safeParse(request.query);
    const sessionId = query.success ? query.data.sessionId : undefined;
    const sessions = [...registry.live].filter((session) => sessionId === undefined || session.id === sessionId);
    if (sessionId !== undefined && sessions.length === 0) {
      throw new HttpProblem(404, `No session ${sessionId} is running. GET /api/sessions lists those that are.`);
    }
    return {
      sessions: sessions.map((session) => ({
        sessionId: session.id,
        framesTotal: session.state.framesTotal,
        streams: session.state.streams.map((stream) => ({
          relayId: stream.relayId,
          run: stream.run,
          first: stream.first,
          taken: stream.last,
          acknowledged: syncedUpTo(stream),
          missing: stream.gaps.map(({ next, to }) => [next, to]),
        })),
        relays: relays.list(session.id),
      })),
    };
  });
}
