import { broadcastRoom, USUAL_OVERLAY } from '@okboxbox/protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { LinkError, type ShareLinks } from '../../access/share-links.js';
import type { Tokens } from '../../access/tokens.js';
import { maySeeBroadcast, type Visitor } from '../../access/visitor.js';
import type { EdgeChannel } from '../../channel/channel.js';
import type { Directory } from '../../directory/directory.js';
import { airedSession, airingOf, isAiring } from '../../directory/show-record.js';
import { declareCalls, EVERYONE, PUBLISHED, parseInput, serve } from './call.js';
import { callerOf } from './caller.js';
import { wantsPage } from './pages.js';
import { HttpProblem } from './problem.js';
import { sendShared } from './shared-answers.js';

export interface PublicDeps {
  readonly directory: Directory;
  readonly channel: EdgeChannel;
  readonly links: ShareLinks;
  readonly tokens: Tokens;
}

/** A link in the query opens what a token would. */
export const linkQuery = z.object({
  link: z.string().max(100).optional().describe('The code of a share link, for a caller without a token.'),
});

/** The calls of the public side. */
export const PUBLIC_CALLS = declareCalls({
  timing: {
    method: 'GET',
    path: '/api/public/sessions/:id/timing',
    group: 'Public',
    title: 'Public timing of a session or show',
    about: 'As of the instant of the public picture, whatever the caller may see elsewhere, and only what is public.',
    right: PUBLISHED,
    params: z.object({ id: z.string().max(100).describe("The session's id, or the show's slug.") }),
    query: linkQuery,
    answer: 'TimingAnswer',
    refusals: { 403: 'The link is not valid.', 404: 'It is not on air.', 503: 'The owner of the show is busy.' },
  },
  link: {
    method: 'GET',
    path: '/l/:code',
    group: 'Public',
    title: 'Open a share link',
    right: EVERYONE,
    params: z.object({ code: z.string().max(100).describe("The link's code.") }),
    answer: { mediaType: null, about: 'Redirect to the page or overlay that the link opens.' },
    status: 302,
    refusals: { 404: 'The link is unknown, revoked or expired.' },
  },
});

/** The calls of the public side: everything as of the instant that is on air, and only what is public. */
export function servePublicCalls(http: FastifyInstance, deps: PublicDeps): void {
  serve(http, PUBLIC_CALLS.timing, async (request, reply) => {
    const { id } = parseInput(PUBLIC_CALLS.timing.params, request.params);
    const visitor = await publicCaller(request, deps);
    const { directory, channel } = deps;
    const nothing = new HttpProblem(404, `"${id.slice(0, 100)}" is not on air.`);
    const isSession = id.startsWith('sess_');
    const show = isSession ? directory.session(id)?.summary.show : directory.newestOf(id)?.summary.show;
    if (show === undefined) throw nothing;
    const sessionId = isSession ? id : airedSession(directory.show(show), 'public', directory.now(show));
    if (sessionId === null) throw nothing;
    const isAllowed = () =>
      maySeeBroadcast(
        visitor,
        { sessionId, show },
        airingOf(directory.show(show), sessionId, 'public', directory.now(show)),
      );
    if (!isAllowed()) throw nothing;
    const view = channel.view(broadcastRoom(sessionId, 'public'));
    if (view !== undefined) return sendShared(reply, view.snapshots.timing);
    if (isAiring(directory.show(show), sessionId)) throw nothing;
    const ended = await (await directory.ownerOf(show)).lastState(sessionId, 'public');
    // What the right rests on may have changed while the owner was asked.
    if (ended === null || !isAllowed() || isAiring(directory.show(show), sessionId)) throw nothing;
    return sendShared(reply, ended.snapshots.timing);
  });

  serve(http, PUBLIC_CALLS.link, async (request, reply) => {
    const { code } = parseInput(PUBLIC_CALLS.link.params, request.params);
    try {
      const { show, link } = deps.links.find(code);
      const query = new URLSearchParams({ link: code });
      const where = link.sessionId ?? show;
      if (link.kind === 'public')
        return reply.header('cache-control', 'no-store').redirect(`/public/${where}?${query}`);
      query.set(link.sessionId === null ? 'show' : 'session', where);
      const overlay = link.overlay ?? USUAL_OVERLAY;
      return reply.header('cache-control', 'no-store').redirect(`/overlay/${overlay}?${query}`);
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      // A person is shown the page that says what is wrong with the link; it asks here again for the reason.
      if (wantsPage(request)) {
        reply.callNotFound();
        return reply;
      }
      throw new HttpProblem(404, error.message);
    }
  });
}

/**
 * Who calls: by token, or by the link in the address.
 * @throws HttpProblem as `callerOf` does; 403 where the link is not valid any more
 */
export async function publicCaller(request: FastifyRequest, { tokens, links }: PublicDeps): Promise<Visitor> {
  const visitor = await callerOf(request, tokens);
  const query = linkQuery.safeParse(request.query);
  if (visitor.kind !== 'anonymous' || !query.success || query.data.link === undefined) return visitor;
  try {
    const byLink = links.visitor(query.data.link);
    request.holdRight(byLink);
    return byLink;
  } catch (error) {
    if (error instanceof LinkError) throw new HttpProblem(403, error.message);
    throw error;
  }
}
