import type { Capability, PublicPointer, Role } from '@okboxbox/protocol';
import { ROLES } from '@okboxbox/protocol';
import type * as framework from 'fastify';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type * as calls from './sockets/calls.js';
import { race } from './testing/race.js';
import {
  EVENTS_OF_THEIR_OWN,
  HTTP_CALLS,
  type Need,
  ROLE_MAY,
  SOCKET_CALLS,
  type SocketCall,
} from './testing/rights-table.js';
import { serverForEachTest } from './testing/running-server.js';

/** Routes and events that the server has: each must be in the table. */
const { routes, events } = vi.hoisted(() => ({ routes: new Set<string>(), events: new Set<string>() }));

vi.mock('fastify', async (original) => {
  const real = await original<typeof framework>();
  const open = (options: framework.FastifyServerOptions) => {
    const http = real.default(options);
    http.addHook('onRoute', ({ method, url }) => {
      for (const each of [method].flat()) routes.add(`${each} ${url}`);
    });
    return http;
  };
  return { ...real, default: open as typeof real.default };
});

vi.mock('./sockets/calls.js', async (original) => {
  const real = await original<typeof calls>();
  const answerCall: typeof real.answerCall = (socket, call, ...rest) => {
    if (socket.nsp.name === '/') events.add(call.event);
    real.answerCall(socket, call, ...rest);
  };
  return { ...real, answerCall };
});

const everything = serverForEachTest({
  METRICS_ENABLED: '1',
  DIAGNOSTICS_ENABLED: '1',
  OPS_UI_ENABLED: '1',
  DRILLS_ENABLED: '1',
  // What is stored has tests of its own; here nothing waits for a database.
  DATABASE_URL: 'postgresql://127.0.0.1:1/none',
});
const { url, token, relay, socket, restart } = everything;

/** Someone who calls: what the token says, and what the holder may therefore do for the show `local`. */
interface Caller {
  readonly name: string;
  readonly token: () => Promise<string | undefined>;
  readonly may: readonly Capability[];
  /** Whether the token covers the show that is called about, and whether it has limits at all. */
  readonly covers: boolean;
  readonly isLimited: boolean;
}

const ofRole = (role: Role, covers: boolean, claims?: object): Caller => ({
  name: claims === undefined ? role : `${role} of ${JSON.stringify(claims)}`,
  token: () => token(role, claims),
  may: ROLE_MAY[role],
  covers,
  isLimited: claims !== undefined,
});
const STRANGER: Caller = {
  name: 'anyone without a token',
  token: async () => undefined,
  may: [],
  covers: false,
  isLimited: false,
};
const CALLERS: readonly Caller[] = [
  STRANGER,
  ...ROLES.map((role) => ofRole(role, true)),
  ...ROLES.map((role) => ofRole(role, false, { shows: ['other'] })),
  ...(['director', 'admin'] as const).map((role) => ofRole(role, true, { shows: ['local'] })),
  ...(['team', 'ops'] as const).map((role) => ofRole(role, false, { sessions: ['sess_other'] })),
  { ...ofRole('viewer', true, { caps: ['ops:read'] }), may: ['broadcast:view', 'ops:read'], isLimited: false },
];

/** Whether someone may make a call, by the table. */
function isAllowed(caller: Caller, needs: Need, isPublished: boolean): boolean {
  switch (needs.of) {
    case 'everyone':
      return true;
    case 'published':
      return isPublished || (caller.covers && caller.may.some((each) => SEE_THE_PICTURE.has(each)));
    case 'show':
      return caller.may.includes(needs.capability) && caller.covers;
    case 'server':
      return caller.may.includes(needs.capability) && !caller.isLimited;
  }
}

const SEE_THE_PICTURE: ReadonlySet<Capability> = new Set(['broadcast:view', 'session:live']);

/** How a call was answered, as far as rights go: allowed, or which refusal. */
type Answered = 'allowed' | 'unauthenticated' | 'forbidden' | 'not there' | 'bad_request';

/** How a call must be answered. */
function mustAnswer(caller: Caller, needs: Need, isPublished: boolean): Answered {
  if (isAllowed(caller, needs, isPublished)) return 'allowed';
  // Nobody is told whether there is something that has not been published.
  if (needs.of === 'published') return 'not there';
  return caller === STRANGER ? 'unauthenticated' : 'forbidden';
}

/** The capability that a refusal must name. */
const namedBy = (needs: Need) => ('capability' in needs ? needs.capability : undefined);

let sessionId: string;
/** The epoch of the session's public logs. */
let epoch: string;
/** Name of a keyframe of the public picture. */
let segment: string;
let feed: Awaited<ReturnType<typeof relay>>;

/** Feeds a race, which its director publishes or not. */
async function show(isPublished: boolean): Promise<void> {
  feed = await relay();
  await feed.send(race(200), 1);
  ({ sessionId } = feed);
  const director = socket('/', { token: await token('director') });
  const published = await director.emitWithAck('broadcast:publish', { show: 'local', published: isPublished });
  expect(published.ok).toBe(true);
  await vi.waitFor(
    async () => {
      const seen = await director.emitWithAck('session:join', { show: 'local', audience: 'broadcast' });
      expect(seen.ok, JSON.stringify(seen)).toBe(true);
      expect(seen.state.topics.gaps).toBeGreaterThan(0);
      ({ epoch } = seen.state.topics);
      await director.emitWithAck('session:leave', { sessionId });
      const pointer = await everything.get<PublicPointer>('/api/public/shows/local/now.json', await token('viewer'));
      segment = pointer.body.keyframe.name;
    },
    { timeout: 20_000, interval: 300 },
  );
}

async function answerOf(route: string, bearer: string | undefined): Promise<[Answered, string | undefined]> {
  const { path, body } = HTTP_CALLS[route] ?? {};
  const [method = '', pattern = ''] = route.split(' ');
  const address = (path ?? pattern)
    .replace('SESSION', sessionId)
    .replace(':id', sessionId)
    .replace('EPOCH', epoch)
    .replace('SEGMENT', segment);
  const response = await fetch(`${url()}${address}`, {
    method,
    redirect: 'manual',
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(bearer && { authorization: `Bearer ${bearer}` }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const { capability } = (response.status >= 400 ? JSON.parse(text) : {}) as { capability?: string };
  return [answered(response.status, route), capability];
}

function answered(status: number, route: string): Answered {
  // A one-time code that is not one is refused by what it is, and not by who sends it.
  if (status === 401 && route !== 'POST /api/sign-in') return 'unauthenticated';
  if (status === 403) return 'forbidden';
  return status === 404 && /^(GET|POST) \/api\/public\//.test(route) ? 'not there' : 'allowed';
}

async function answerTo(
  call: SocketCall,
  bearer: string | undefined,
): Promise<[Answered, string | undefined, string | undefined]> {
  const caller = socket('/', { ...(bearer !== undefined && { token: bearer }) });
  const payload = JSON.parse(JSON.stringify(call.payload).replace('SESSION', sessionId));
  const answer = await caller.timeout(20_000).emitWithAck(call.event, payload);
  caller.disconnect();
  const { code, capability, message } = answer.ok ? {} : answer.error;
  // A message that the schema refuses, whose text names the event, says nothing of rights: then the table is wrong.
  const isUnread = code === 'bad_request' && message.startsWith(`${call.event}: `);
  if (code === 'unauthenticated' || code === 'forbidden' || isUnread) return [code, capability, message];
  return [code === 'not_found' && call.needs.of === 'published' ? 'not there' : 'allowed', undefined, message];
}

describe.each([true, false])('where the show is published: %s', (isPublished) => {
  beforeEach(() => show(isPublished));

  it.each(CALLERS.map((caller) => [caller.name, caller] as const))('%s: every HTTP call', async (_, caller) => {
    const bearer = await caller.token();
    for (const [route, { needs }] of Object.entries(HTTP_CALLS)) {
      const [answer, capability] = await answerOf(route, bearer);
      expect([route, answer]).toEqual([route, mustAnswer(caller, needs, isPublished)]);
      if (answer === 'unauthenticated' || answer === 'forbidden')
        expect([route, capability]).toEqual([route, namedBy(needs)]);
    }
  });

  it.each(CALLERS.map((caller) => [caller.name, caller] as const))('%s: every event of a socket', async (_, caller) => {
    const bearer = await caller.token();
    for (const call of SOCKET_CALLS) {
      // What directors may do changes whether the show is published: that is the same for every call.
      if (call.event === 'broadcast:publish' && isAllowed(caller, call.needs, isPublished) && !isPublished) continue;
      const [answer, capability, message] = await answerTo(call, bearer);
      const what = `${call.event} ${JSON.stringify(call.payload)}`;
      expect([what, answer, message]).toEqual([what, mustAnswer(caller, call.needs, isPublished), message]);
      if (answer === 'unauthenticated' || answer === 'forbidden')
        expect([what, capability]).toEqual([what, namedBy(call.needs)]);
    }
  });
});

describe('the rights matrix', () => {
  it.each(CALLERS.map((caller) => [caller.name, caller] as const))('%s: at the door of relays', async (_, caller) => {
    const made = socket('/relay', { token: await caller.token() });
    const outcome = await new Promise<string>((resolve) => {
      made.once('connect', () => resolve('allowed'));
      made.once('connect_error', (error) => resolve((error as Error & { data: { code: string } }).data.code));
    });
    // Which shows it may feed is asked with each greeting.
    const may = caller.may.includes('relay:publish');
    expect(outcome).toBe(may ? 'allowed' : caller === STRANGER ? 'unauthenticated' : 'forbidden');
    if (!may) return;
    const greeting = { ...everything.hello, show: 'local', relayId: 'other' };
    const welcome = await made.emitWithAck('relay:hello', greeting);
    expect(welcome.ok).toBe(caller.covers);
  });

  it('a token that is not accepted opens nothing, also nothing that everyone may see', async () => {
    await show(true);
    for (const bearer of ['nonsense', await token('admin', {}, -60)]) {
      expect((await answerOf('GET /api/sessions', bearer))[0]).toBe('unauthenticated');
      expect((await answerOf('GET /api/public/sessions/:id/timing', bearer))[0]).toBe('unauthenticated');
      expect((await answerOf('GET /api/ops/summary', bearer))[0]).toBe('unauthenticated');
      const refused = await new Promise((resolve) => {
        socket('/', { token: bearer }).once('connect_error', resolve);
      });
      expect(refused).toMatchObject({ data: { code: 'unauthenticated' } });
    }
  });

  it('has every route and every event of the server', async () => {
    await restart();
    socket('/', {});
    await vi.waitFor(() => expect(events.size).toBeGreaterThan(0));
    const known = new Set(Object.keys(HTTP_CALLS));
    // What is asked for with HEAD is the same route, without its body.
    const served = [...routes].filter((route) => !route.startsWith('HEAD ') && !/ \/(assets\/)?\*$/.test(route));
    expect(served.filter((route) => !known.has(route))).toEqual([]);
    expect([...known].filter((route) => !routes.has(route))).toEqual([]);
    const called = new Set(SOCKET_CALLS.map(({ event }) => event));
    expect([...events].filter((event) => !called.has(event) && !EVENTS_OF_THEIR_OWN.has(event))).toEqual([]);
    expect([...called].filter((event) => !events.has(event))).toEqual([]);
  });
});
