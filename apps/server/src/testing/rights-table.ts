import type { Capability, Role } from '@okboxbox/protocol';

/**
 * Who may call what, written down once more from the contract (section 4), and not read from the code that decides it:
 * the rights matrix holds one against the other.
 */

/** What each role may do (contract, section 4). */
export const ROLE_MAY: Readonly<Record<Role, readonly Capability[]>> = {
  relay: ['relay:publish'],
  driver: ['session:live'],
  team: ['session:live'],
  director: ['session:live', 'racebox:director:control', 'broadcast:view'],
  overlay: ['broadcast:view'],
  viewer: ['broadcast:view'],
  camera: ['relay:publish', 'broadcast:camera'],
  ops: ['ops:read', 'session:live'],
  admin: [
    'relay:publish',
    'broadcast:camera',
    'session:live',
    'racebox:director:control',
    'broadcast:view',
    'ops:read',
    'ops:act',
  ],
};

/** What a call needs of its caller. */
export type Need =
  /** Nothing: it answers everyone. */
  | { readonly of: 'everyone' }
  /** The show is published; or the caller sees its picture, or its session, anyway. */
  | { readonly of: 'published' }
  /** A capability for the show or session that the call names; `orLink`, or a link to it. */
  | { readonly of: 'show'; readonly capability: Capability; readonly orLink?: true }
  /** A capability without limits to shows or sessions: it is about the whole server. */
  | { readonly of: 'server'; readonly capability: Capability };

export const EVERYONE: Need = { of: 'everyone' };
export const PUBLISHED: Need = { of: 'published' };
const show = (capability: Capability): Need => ({ of: 'show', capability });
const server = (capability: Capability): Need => ({ of: 'server', capability });

/**
 * One HTTP call: its route, where it is called here, and what with. `SESSION` stands for the session's id, `EPOCH` for the
 * epoch of its public logs, `SEGMENT` for a keyframe of its public picture.
 */
export interface HttpCall {
  readonly path?: string;
  readonly body?: object;
  readonly needs: Need;
}

const live: HttpCall = { needs: show('session:live') };
const read: HttpCall = { needs: server('ops:read') };
const act: HttpCall = { needs: server('ops:act'), body: {} };

const shown = (what: string): HttpCall => ({
  path: `/api/shows/local/${what}`,
  needs: { of: 'show', capability: 'broadcast:view', orLink: true },
});
const direct = (name: string, body: object): HttpCall => ({
  path: `/api/shows/local/acts/${name}`,
  body,
  needs: show('racebox:director:control'),
});

/** Every route of the server. A route that is not here fails the matrix. */
export const HTTP_CALLS: Readonly<Record<string, HttpCall>> = {
  'GET /api/health': { needs: EVERYONE },
  'GET /api/health/ready': { needs: EVERYONE },
  'GET /metrics': { needs: EVERYONE },
  'POST /api/sign-in': { needs: EVERYONE, body: { code: 'no-such-code' } },
  'GET /l/:code': { path: '/l/none', needs: EVERYONE },
  'POST /api/tokens/revoke': { needs: server('ops:act'), body: { jti: 'none' } },
  'GET /api/openapi.json': { needs: EVERYONE },
  'GET /api/asyncapi.json': { needs: EVERYONE },
  'GET /api/sessions': { needs: EVERYONE },
  'GET /api/sessions/:id/timing': live,
  'GET /api/sessions/:id/laps': live,
  'GET /api/sessions/:id/events': live,
  'GET /api/sessions/:id/recording': live,
  'GET /api/sessions/:id/topics/:topic/:epoch/:chunk': { ...live, path: '/api/sessions/SESSION/topics/gaps/EPOCH/0' },
  'GET /api/public/sessions/:id/timing': { needs: PUBLISHED },
  'GET /api/public/sessions/:id/topics/:topic/:epoch/:chunk': {
    path: '/api/public/sessions/SESSION/topics/gaps/EPOCH/0',
    needs: PUBLISHED,
  },
  'GET /api/public/shows/:show/now.json': { path: '/api/public/shows/local/now.json', needs: PUBLISHED },
  'GET /api/public/shows/:show/s/:name.json': { path: '/api/public/shows/local/s/SEGMENT.json', needs: PUBLISHED },
  'GET /api/public/shows/:show/crowd.json': { path: '/api/public/shows/local/crowd.json', needs: EVERYONE },
  'POST /api/public/shows/:show/watching': { path: '/api/public/shows/local/watching', needs: PUBLISHED },
  'GET /api/diagnostics/build': read,
  'GET /api/diagnostics/parity': { ...read, path: '/api/diagnostics/parity?sessionId=SESSION' },
  'GET /api/diagnostics/flow': { ...read, path: '/api/diagnostics/flow?sessionId=SESSION' },
  'GET /api/ops/summary': read,
  'GET /api/ops/findings': read,
  'GET /api/ops/sockets': read,
  'GET /api/ops/sessions': read,
  'GET /api/ops/events': read,
  'GET /api/ops/nodes': read,
  'GET /api/ops/history': read,
  'GET /api/ops/database': read,
  'GET /api/ops/audit': read,
  'GET /api/ops/rooms': read,
  'GET /api/ops/traces': read,
  'GET /api/ops/trace/:traceId': { ...read, path: '/api/ops/trace/none' },
  'GET /api/ops/sockets/:socketId/why': { ...read, path: '/api/ops/sockets/none/why' },
  'POST /api/ops/trace/start': { ...read, body: { sessionId: 'sess_none', durationSec: 5 } },
  'POST /api/ops/trace/:traceId/stop': { ...read, path: '/api/ops/trace/none/stop', body: {} },
  'POST /api/ops/support-pack': { ...read, body: { sessionId: 'sess_none' } },
  'POST /api/ops/support-pack/free-text': { ...read, body: { sessionId: 'sess_none' } },
  'POST /api/ops/support-pack/preview': { ...read, body: { sessionId: 'sess_none' } },
  'POST /api/ops/sockets/:socketId/disconnect': { ...act, path: '/api/ops/sockets/none/disconnect' },
  'POST /api/ops/sockets/:socketId/move': { ...act, path: '/api/ops/sockets/none/move' },
  'POST /api/ops/sessions/:sessionId/end': { ...act, path: '/api/ops/sessions/sess_none/end' },
  'POST /api/ops/sessions/:sessionId/refold': { ...act, path: '/api/ops/sessions/sess_none/refold' },
  'POST /api/ops/sessions/:sessionId/accept-loss': { ...act, path: '/api/ops/sessions/sess_none/accept-loss' },
  'POST /api/ops/sessions/:sessionId/follow': { ...act, path: '/api/ops/sessions/sess_none/follow' },
  'POST /api/ops/relays/:relayId/main-feed': {
    ...act,
    path: '/api/ops/relays/none/main-feed',
    body: { show: 'local' },
  },
  'GET /api/shows/:show/auto/dry-run': {
    path: '/api/shows/local/auto/dry-run',
    needs: show('racebox:director:control'),
  },
  'GET /api/shows/:show/state': shown('state'),
  'GET /api/shows/:show/table.csv': shown('table.csv?rows=20'),
  'GET /api/shows/:show/table.json': shown('table.json'),
  'GET /api/shows/:show/table.xml': shown('table.xml?class=none'),
  'GET /api/shows/:show/logo/:hash': shown(`logo/${'0'.repeat(64)}`),
  'POST /api/shows/:show/logo': { path: '/api/shows/local/logo', body: {}, needs: show('racebox:director:control') },
  ...Object.fromEntries(
    Object.entries({
      delay: { delayMs: 0 },
      pause: {},
      resume: {},
      finish: { cancel: true },
      match: { at: 1_764_000_000_000 },
      cue: { set: { tower: {} } },
      camera: { next: true },
      scene: { name: 'none' },
      auto: { on: false },
      follow: { relayId: 'none' },
      look: { look: null },
      undo: { id: 'none' },
      link: { code: 'none' },
      // Last: what is asked of a show that is not published stands above.
      publish: { published: true },
    }).map(([name, body]) => [`POST /api/shows/:show/acts/${name}`, direct(name, body)]),
  ),
  'POST /api/ops/relays/:relayId/pause': { ...act, path: '/api/ops/relays/none/pause' },
  'POST /api/ops/rooms/sweep': act,
  'GET /api/drills': { needs: server('ops:act') },
  'POST /api/drills/:fault': { ...act, path: '/api/drills/none' },
};

/** One event of a socket, or one form of it. */
export interface SocketCall {
  readonly event: string;
  readonly payload: object;
  readonly needs: Need;
}

const SHOW = { show: 'local' };
const directs = (event: string, payload: object = SHOW): SocketCall => ({
  event,
  payload: { ...SHOW, ...payload },
  needs: show('racebox:director:control'),
});

/** Every event that a viewer's or a director's socket may send. One that is not here fails the matrix. */
export const SOCKET_CALLS: readonly SocketCall[] = [
  { event: 'session:join', payload: { ...SHOW, audience: 'live' }, needs: show('session:live') },
  { event: 'session:join', payload: { sessionId: 'SESSION', audience: 'live' }, needs: show('session:live') },
  { event: 'session:join', payload: { ...SHOW, audience: 'broadcast' }, needs: PUBLISHED },
  { event: 'session:join', payload: { sessionId: 'SESSION', audience: 'broadcast' }, needs: PUBLISHED },
  { event: 'session:leave', payload: { sessionId: 'sess_none' }, needs: EVERYONE },
  { event: 'feed:beat', payload: { at: null, rttMs: null }, needs: EVERYONE },
  {
    event: 'overlay:report',
    payload: { name: 'tower', version: '0', frameAgeMs: null, lastError: null },
    needs: EVERYONE,
  },
  directs('director:join'),
  directs('broadcast:delay:get'),
  directs('broadcast:delay:set', { delayMs: 0 }),
  directs('broadcast:pause'),
  directs('broadcast:resume'),
  directs('broadcast:publish', { published: true }),
  directs('show:finish', { cancel: true }),
  directs('broadcast:match', { at: 1_764_000_000_000 }),
  directs('broadcast:moments'),
  directs('broadcast:cue', { set: { tower: {} } }),
  directs('show:follow', { relayId: 'none' }),
  directs('show:scene', { scene: { name: 'Race', set: { tower: {} }, forMs: null } }),
  directs('show:scene', { name: 'Race' }),
  directs('show:scene', { name: 'none', delete: true }),
  directs('show:look', { look: null }),
  directs('show:camera', { next: true }),
  directs('show:undo', { id: 'none' }),
  directs('show:auto', { on: false }),
  directs('link:create', { kind: 'overlay', ttlMs: 60_000 }),
  directs('link:revoke', { code: 'none' }),
];

/** Events that answer all alike and have tests of their own: what is missed of a feed, and a relay at the wrong door. */
export const EVENTS_OF_THEIR_OWN: ReadonlySet<string> = new Set(['feed:resync', 'relay:hello']);
