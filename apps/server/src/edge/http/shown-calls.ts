import {
  broadcastRoom,
  type DelayStateName,
  type ExtraDelay,
  type FeedState,
  NOTHING_CUED,
  type OnAir,
  pictureOf,
  showSlug,
  type Watcher,
} from '@okboxbox/protocol';
import { filledTo, hasClass, onAirAt, type TableRow, tableRows } from '@okboxbox/race-view';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { denyShown, maySeeBroadcast } from '../../access/visitor.js';
import { airingOf, isAiring, publicDelayState } from '../../directory/show-record.js';
import { seenPicture } from '../seen-picture.js';
import { declareCalls, parseInput, type Right, serve } from './call.js';
import { problemOf } from './caller.js';
import { HttpProblem } from './problem.js';
import { linkQuery, type PublicDeps, publicCaller } from './public-calls.js';
import { tableCsv, tableXml } from './table-text.js';

export interface ShownDeps extends PublicDeps {
  /** Overlays and pages that show it now, as they have reported. */
  readonly watchers: (show: string) => { readonly watchers: readonly Watcher[]; readonly publicViewers: number };
}

/** What a show has on air, in few words: the answer of `GET /api/shows/:show/state`. */
export interface ShownState {
  /** The session that is on air; `null` before anything is. */
  readonly sessionId: string | null;
  /** How far behind the caller's picture is set to be, in ms. */
  readonly delayMs: number;
  /** How much later than that the public picture is set to be, in ms; `null` for those who see the public picture. */
  readonly publicExtraMs: number | null;
  readonly state: DelayStateName;
  readonly published: boolean;
  /** The slots at the instant that is on air, without what has left by itself. */
  readonly onAir: OnAir;
  /** The car that the sim's camera shows, by its index; `null` where nobody says it. */
  readonly camera: number | null;
  /** Who shows it; `null` for those who see the public picture. */
  readonly outputs: ShownOutputs | null;
}

/** How many outputs and viewers a show has. */
export interface ShownOutputs {
  readonly overlays: number;
  /** Overlays that OBS shows now, as they say; those that cannot say count. */
  readonly visible: number;
  /** Overlays that have reported an error. */
  readonly failing: number;
  readonly publicViewers: number;
}

/** The most rows that a table may be asked for: no field is larger. */
const MOST_ROWS = 200;
const SHOWN: Right = { of: 'show', capability: 'broadcast:view', orLink: true };
const ofShow = z.object({ show: showSlug.describe("The show's slug.") });
const tableQuery = linkQuery.extend({
  rows: z.coerce
    .number()
    .int()
    .min(1)
    .max(MOST_ROWS)
    .optional()
    .describe('Exactly this many rows; those behind the last car are empty. Otherwise one for each car.'),
  class: z.string().max(100).optional().describe("The cars of one class alone, by the class's id or name."),
});
const REFUSALS = { 404: 'The show is not on air for this caller.', 503: 'The owner of the show is busy.' };
const table = {
  method: 'GET',
  group: 'Shows',
  about: 'As of the instant of the picture that the caller sees. Texts are ready to show: `+1.284`, `2 L`.',
  right: SHOWN,
  params: ofShow,
  query: tableQuery,
  refusals: { ...REFUSALS, 404: `${REFUSALS[404].slice(0, -1)}, or the session has no such class.` },
} as const;

/** What is on air of a show, for programs beside OBS. */
export const SHOWN_CALLS = declareCalls({
  state: {
    method: 'GET',
    path: '/api/shows/:show/state',
    group: 'Shows',
    title: 'What a show has on air',
    about: 'Small, to be asked again and again. As of the instant of the picture that the caller sees.',
    right: SHOWN,
    params: ofShow,
    query: linkQuery,
    answer: 'ShownState',
    refusals: REFUSALS,
  },
  csv: {
    ...table,
    path: '/api/shows/:show/table.csv',
    title: 'The classification as CSV',
    answer: { mediaType: 'text/csv', about: 'The columns in the first line, then a line for each row.' },
  },
  json: {
    ...table,
    path: '/api/shows/:show/table.json',
    title: 'The classification as a JSON array of texts',
    answer: 'TableRows',
  },
  xml: {
    ...table,
    path: '/api/shows/:show/table.xml',
    title: 'The classification as XML',
    answer: { mediaType: 'application/xml', about: 'A `table` of `row` elements, with an element for each column.' },
  },
});

/** What a caller sees of a show. */
interface Shown {
  readonly show: string;
  readonly extra: ExtraDelay;
  readonly sessionId: string | null;
  /** `null` where nothing has aired. */
  readonly picture: { readonly at: number | null; readonly race: FeedState } | null;
}

/** Serves `SHOWN_CALLS` (contract, section 6). Each answers from the mirror of the picture that the caller sees. */
export function serveShownCalls(http: FastifyInstance, deps: ShownDeps): void {
  serve(http, SHOWN_CALLS.state, async (request) => stateOf(deps, await shownTo(request, deps)));

  const rows = async (request: FastifyRequest): Promise<readonly TableRow[]> => {
    const query = parseInput(tableQuery, request.query);
    const { picture } = await shownTo(request, deps);
    if (picture !== null && query.class !== undefined) needClass(picture.race, query.class);
    const all = picture === null ? [] : tableRows(picture.race, query.class ?? null);
    return filledTo(all, query.rows ?? all.length);
  };
  serve(http, SHOWN_CALLS.json, (request) => rows(request));
  serve(http, SHOWN_CALLS.csv, async (request, reply) =>
    reply.type('text/csv; charset=utf-8').send(tableCsv(await rows(request))),
  );
  serve(http, SHOWN_CALLS.xml, async (request, reply) =>
    reply.type('application/xml; charset=utf-8').send(tableXml(await rows(request))),
  );
}

/** @throws HttpProblem 404 where the session has no such class */
function needClass(race: FeedState, wanted: string): void {
  if (hasClass(race, wanted)) return;
  const names = race.session.classes.map(({ name, id }) => name || id).join(', ');
  const there = names === '' ? 'The session has no classes.' : `The session has: ${names}.`;
  throw new HttpProblem(404, `There is no class "${wanted}". ${there}`);
}

function stateOf({ directory, watchers }: ShownDeps, { show, extra, sessionId, picture }: Shown): ShownState {
  const record = directory.show(show);
  const delay = publicDelayState(record, sessionId ?? '', pictureOf(extra), directory.now(show));
  const { delayMs } = delay;
  // Where nothing has aired (SPEC.md, DLY-8), whether there is a session yet or not.
  const state = sessionId === null && delay.state !== 'paused' ? 'holding' : delay.state;
  const isOfGraphics = pictureOf(extra) === 'graphics';
  const publicExtraMs = isOfGraphics ? record.publicExtraMs : null;
  const onAir = picture === null ? NOTHING_CUED : onAirAt(picture.race.onAir, picture.at);
  const outputs = isOfGraphics ? outputsOf(watchers(show)) : null;
  const camera = picture?.race.camera ?? null;
  return { sessionId, delayMs, publicExtraMs, state, published: record.published, onAir, camera, outputs };
}

function outputsOf({ watchers, publicViewers }: ReturnType<ShownDeps['watchers']>): ShownOutputs {
  const overlays = watchers.filter(({ kind }) => kind === 'overlay');
  return {
    overlays: overlays.length,
    visible: overlays.filter(({ visible }) => visible !== false).length,
    failing: overlays.filter(({ lastError }) => lastError !== null).length,
    publicViewers,
  };
}

/**
 * What the caller sees of the show in the address.
 * @throws HttpProblem 401, 403 without the right; 404 where the show is not on air for the caller
 */
async function shownTo(request: FastifyRequest, deps: ShownDeps): Promise<Shown> {
  const { show } = parseInput(ofShow, request.params);
  const visitor = await publicCaller(request, deps);
  const { directory, channel } = deps;
  const { sessionId, extra } = seenPicture(visitor, directory.show(show), {}, directory.now(show));
  const place = { show, sessionId: sessionId ?? '' };
  const check = () => {
    const denial = denyShown(visitor, place);
    if (denial !== null) throw problemOf(denial);
    const airing = airingOf(directory.show(show), place.sessionId, extra, directory.now(show));
    if (!maySeeBroadcast(visitor, place, { ...airing, followed: sessionId === null || airing.followed })) {
      throw new HttpProblem(404, `The show "${show}" is not on air.`);
    }
  };
  check();
  const shown = { show, extra, sessionId };
  if (sessionId === null) return { ...shown, picture: null };
  const view = channel.view(broadcastRoom(sessionId, extra));
  if (view !== undefined) return { ...shown, picture: { at: view.at, race: view.state } };
  if (isAiring(directory.show(show), sessionId)) return { ...shown, picture: null };
  const ended = await (await directory.ownerOf(show)).lastState(sessionId, 'public');
  // What the right rests on may have changed while the owner was asked.
  check();
  if (ended === null) return { ...shown, picture: null };
  const { at, state: race } = JSON.parse(ended.snapshots.of('rows').text) as { at: number | null; state: FeedState };
  return { ...shown, picture: { at, race } };
}
