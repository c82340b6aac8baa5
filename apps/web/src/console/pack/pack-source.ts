import type { OpsEvent, OpsSocket } from '@okboxbox/protocol';
import { CallFailed } from '../../access/call.js';
import type { Answer, Asked, EventsAsked, OpsRead, OpsSource, SocketsAsked } from '../ops-source.js';
import type { OpenedPack } from './read-pack.js';

/** Rows of an answer where nothing else is asked, as the server has it. */
const ROWS = 200;

/** A pack as a source of the console: the same questions, answered from the file. Nothing can be done in it. */
export interface PackSource extends OpsSource {
  readonly pack: OpenedPack;
}

/** Makes a source of a pack. `id` tells it from other packs that are opened on the same page. */
export function packSource(pack: OpenedPack, id: string): PackSource {
  const answers: { readonly [R in OpsRead]: (asked: Asked<R>) => Answer<R> | null } = {
    summary: () =>
      pack.summary && { ...pack.summary, findings: pack.findings?.findings ?? pack.summary.findings ?? [] },
    sessions: () => pack.sessions && { sessions: pack.sessions },
    sockets: (asked) => socketsOf(pack, asked),
    events: (asked) => eventsOf(pack, asked),
    history: () => pack.history,
    findings: () => pack.findings,
    why: () => null,
    database: () => pack.database,
    audit: ({ before, limit = ROWS }) => {
      if (pack.audit === null) return null;
      const rows = pack.audit.filter(({ id }) => before === undefined || id < before);
      const entries = rows.slice(0, limit);
      return { entries, before: rows.length > limit ? (entries.at(-1)?.id ?? null) : null, waiting: 0 };
    },
    traces: () => ({ traces: pack.trace === null ? [] : [pack.trace] }),
    trace: ({ traceId }) => (pack.trace?.traceId === traceId ? pack.trace : null),
  };
  return {
    id,
    pack,
    at: pack.manifest.createdAt,
    act: null,
    read: async (what, asked) => {
      const answer = answers[what](asked);
      if (answer === null) throw notInPack(pack, what);
      return answer;
    },
  };
}

/** Whether the console reads from a pack. */
export function isPackSource(source: OpsSource): source is PackSource {
  return 'pack' in source;
}

/** The part of a pack that an answer comes from. */
const PART_OF: Readonly<Partial<Record<OpsRead, string>>> = { audit: 'snapshot', traces: 'trace' };

function notInPack({ manifest }: OpenedPack, what: OpsRead): CallFailed {
  const name = PART_OF[what] ?? what;
  const report = manifest.sections.find((section) => section.name === name);
  const why = report === undefined || report.because === null ? '' : ` ${report.because}`;
  const detail =
    what === 'why'
      ? 'A support pack cannot explain why a socket is stale.'
      : `This support pack does not contain it.${why}`;
  return new CallFailed({ type: 'about:blank', title: 'Not in the pack', status: 404, detail }, detail);
}

function socketsOf({ open, closed }: OpenedPack, asked: SocketsAsked): Answer<'sockets'> | null {
  const { role, room, state = 'open', sort = 'connectedAt', limit = ROWS, cursor } = asked;
  const all = state === 'open' ? open : closed;
  if (all === null) return null;
  const rows = all
    .filter((each) => (role ?? each.role) === each.role && (room === undefined || each.joinedRooms.includes(room)))
    .sort((a, b) => figureOf(b, sort) - figureOf(a, sort) || (a.socketId < b.socketId ? -1 : 1));
  const from = cursor === undefined ? 0 : Number(cursor) || 0;
  const isLast = from + limit >= rows.length;
  return { count: rows.length, cursor: isLast ? null : String(from + limit), sockets: rows.slice(from, from + limit) };
}

/** What sockets are sorted by, the largest first: closed ones by when they went, as the server does. */
function figureOf(socket: OpsSocket, sort: string): number {
  if (sort === 'connectedAt' && socket.closed !== null) return socket.closed.at;
  const figure = (socket as unknown as Readonly<Record<string, unknown>>)[sort];
  return typeof figure === 'number' ? figure : Number.MIN_SAFE_INTEGER;
}

function eventsOf({ events, evicted }: OpenedPack, asked: EventsAsked): Answer<'events'> | null {
  if (events === null) return null;
  const { type, sessionId, before, limit = ROWS } = asked;
  const fits = (event: OpsEvent) =>
    (type === undefined || event.type === type) &&
    (sessionId === undefined || event.sessionId === sessionId) &&
    (before === undefined || event.id < before);
  const rows = events.filter(fits).sort((a, b) => b.id - a.id);
  const page = rows.slice(0, limit);
  return { events: page, evicted, before: rows.length > limit ? (page.at(-1)?.id ?? null) : null };
}
