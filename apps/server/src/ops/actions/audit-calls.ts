import type { AuditAnswer, AuditEntry } from '@okboxbox/protocol';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Tokens } from '../../access/tokens.js';
import { declareCalls, parseInput, serve } from '../../edge/http/call.js';
import { HttpProblem } from '../../edge/http/problem.js';
import type { StoredAct } from '../../store/store.js';
import { OPS_LOOK, requireOpsRead } from '../http-call.js';
import type { OpsActions } from './ops-actions.js';

/** The call of the audit. */
export const AUDIT_CALLS = declareCalls({
  read: {
    ...OPS_LOOK,
    method: 'GET',
    path: '/api/ops/audit',
    title: 'Who did what, newest first',
    query: z.object({
      limit: z.coerce.number().int().min(1).max(1_000).default(200).describe('Entries of the answer.'),
      before: z.coerce
        .number()
        .int()
        .min(1)
        .max(Number.MAX_SAFE_INTEGER)
        .optional()
        .describe('Only entries with a smaller id.'),
    }),
    answer: 'AuditAnswer',
    refusals: { 503: 'The database is starting, or away.' },
  },
});

/** `GET /api/ops/audit`: who did what, of directors, operators and administrators, newest first; with `ops:read`. */
export function serveAudit(http: FastifyInstance, tokens: Tokens, actions: OpsActions): void {
  serve(http, AUDIT_CALLS.read, async (request): Promise<AuditAnswer> => {
    await requireOpsRead(request, tokens);
    const { limit, before } = parseInput(AUDIT_CALLS.read.query, request.query);
    // One more than asked for tells whether there is more.
    const found = await read(actions, limit + 1, before);
    const entries = found.slice(0, limit).map(auditEntry);
    const next = found.length > limit ? (entries.at(-1)?.id ?? null) : null;
    return { entries, before: next, waiting: actions.auditsWaiting() };
  });
}

/** An act as it is told. */
export function auditEntry({ detail, ...act }: StoredAct): AuditEntry {
  return { ...act, detail: recordOf(detail) };
}

async function read(actions: OpsActions, limit: number, before: number | undefined): Promise<readonly StoredAct[]> {
  const health = actions.storeHealth();
  if (health.state === 'starting') throw new HttpProblem(503, 'The database is still starting. Try again in a moment.');
  if (health.state === 'away') throw away(health.because);
  try {
    return await actions.audits(limit, before);
  } catch (error) {
    throw away(error instanceof Error ? error.message : String(error));
  }
}

/** The trail is in the database alone: without it there is nothing to show. */
function away(because: string): HttpProblem {
  return new HttpProblem(
    503,
    `The audit trail cannot be read while the database is away (${because}). Stored entries are readable again when it is back.`,
  );
}

function recordOf(detail: unknown): Readonly<Record<string, unknown>> {
  return typeof detail === 'object' && detail !== null ? (detail as Record<string, unknown>) : { detail };
}
