import { LOGO_TYPES, logoHash, MAX_LOGO_BYTES, MAX_LOGO_PX, showSlug } from '@okboxbox/protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { denyShown } from '../../access/visitor.js';
import type { Directory } from '../../directory/directory.js';
import { callOn } from '../director-acts.js';
import { DIRECTOR_RIGHT } from '../director-calls.js';
import { seenPicture } from '../seen-picture.js';
import { declareCalls, parseInput, serve } from './call.js';
import { callerOf, problemOf } from './caller.js';
import { HttpProblem } from './problem.js';
import { linkQuery, type PublicDeps, publicCaller } from './public-calls.js';
import { problemOfCall } from './show-actions.js';

const ofShow = z.object({ show: showSlug.describe("The show's slug.") });
const ofLogo = ofShow.extend({ hash: logoHash.describe('The name of the logo, as the show’s look has it.') });

/** The calls of logos: a director uploads one, and overlays load what the show's look names. */
export const LOGO_CALLS = declareCalls({
  upload: {
    method: 'POST',
    path: '/api/shows/:show/logo',
    group: 'Shows',
    title: 'Upload a logo',
    about:
      `At most ${MAX_LOGO_BYTES / 1024} KiB and ${MAX_LOGO_PX} px on each side, not animated. What it is, its content says. It is kept, and ` +
      'comes on air with `show:look`, which names it by its `hash`.',
    right: { of: 'show', capability: DIRECTOR_RIGHT },
    params: ofShow,
    file: { mediaTypes: LOGO_TYPES, maxBytes: MAX_LOGO_BYTES },
    answer: { acknowledges: ['LogoUploaded'] },
    refusals: {
      413: 'The file is too large.',
      415: 'The body is not a picture in PNG, JPEG or WebP.',
      503: 'It cannot be stored now, or the show has no owner now.',
    },
  },
  logo: {
    method: 'GET',
    path: '/api/shows/:show/logo/:hash',
    group: 'Shows',
    title: 'A logo of a show',
    about: 'The same for ever: a logo is named by its content.',
    right: { of: 'show', capability: 'broadcast:view', orLink: true },
    params: ofLogo,
    query: linkQuery,
    answer: { mediaType: 'image/*', about: 'The picture as it was uploaded.' },
    refusals: { 404: 'The show has no such logo.', 503: 'The owner of the show is busy.' },
  },
});

/** Serves `LOGO_CALLS`. */
export function serveLogoCalls(http: FastifyInstance, deps: PublicDeps): void {
  const { directory, tokens } = deps;
  const directorOf = async (request: FastifyRequest) => {
    const { show } = parseInput(ofShow, request.params);
    const visitor = await callerOf(request, tokens);
    return { show, who: whoDirects(visitor, directory, show) };
  };
  const upload = async (request: FastifyRequest) => {
    const { show, who } = await directorOf(request);
    if (!Buffer.isBuffer(request.body)) {
      throw new HttpProblem(
        415,
        `The body must be the picture, with one of the content types ${LOGO_TYPES.join(', ')}.`,
      );
    }
    const { desk } = await directory.ownerOf(show);
    return { ok: true as const, ...(await desk.addLogo(show, who, request.body)) };
  };
  // Who may not upload is refused before the file is read.
  serve(http, LOGO_CALLS.upload, upload, [async (request) => void (await directorOf(request))]);

  serve(http, LOGO_CALLS.logo, async (request, reply) => {
    const { show, hash } = parseInput(ofLogo, request.params);
    await mayLoad(request, show, deps);
    const { desk } = await directory.ownerOf(show);
    const logo = await desk.logo(show, hash);
    if (logo === null) throw new HttpProblem(404, `The show "${show}" has no such logo.`);
    return (
      reply
        .type(logo.type)
        // Nothing in it runs, wherever it is opened.
        .header('content-security-policy', "default-src 'none'; sandbox")
        .header('cache-control', 'private, max-age=31536000, immutable')
        .send(logo.bytes)
    );
  });
}

/** Who directs a show. @throws HttpProblem 401, 403 */
function whoDirects(visitor: Parameters<typeof callOn>[1], directory: Directory, show: string): string {
  try {
    return callOn(directory, visitor, 'look', { show }).who;
  } catch (error) {
    throw problemOfCall(error);
  }
}

/** Whether a caller may ask what is on air of the show. @throws HttpProblem 401, 403 */
async function mayLoad(request: FastifyRequest, show: string, deps: PublicDeps): Promise<void> {
  const visitor = await publicCaller(request, deps);
  const { directory } = deps;
  const { sessionId } = seenPicture(visitor, directory.show(show), {}, directory.now(show));
  // A link to one session of the show opens it as well: the look is the show's.
  const named = visitor.kind === 'link' ? visitor.sessionId : null;
  const denial = denyShown(visitor, { show, sessionId: named ?? sessionId ?? '' });
  if (denial !== null) throw problemOf(denial);
}
