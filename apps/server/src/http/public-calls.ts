import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { LinkError, type ShareLinks } from '../access/share-links.js';
import type { Tokens } from '../access/tokens.js';
import { maySeeBroadcast, type Visitor } from '../access/visitor.js';
import type { Audiences } from '../audience/audiences.js';
import type { BroadcastDelayService } from '../audience/broadcast-delay.js';
import type { SessionRegistry } from '../session/registry.js';
import { callerOf } from './caller.js';
import { wantsPage } from './pages.js';
import { HttpProblem } from './problem.js';
import { sendShared } from './shared-answers.js';

export interface PublicWorld {
  readonly registry: SessionRegistry;
  readonly audiences: Audiences;
  readonly broadcasts: BroadcastDelayService;
  readonly links: ShareLinks;
  readonly tokens: Tokens;
}

const oneSession = z.object({ id: z.string().max(100) });
const linkQuery = z.object({ link: z.string().max(100).optional() });

/** The calls of the public side: everything as of the instant that is on air, and only what is public. */
export function servePublicCalls(http: FastifyInstance, world: PublicWorld): void {
  http.get('/api/public/sessions/:id/timing', async (request, reply) => {
    const { id } = oneSession.parse(request.params);
    const visitor = await publicCaller(request, world);
    const { registry, broadcasts, audiences } = world;
    const nothing = new HttpProblem(404, `Nothing of "${id.slice(0, 100)}" is on air.`);
    const isSession = id.startsWith('sess_');
    const show = isSession ? registry.summary(id)?.show : registry.newestOf(id)?.show;
    if (show === undefined) throw nothing;
    const sessionId = isSession ? id : broadcasts.of(show).airedSession();
    if (sessionId === null) throw nothing;
    const isAllowed = () => maySeeBroadcast(visitor, { sessionId, show }, broadcasts.of(show).airing(sessionId));
    if (!isAllowed()) throw nothing;
    if (broadcasts.isAiring(sessionId)) {
      const feed = broadcasts.of(show).channel(sessionId)?.audience(0)?.feed;
      if (!feed) throw nothing;
      return sendShared(reply, feed.snapshots.timing);
    }
    const ended = await audiences.endedPublic(sessionId);
    if (ended === null || !isAllowed()) throw nothing;
    return sendShared(reply, ended.snapshots.timing);
  });

  http.get('/l/:code', async (request, reply) => {
    const { code } = z.object({ code: z.string().max(100) }).parse(request.params);
    try {
      const { show, link } = world.links.find(code);
      const query = new URLSearchParams({ link: code });
      const where = link.sessionId ?? show;
      if (link.kind === 'public')
        return reply.header('cache-control', 'no-store').redirect(`/public/${where}?${query}`);
      query.set(link.sessionId === null ? 'show' : 'session', where);
      return reply.header('cache-control', 'no-store').redirect(`/overlay/timing-tower?${query}`);
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      // A person is shown the page that says what is wrong with the link; it asks here again for the reason.
      if (wantsPage(request)) return reply.callNotFound();
      throw new HttpProblem(404, error.message);
    }
  });
}

/** Who calls: by token, or by the link in the address. */
async function publicCaller(request: FastifyRequest, { tokens, links }: PublicWorld): Promise<Visitor> {
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
