import { broadcastRoom, showSlug, WATCHING_MS } from '@okboxbox/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ANONYMOUS, maySeeBroadcast, type Visitor } from '../../access/visitor.js';
import type { SegmentFile } from '../../directory/owner.js';
import { airedSession, airingOf, publicDelayState } from '../../directory/show-record.js';
import { CROWD, isCrowd } from '../crowd.js';
import type { Spectators } from '../spectators.js';
import { declareCalls, EVERYONE, PUBLISHED, parseInput, serve } from './call.js';
import { bestEncoding, type Encoding } from './encodings.js';
import { HttpProblem } from './problem.js';
import { linkQuery, type PublicDeps, publicCaller } from './public-calls.js';

export interface SegmentDeps extends PublicDeps {
  readonly spectators: Spectators;
  /** Calls for pointers, counted in the same way. */
  readonly pointerCalls: Spectators;
  /** How many viewers are in a room, over sockets. */
  readonly viewersIn: (room: string) => number;
}

/** How long caches keep a segment, in s: no pointer names it for longer, and it never changes. */
const KEPT_S = 3_600;

const ofShow = z.object({ show: showSlug.describe("The show's slug.") });
const ofSegment = ofShow.extend({ name: z.string().max(100).describe('The name, as the pointer has it.') });
const REFUSALS = {
  403: 'The link is not valid.',
  404: 'Nothing of the show is on air, or not for this caller.',
  503: 'The owner of the show is busy.',
};

/** The calls of those who read the public picture as files, which caches may keep. */
export const SEGMENT_CALLS = declareCalls({
  now: {
    method: 'GET',
    path: '/api/public/shows/:show/now.json',
    group: 'Public',
    title: 'Where the newest segments of a show are',
    about:
      'Ask once a second. Begin with the keyframe, then apply each segment behind it. For a published show a cache may keep ' +
      'the answer for one second, and so answer a crowd.',
    right: PUBLISHED,
    params: ofShow,
    query: linkQuery,
    answer: 'PublicPointer',
    refusals: REFUSALS,
  },
  file: {
    method: 'GET',
    path: '/api/public/shows/:show/s/:name.json',
    group: 'Public',
    title: 'A segment or keyframe of a show',
    about:
      'A keyframe has the whole public picture; a segment has what changed in about a second after it, as a `feed` message. ' +
      'Neither ever changes. What the pointer has not named for about ten seconds is not kept.',
    right: PUBLISHED,
    params: ofSegment,
    query: linkQuery,
    answer: {
      mediaType: 'application/json',
      about:
        'A keyframe: the position and the `state` of a join. A segment: a `feed` message. See `/api/asyncapi.json`.',
    },
    refusals: { ...REFUSALS, 404: `${REFUSALS[404].slice(0, -1)}, or there is no such segment any more.` },
  },
  crowd: {
    method: 'GET',
    path: '/api/public/shows/:show/crowd.json',
    group: 'Public',
    title: 'Whether pages are to read segments of a show',
    about: `True where a published show has ${CROWD} viewers or more, and a cache answers most of the calls for its pointer.`,
    right: EVERYONE,
    params: ofShow,
    answer: 'CrowdAnswer',
  },
  watching: {
    method: 'POST',
    path: '/api/public/shows/:show/watching',
    group: 'Public',
    title: 'Say that somebody watches',
    about:
      'From pages that read segments, each time after `againMs`: caches hide how many they are. Nothing about the caller is kept.',
    right: PUBLISHED,
    params: ofShow,
    query: linkQuery,
    answer: 'WatchingAnswer',
    refusals: REFUSALS,
  },
});

/** Serves `SEGMENT_CALLS` (contract, section 6; audience/SPEC.md, PUB-9 to PUB-13). */
export function serveSegmentCalls(http: FastifyInstance, deps: SegmentDeps): void {
  const { directory, spectators, pointerCalls, viewersIn } = deps;

  serve(http, SEGMENT_CALLS.now, async (request, reply) => {
    const { show, sees } = await callerAt(request, deps).catch((error: unknown) => {
      // A crowd that waits for a show asks for it as often as one that sees it.
      const isNothing = error instanceof HttpProblem && error.status === 404;
      if (isNothing && namesNobody(request)) void reply.header('cache-control', 'public, max-age=1');
      throw error;
    });
    pointerCalls.watches(show);
    const found = await (await directory.ownerOf(show)).segmentsNow(show);
    // What the right rests on may have changed while the owner was asked.
    if (found === null || !sees(found.sessionId)) throw notOnAir(show);
    const record = directory.show(show);
    const now = directory.now(show);
    const delay = publicDelayState(record, found.sessionId, 'public', now);
    keep(reply, sees(found.sessionId, ANONYMOUS), 'max-age=1');
    return { ...found, show, now, delay, look: record.look };
  });

  serve(http, SEGMENT_CALLS.file, async (request, reply) => {
    const { show, sees } = await callerAt(request, deps);
    const { name } = parseInput(ofSegment, request.params);
    const file = await (await directory.ownerOf(show)).segment(show, name);
    if (file === null || !sees(file.sessionId)) throw notOnAir(show);
    keep(reply, sees(file.sessionId, ANONYMOUS), `max-age=${KEPT_S}, immutable`);
    return sendFile(request, reply, file, name);
  });

  serve(http, SEGMENT_CALLS.crowd, async (request, reply) => {
    const { show } = parseInput(ofShow, request.params);
    const record = directory.show(show);
    const now = directory.now(show);
    const sessionId = airedSession(record, 'public', now);
    keep(reply, true, 'max-age=1');
    // The same for everyone, so that a cache can answer it: what only some may see has no crowd.
    if (sessionId === null) return { isCrowd: false };
    if (!maySeeBroadcast(ANONYMOUS, { sessionId, show }, airingOf(record, sessionId, 'public', now)))
      return { isCrowd: false };
    const viewers = viewersIn(broadcastRoom(sessionId, 'public'));
    return {
      isCrowd: isCrowd({ viewers, spectators: spectators.of(show), pointerCalls: pointerCalls.of(show) }),
    };
  });

  serve(http, SEGMENT_CALLS.watching, async (request) => {
    const { show } = await callerAt(request, deps);
    spectators.watches(show);
    return { againMs: WATCHING_MS };
  });
}

/** The show in the address, and whether the caller, or somebody else, sees one of its sessions in the public picture now. */
interface CallerAt {
  readonly show: string;
  readonly sees: (sessionId: string, who?: Visitor) => boolean;
}

/** @throws HttpProblem 401, 403; 404 where the caller sees nothing of the show */
async function callerAt(request: FastifyRequest, deps: SegmentDeps): Promise<CallerAt> {
  const { show } = parseInput(ofShow, request.params);
  const visitor = await publicCaller(request, deps);
  const { directory } = deps;
  const sees = (sessionId: string, who = visitor) =>
    maySeeBroadcast(who, { sessionId, show }, airingOf(directory.show(show), sessionId, 'public', directory.now(show)));
  const sessionId = airedSession(directory.show(show), 'public', directory.now(show));
  if (sessionId === null || !sees(sessionId)) throw notOnAir(show);
  return { show, sees };
}

/** Whether a call names nobody, so that its refusal is the same for everyone. */
function namesNobody({ headers, query }: FastifyRequest): boolean {
  return headers.authorization === undefined && (query as { link?: unknown }).link === undefined;
}

/** Lets caches keep an answer: those that others share where everyone may see it, otherwise the caller's own. */
function keep(reply: FastifyReply, isForEveryone: boolean, forHow: string): void {
  if (!isForEveryone) void reply.header('vary', 'authorization');
  void reply.header('cache-control', `${isForEveryone ? 'public' : 'private'}, ${forHow}`);
}

function sendFile(request: FastifyRequest, reply: FastifyReply, file: SegmentFile, name: string): FastifyReply {
  const encoding = bestEncoding(request.headers['accept-encoding']);
  const etag = `"${name}${encoding === 'identity' ? '' : `-${encoding}`}"`;
  const others = reply.getHeader('vary');
  void reply.headers({ etag, vary: others === undefined ? 'accept-encoding' : `accept-encoding, ${others}` });
  if (request.headers['if-none-match'] === etag) return reply.code(304).send();
  if (encoding !== 'identity') void reply.header('content-encoding', encoding);
  return reply.type('application/json; charset=utf-8').send(bytesOf(file, encoding));
}

function bytesOf({ json, gzip, brotli }: SegmentFile, encoding: Encoding): Buffer {
  return { identity: json, gzip, br: brotli }[encoding];
}

/** It does not say whether there is such a show. */
function notOnAir(show: string): HttpProblem {
  return new HttpProblem(404, `"${show}" is not on air.`);
}
