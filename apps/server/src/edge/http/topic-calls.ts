import { broadcastRoom, liveRoom, TOPIC_NAMES } from '@okboxbox/protocol';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { ANONYMOUS, maySeeBroadcast, pictureFor } from '../../access/visitor.js';
import type { TopicChunk } from '../../channel/topic-logs.js';
import { airingOf, isAiring } from '../../directory/show-record.js';
import { declareCalls, LIVE, PUBLISHED, serve } from './call.js';
import { callerOf, sessionFor } from './caller.js';
import { HttpProblem } from './problem.js';
import { linkQuery, type PublicDeps, publicCaller } from './public-calls.js';
import { sendShared } from './shared-answers.js';

/** How long a full chunk is kept in caches, in s: it never changes. */
const KEPT_S = 31_536_000;

const chunkParams = z.object({
  id: z.string().max(100).describe("The session's id."),
  topic: z.enum(TOPIC_NAMES).describe('Which log.'),
  epoch: z.string().max(100).describe('The epoch of the logs, from the state of a join.'),
  chunk: z.coerce.number().int().min(0).max(1_000_000).describe('Number of the chunk, from 0.'),
});
const CHUNK = 'topics/:topic/:epoch/:chunk';
const NO_CHUNK =
  'There is no such chunk. Join the session again: its state names the epoch and how many rows there are.';

/** The calls for chunks of a session's logs. */
export const TOPIC_CALLS = declareCalls({
  live: {
    method: 'GET',
    path: `/api/sessions/:id/${CHUNK}`,
    group: 'Sessions',
    title: "A chunk of one of a session's logs",
    about: 'Laps, gaps and race events. A full chunk never changes and may be kept in a private cache.',
    right: LIVE,
    params: chunkParams,
    answer: 'TopicChunkAnswer',
    refusals: { 404: NO_CHUNK, 503: 'The owner of the show is busy.' },
  },
  public: {
    method: 'GET',
    path: `/api/public/sessions/:id/${CHUNK}`,
    group: 'Public',
    title: "A chunk of one of a session's public logs",
    about: 'As far as the picture of the caller has come: the graphics with the right to them, else the public one.',
    right: PUBLISHED,
    params: chunkParams,
    query: linkQuery,
    answer: 'TopicChunkAnswer',
    refusals: { 403: 'The link is not valid.', 404: NO_CHUNK, 503: 'The owner of the show is busy.' },
  },
});

/**
 * The chunks of a session's topics (packages/protocol/SPEC.md, FEED-16), as far as the audience of the call has come. They
 * are finished bytes that all callers share, of a limited size: no download that takes a place of its own.
 */
export function serveTopicCalls(http: FastifyInstance, deps: PublicDeps): void {
  const { directory, channel, tokens } = deps;

  serve(http, TOPIC_CALLS.live, async (request, reply) => {
    const { id, topic, epoch, chunk } = parse(request.params);
    const visitor = await callerOf(request, tokens);
    const { sessionId, show } = sessionFor(visitor, 'session:live', directory, id);
    const source =
      channel.view(liveRoom(sessionId)) ?? (await (await directory.ownerOf(show)).lastState(sessionId, 'whole'));
    return sendChunk(reply, (await source?.chunk(topic, epoch, chunk)) ?? null, 'private');
  });

  serve(http, TOPIC_CALLS.public, async (request, reply) => {
    const { id, topic, epoch, chunk } = parse(request.params);
    const visitor = await publicCaller(request, deps);
    const show = directory.session(id)?.summary.show;
    if (show === undefined) throw new HttpProblem(404, NO_CHUNK);
    const place = { sessionId: id, show };
    const extra = pictureFor(visitor, place) === 'graphics' ? 0 : 'public';
    const isOpenFor = (who: typeof visitor) =>
      maySeeBroadcast(who, place, airingOf(directory.show(show), id, extra, directory.now(show)));
    if (!isOpenFor(visitor)) throw new HttpProblem(404, NO_CHUNK);
    const source = isAiring(directory.show(show), id)
      ? channel.view(broadcastRoom(id, extra))
      : await (await directory.ownerOf(show)).lastState(id, 'public');
    const found = (await source?.chunk(topic, epoch, chunk)) ?? null;
    // It may have been taken off the air while the owner was asked.
    if (!isOpenFor(visitor)) throw new HttpProblem(404, NO_CHUNK);
    // What only a token or a link opens stays out of caches that others share, and so does what has aired as graphics alone.
    return sendChunk(reply, found, extra === 'public' && isOpenFor(ANONYMOUS) ? 'public' : 'private');
  });
}

function sendChunk(reply: FastifyReply, found: TopicChunk | null, kept: 'public' | 'private'): FastifyReply {
  if (found === null) throw new HttpProblem(404, NO_CHUNK);
  // A cache gives a private answer only to those who show the same token.
  void reply.header('vary', 'authorization');
  if (found.isFull) void reply.header('cache-control', `${kept}, max-age=${KEPT_S}, immutable`);
  return sendShared(reply, found.json);
}

function parse(params: unknown): z.infer<typeof chunkParams> {
  const parsed = chunkParams.safeParse(params);
  if (!parsed.success) throw new HttpProblem(404, NO_CHUNK);
  return parsed.data;
}
