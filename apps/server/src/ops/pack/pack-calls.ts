import { Readable } from 'node:stream';
import {
  MAX_SAMPLE_S,
  PACK_SECTIONS,
  type PackFreeTextAnswer,
  type PackManifest,
  type PackRequest,
} from '@okboxbox/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Tokens } from '../../access/tokens.js';
import { denyWholeServer } from '../../access/visitor.js';
import { declareCalls, parseInput, serve } from '../../edge/http/call.js';
import { callerOf, problemOf } from '../../edge/http/caller.js';
import { HttpProblem } from '../../edge/http/problem.js';
import type { SessionRegistry } from '../../owner/session/registry.js';
import { OPS_LOOK } from '../http-call.js';
import { FileError } from './pack-file.js';
import { BusyError, type ReadyPack, type SupportPacks } from './support-packs.js';

/** How long somebody may take to fetch a pack, in ms: meanwhile nobody else gets one. */
const SEND_MS = 600_000;

/** Texts that can be chosen for a pack. */
const MOST_FREE_TEXTS = 2_000;

const packRequest = z
  .object({
    sessionId: z.string().min(1).max(100).optional(),
    traceId: z.string().min(1).max(100).optional(),
    includeConfig: z.boolean().optional(),
    without: z.array(z.enum(PACK_SECTIONS)).max(PACK_SECTIONS.length).optional(),
    sampleSec: z.number().int().min(0).max(MAX_SAMPLE_S).optional(),
    includeFreeText: z.union([z.boolean(), z.array(z.string().max(100)).max(MOST_FREE_TEXTS)]).optional(),
  })
  .strict();

/** Nothing is sampled for a list of texts: all that can be chosen is in it. */
const ALL_FREE_TEXT: PackRequest = { includeFreeText: true, sampleSec: 0 };

/** The calls of support packs. */
export const PACK_CALLS = declareCalls({
  download: {
    ...OPS_LOOK,
    method: 'POST',
    path: '/api/ops/support-pack',
    title: 'Download a support pack',
    about: 'One JSON document, `manifest` first.',
    body: packRequest,
    answer: 'SupportPack',
    refusals: {
      404: 'There is no such session or trace.',
      429: 'Another pack is being made.',
      503: 'The disk is full.',
    },
  },
  preview: {
    ...OPS_LOOK,
    method: 'POST',
    path: '/api/ops/support-pack/preview',
    title: 'What a support pack would hold',
    body: packRequest,
    answer: 'PackManifest',
    refusals: {
      404: 'There is no such session or trace.',
      429: 'Another pack is being made.',
      503: 'The disk is full.',
    },
  },
  freeText: {
    ...OPS_LOOK,
    method: 'POST',
    path: '/api/ops/support-pack/free-text',
    title: 'Free text that a support pack can hold',
    about: 'Texts that people typed or relays said, each as the pack would have it. A pack leaves them out by default.',
    body: packRequest,
    answer: 'PackFreeTextAnswer',
    refusals: {
      404: 'There is no such session or trace.',
      429: 'Another pack is being made.',
      503: 'The disk is full.',
    },
  },
});

export interface PackCallsDeps {
  readonly tokens: Tokens;
  readonly registry: SessionRegistry;
  readonly packs: SupportPacks;
  /** The session that a trace is of; `null` where there is no such trace. */
  readonly sessionOfTrace: (traceId: string) => string | null;
  readonly audit: (who: string, action: string, detail: object) => void;
}

/** `POST /api/ops/support-pack` and its preview: there where `OPS_UI_ENABLED` is on, with `ops:read`. */
export function servePackCalls(http: FastifyInstance, deps: PackCallsDeps): void {
  serve(http, PACK_CALLS.download, async (request, reply) => {
    const { pack, name } = await packFor(deps, 'support_pack.made', request, reply);
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

  serve(http, PACK_CALLS.preview, async (request, reply): Promise<PackManifest> => {
    const { pack } = await packFor(deps, 'support_pack.previewed', request, reply);
    await pack.close();
    return pack.manifest;
  });

  serve(http, PACK_CALLS.freeText, async (request, reply): Promise<PackFreeTextAnswer> => {
    const { pack } = await packFor(deps, 'support_pack.free_text', request, reply, ALL_FREE_TEXT);
    await pack.close();
    return { texts: pack.freeTexts() };
  });
}

async function packFor(
  { tokens, registry, packs, sessionOfTrace, audit }: PackCallsDeps,
  act: string,
  request: FastifyRequest,
  reply: FastifyReply,
  instead: PackRequest = {},
): Promise<{ readonly pack: ReadyPack; readonly name: string }> {
  const caller = await callerOf(request, tokens);
  const denial = denyWholeServer(caller, 'ops:read');
  if (denial) throw problemOf(denial);
  const wanted = { ...parseInput(packRequest, request.body ?? {}), ...instead };
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
    throw gone.signal.aborted
      ? new HttpProblem(499, 'The client closed the connection before the pack was made.')
      : problemOfPack(error);
  });
  reply.raw.off('close', onClose);
  const { includeFreeText: _keys, ...noted } = wanted;
  audit(caller.kind === 'token' ? caller.claims.sub : '', act, {
    ...noted,
    freeTexts: pack.manifest.freeText?.included ?? 0,
    bytes: pack.bytes,
  });
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
