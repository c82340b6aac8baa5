import { type DryRunLine, showSlug } from '@okboxbox/protocol';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Limits } from '../../access/limits.js';
import type { Tokens } from '../../access/tokens.js';
import { deny } from '../../access/visitor.js';
import type { Directory } from '../../directory/directory.js';
import { followedBy } from '../../directory/following.js';
import { DIRECTOR_RIGHT } from '../director-calls.js';
import { declareCalls, parseInput, serve } from './call.js';
import { callerOf, problemOf } from './caller.js';
import { Downloads } from './downloads.js';
import { HttpProblem } from './problem.js';

export interface AutoCallsDeps {
  readonly directory: Directory;
  readonly tokens: Tokens;
  readonly limits: Limits;
}

const ofShow = z.object({ show: showSlug.describe("The show's slug.") });
const ofSession = z.object({
  session: z
    .string()
    .max(100)
    .optional()
    .describe('A session of the show, running or ended; the one that it follows where it is not named.'),
});

/** What a director asks of a show that runs itself, beside the acts. */
export const AUTO_CALLS = declareCalls({
  dryRun: {
    method: 'GET',
    path: '/api/shows/:show/auto/dry-run',
    group: 'Shows',
    title: 'What a show would have aired by itself',
    about:
      "Over a session of the show, by its rules of now, on the session's own clock. A long race takes seconds: lines with " +
      '`progress` (0 to 1) come first, then one with `dryRun` or with `failed`. Close the connection to cancel it.',
    right: { of: 'show', capability: DIRECTOR_RIGHT },
    params: ofShow,
    query: ofSession,
    answer: { mediaType: 'application/x-ndjson', about: 'One JSON object per line.' },
    refusals: {
      404: 'The show has no such session.',
      429: 'Too many long answers at once.',
      503: 'The owner of the show cannot be reached.',
    },
  },
});

/** Serves `AUTO_CALLS`. */
export function serveAutoCalls(http: FastifyInstance, { directory, tokens, limits }: AutoCallsDeps): void {
  const downloads = new Downloads(limits);

  serve(http, AUTO_CALLS.dryRun, async (request, reply) => {
    const visitor = await callerOf(request, tokens);
    const { show } = parseInput(ofShow, request.params);
    const { session } = parseInput(ofSession, request.query);
    const sessionId = session ?? followedBy(directory.show(show).following) ?? '';
    const denial = deny(visitor, DIRECTOR_RIGHT, { show, sessionId });
    if (denial !== null) throw problemOf(denial);
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const { desk } = await directory.ownerOf(show);
    const lines = await desk.dryRun(show, sessionId, gone.signal);
    if (lines === null) {
      const which = session === undefined ? 'no session yet' : `no session "${session}"`;
      throw new HttpProblem(404, `The show "${show}" has ${which}, or its timeline is not here.`);
    }
    const answer = downloads.begin(request, reply, visitor);
    return reply.type('application/x-ndjson; charset=utf-8').send(answer(jsonLines(lines)));
  });
}

async function* jsonLines(lines: AsyncIterable<DryRunLine>): AsyncGenerator<string> {
  for await (const line of lines) yield `${JSON.stringify(line)}\n`;
}
