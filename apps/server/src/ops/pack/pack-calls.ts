import { Readable } from 'node:stream';
import { MAX_SAMPLE_S, PACK_SECTIONS, type PackManifest } from '@okboxbox/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Tokens } from '../../access/tokens.js';
import { denyWholeServer } from '../../access/visitor.js';
import { callerOf, problemOf } from '../../http/caller.js';
import { HttpProblem } from '../../http/problem.js';
import type { SessionRegistry } from '../../session/registry.js';
import { parseInput } from '../call-input.js';
import { FileError } from './pack-file.js';
import { BusyError, type ReadyPack, type SupportPacks } from './support-packs.js';

/** How long somebody may take to fetch a pack, in ms: meanwhile nobody else gets one. */
const SEND_MS = 600_000;

const packRequest = z
  .object({
    sessionId: z.string().min(1).max(100).optional(),
    traceId: z.string().min(1).max(100).optional(),
    includeConfig: z.boolean().optional(),
    without: z.array(z.enum(PACK_SECTIONS)).max(PACK_SECTIONS.length).optional(),
    sampleSec: z.number().int().min(0).max(MAX_SAMPLE_S).optional(),
  })
  .strict();

export interface PackCallsWorld {
  readonly tokens: Tokens;
  readonly registry: SessionRegistry;
  readonly packs: SupportPacks;
  /** The session that a trace is of; `null` where there is no such trace. */
  readonly sessionOfTrace: (traceId: string) => string | null;
  readonly audit: (who: string, action: string, detail: object) => void;
}

/** `POST /api/ops/support-pack` and its preview: there where `OPS_UI_ENABLED` is on, with `ops:read`. */
export function servePackCalls(http: FastifyInstance, world: PackCallsWorld): void {
  http.post('/api/ops/support-pack', async (request, reply) => {
    const { pack, name } = await packFor(world, 'support_pack.made', request, reply);
    const body = Readable.from(pack.read(), { objectMode: false });
    const late = setTimeout(() => body.destroy(), SEND_MS);
    body.once('close', () => {
      clearTimeout(late);
      void pack.close();
    });
    return reply
      .header('content-type', 'application/json; charset=utf-8')
      .header('content-length', pack.bytes)
      .header('cache-control', 'no-store')
      .header('content-disposition', `attachment; filename="${name}"`)
      .send(body);
  });

  http.post('/api/ops/support-pack/preview', async (request, reply): Promise<PackManifest> => {
    const { pack } = await packFor(world, 'support_pack.previewed', request, reply);
    await pack.close();
    return pack.manifest;
  });
}

async function packFor(
  { tokens, registry, packs, sessionOfTrace, audit }: PackCallsWorld,
  act: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<{ readonly pack: ReadyPack; readonly name: string }> {
  const caller = await callerOf(request, tokens);
  const denial = denyWholeServer(caller, 'ops:read');
  if (denial) throw problemOf(denial);
  const wanted = parseInput(packRequest, request.body ?? {});
  if (wanted.sessionId !== undefined && registry.summary(wanted.sessionId) === undefined) {
    throw new HttpProblem(404, `There is no session "${wanted.sessionId}". GET /api/ops/sessions lists them.`);
  }
  if (wanted.traceId !== undefined) {
    const traced = sessionOfTrace(wanted.traceId);
    if (traced === null)
      throw new HttpProblem(404, `There is no trace "${wanted.traceId}", or it has been forgotten. Start another.`);
    // A pack of one session promises to hold nothing of any other.
    if (wanted.sessionId !== undefined && traced !== wanted.sessionId)
      throw new HttpProblem(
        400,
        'The trace is of another session than the pack. Name the session that was traced, or leave one of them out.',
      );
  }
  const gone = new AbortController();
  const onClose = () => gone.abort();
  reply.raw.once('close', onClose);
  const bearer = request.headers.authorization?.split(/\s+/)[1] ?? null;
  const pack = await packs.make(wanted, bearer, gone.signal).catch((error: unknown) => {
    throw gone.signal.aborted ? new HttpProblem(499, 'Whoever asked for the pack has gone.') : problemOfPack(error);
  });
  reply.raw.off('close', onClose);
  audit(caller.kind === 'token' ? caller.claims.sub : '', act, { ...wanted, bytes: pack.bytes });
  const at = new Date(pack.manifest.createdAt).toISOString().replaceAll(/[:.]/g, '-');
  return { pack, name: `okboxbox-support-pack-${at}.json` };
}

function problemOfPack(error: unknown): unknown {
  if (error instanceof BusyError) return new HttpProblem(429, error.message);
  if (error instanceof FileError) {
    return new HttpProblem(503, `${error.message} Make room on the disk of DATA_DIR, or leave parts out ("without").`);
  }
  return error;
}
