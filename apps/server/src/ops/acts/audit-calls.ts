import type { AuditAnswer, AuditEntry } from '@okboxbox/protocol';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Tokens } from '../../access/tokens.js';
import { HttpProblem } from '../../http/problem.js';
import type { StoredAct } from '../../store/store.js';
import { parseInput } from '../call-input.js';
import { requireOpsRead } from '../ops-calls.js';
import type { OpsHands } from './ops-hands.js';

const auditQuery = z.object({
  limit: z.coerce.number().int().min(1).max(1_000).default(200),
  before: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
});

/** `GET /api/ops/audit`: who did what, of directors, operators and administrators, newest first; with `ops:read`. */
export function serveAudit(http: FastifyInstance, tokens: Tokens, hands: OpsHands): void {
  http.get('/api/ops/audit', async (request): Promise<AuditAnswer> => {
    await requireOpsRead(request, tokens);
    const { limit, before } = parseInput(auditQuery, request.query);
    // One more than asked for tells whether there is more.
    const found = await read(hands, limit + 1, before);
    const entries = found.slice(0, limit).map(auditEntry);
    const next = found.length > limit ? (entries.at(-1)?.id ?? null) : null;
    return { entries, before: next, waiting: hands.auditsWaiting() };
  });
}

/** An act as it is told. */
export function auditEntry({ detail, ...act }: StoredAct): AuditEntry {
  return { ...act, detail: recordOf(detail) };
}

async function read(hands: OpsHands, limit: number, before: number | undefined): Promise<readonly StoredAct[]> {
  const health = hands.storeHealth();
  if (health.state === 'starting') throw new HttpProblem(503, 'The database is still starting. Try again in a moment.');
  if (health.state === 'away') throw away(health.because);
  try {
    return await hands.audits(limit, before);
  } catch (error) {
    throw away(error instanceof Error ? error.message : String(error));
  }
}

/** The trail is in the database alone: without it there is nothing to show. */
function away(because: string): HttpProblem {
  return new HttpProblem(
    503,
    `The audit trail cannot be read while the database is away (${because}). What has been stored is there again with it.`,
  );
}

function recordOf(detail: unknown): Readonly<Record<string, unknown>> {
  return typeof detail === 'object' && detail !== null ? (detail as Record<string, unknown>) : { detail };
}
