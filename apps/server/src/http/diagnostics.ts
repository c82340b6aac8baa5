import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Tokens } from '../access/tokens.js';
import { denyWholeServer } from '../access/visitor.js';
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
  readonly gitSha: string | null;
  readonly startedAt: number;
}

const parityQuery = z.object({ sessionId: z.string().max(100).optional() });

/** What is compared with a relay's own figures (contract, section 6): there where `DIAGNOSTICS_ENABLED` is on. */
export function serveDiagnostics(
  http: FastifyInstance,
  { tokens, relays, registry, version, gitSha, startedAt }: DiagnosticsWorld,
): void {
  const guard = async (request: Parameters<typeof callerOf>[0]) => {
    const denial = denyWholeServer(await callerOf(request, tokens), 'ops:read');
    if (denial) throw problemOf(denial);
  };

  http.get('/api/diagnostics/build', async (request) => {
    await guard(request);
    return {
      ...{ version, gitSha, startedAt: Math.round(startedAt) },
      ...{ node: process.version, platform: process.platform, arch: process.arch },
    };
  });

  http.get('/api/diagnostics/parity', async (request) => {
    await guard(request);
    const query = parityQuery.safeParse(request.query);
    const sessionId = query.success ? query.data.sessionId : undefined;
    const parity = parityOf(registry, relays, sessionId ?? null);
    if (sessionId !== undefined && parity.sessions.length === 0) {
      throw new HttpProblem(404, `No session ${sessionId} is running. GET /api/sessions lists those that are.`);
    }
    return parity;
  });
}

/** Frames of a session that runs, or of all, per stream and relay, against what was acknowledged. */
export function parityOf(registry: SessionRegistry, relays: ConnectedRelays, sessionId: string | null) {
  const sessions = [...registry.live].filter((session) => sessionId === null || session.id === sessionId);
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
}
