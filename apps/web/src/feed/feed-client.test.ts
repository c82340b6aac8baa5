import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FeedState } from '@okboxbox/protocol';
import { Server } from 'socket.io';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../../../../testing/eventually.js';
import { type Following, followFeed, subjectOf } from './feed-client.js';
import { FeedStore } from './feed-store.js';
import { feedOf, messageOf } from './testing/feed.js';

let http: HttpServer;
let io: Server;
let url: string;
let store: FeedStore;
let stop: () => void = () => undefined;
/** What pages asked for, in order. */
let asked: [event: string, body: unknown][];
/** How long the server says that it has run. */
let uptimeMs: number;
/** How the server answers each event. */
let answers: Record<string, (body: never) => unknown>;

beforeEach(async () => {
  asked = [];
  answers = {};
  store = new FeedStore('live');
  uptimeMs = 3_600_000;
  http = createServer((_request, response) => response.end(JSON.stringify({ uptimeMs })));
  io = new Server(http, { serveClient: false });
  io.on('connection', (socket) => {
    socket.onAny((event: string, body: unknown, ack: (answer: unknown) => void) => {
      // A server that answers no beats is an older one: it must do, too.
      if (event === 'feed:beat') return;
      asked.push([event, body]);
      ack(answers[event]?.(body as never));
    });
  });
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
});

afterEach(async () => {
  stop();
  await io.close();
});

const whole = (seq: number, state: FeedState, epoch = 'e1') => ({
  ok: true,
  sessionId: 'sess_1',
  epoch,
  seq,
  at: 0,
  state,
});
const events = () => asked.map(([event]) => event);

function follow(token: string | null = 'obb_viewer', over: Partial<Following> = {}): void {
  const following = { subject: subjectOf('local'), audience: 'live', clientKind: 'dashboard', surface: 'web' } as const;
  const followed = followFeed({ ...following, token, ...over }, store, url);
  stop = () => followed.stop();
}

it('an address names a session, or a show', () => {
  expect(subjectOf('sess_42')).toEqual({ sessionId: 'sess_42' });
  expect(subjectOf('gt3-cup')).toEqual({ show: 'gt3-cup' });
});

describe('a page that follows a feed', () => {
  it('joins the live audience and then takes changes', async () => {
    answers['session:join'] = () => whole(4, feedOf([1, 2]));
    follow();
    await eventually(() => expect(store.order).toEqual([1, 2]));
    expect(asked).toEqual([['session:join', { show: 'local', audience: 'live' }]]);
    expect(store.connection).toEqual({ state: 'live' });
    io.emit('feed', messageOf(5, feedOf([1, 2]), feedOf([2, 1])));
    await eventually(() => expect(store.order).toEqual([2, 1]));
  });

  it('asks for what is missing after a gap, from where it is, and asks once', async () => {
    answers['session:join'] = () => whole(4, feedOf([1, 2]));
    const late = [feedOf([1, 2]), feedOf([2, 1]), feedOf([3, 2, 1])] as const;
    answers['feed:resync'] = () => ({
      ...whole(6, late[2]),
      state: undefined,
      changes: [messageOf(5, late[0], late[1]), messageOf(6, late[1], late[2])],
    });
    follow();
    await eventually(() => expect(store.order).toEqual([1, 2]));
    io.emit('feed', messageOf(6, late[1], late[2]));
    await eventually(() => expect(store.order).toEqual([3, 2, 1]));
    expect(asked[1]).toEqual(['feed:resync', { sessionId: 'sess_1', epoch: 'e1', seq: 4 }]);
    expect(events()).toEqual(['session:join', 'feed:resync']);
  });

  it('FEED-4: starts again from a whole state where the epoch is another', async () => {
    answers['session:join'] = () => whole(4, feedOf([1, 2]));
    answers['feed:resync'] = () => whole(1, feedOf([9]), 'e2');
    follow();
    await eventually(() => expect(store.order).toEqual([1, 2]));
    io.emit('feed', messageOf(1, feedOf([9]), feedOf([9, 8]), 'e2'));
    await eventually(() => expect(store.position).toEqual({ epoch: 'e2', seq: 1 }));
    expect(store.order).toEqual([9]);
  });

  it('joins again when the show goes on with another session', async () => {
    let joins = 0;
    answers['session:join'] = () => whole(0, ++joins === 1 ? feedOf([1]) : feedOf([5, 6]));
    follow();
    await eventually(() => expect(store.order).toEqual([1]));
    io.emit('session:moved', { show: 'local', from: 'sess_1', to: 'sess_2' });
    await eventually(() => expect(store.order).toEqual([5, 6]));
  });

  it('says that the connection is gone, keeps what it shows, and joins again by itself', async () => {
    answers['session:join'] = () => whole(4, feedOf([1, 2]));
    follow();
    await eventually(() => expect(store.order).toEqual([1, 2]));
    answers['session:join'] = () => whole(90, feedOf([2, 1]), 'e2');
    io.disconnectSockets(true);
    await eventually(() => expect(store.connection.state).toBe('lost'));
    expect(store.order).toEqual([1, 2]);
    await eventually(() => expect(store.connection.state).toBe('live'));
    expect(store.order).toEqual([2, 1]);
  });

  it('shows a refusal; where the show has no session yet, it asks again', { timeout: 20_000 }, async () => {
    answers['session:join'] = () => ({ ok: false, error: { code: 'not_found', message: 'No session of local.' } });
    follow();
    await eventually(() => expect(store.holding.holding).toBe('refusal'));
    answers['session:join'] = () => whole(0, feedOf([4]));
    await eventually(() => expect(store.order).toEqual([4]));
  });

  it('does not try again with a token that the server does not know', async () => {
    let tries = 0;
    io.use((_socket, next) => {
      tries += 1;
      next(Object.assign(new Error('This token is not known.'), { data: { code: 'unauthenticated' } }));
    });
    follow('obb_wrong');
    await eventually(() =>
      expect(store.holding).toEqual({
        holding: 'refusal',
        error: { code: 'unauthenticated', message: 'This token is not known.' },
      }),
    );
    expect(store.connection.state).toBe('connecting');
    expect(tries).toBe(1);
  });
});

describe('a page of the broadcast', () => {
  const broadcast = { audience: 'broadcast', clientKind: 'public', link: 'code-1' } as const;
  beforeEach(() => {
    store = new FeedStore('broadcast');
  });

  it('joins with its link, its extra delay and no token, and takes the delay and the server’s clock', async () => {
    let auth: unknown;
    io.use((socket, next) => {
      auth = socket.handshake.auth;
      next();
    });
    const delay = { sessionId: 'sess_1', state: 'running', delayMs: 30_000 } as const;
    answers['session:join'] = () => ({ ...whole(4, feedOf([1])), at: 1_000, now: 31_500, delay });
    follow(null, { ...broadcast, extraDelayMs: 2_000 });
    await eventually(() => expect(store.order).toEqual([1]));
    expect(auth).toEqual({ link: 'code-1', clientKind: 'public', surface: 'web' });
    expect(asked[0]).toEqual(['session:join', { show: 'local', audience: 'broadcast', extraDelayMs: 2_000 }]);
    expect(store.delay).toEqual(delay);
    io.emit('broadcast:delay:state', { ...delay, state: 'paused' });
    await eventually(() => expect(store.delay?.state).toBe('paused'));
  });

  it('shows nothing any more where the show is withdrawn, and asks again', { timeout: 20_000 }, async () => {
    answers['session:join'] = () => whole(4, feedOf([1]));
    follow(null, broadcast);
    await eventually(() => expect(store.order).toEqual([1]));
    io.emit('session:withdrawn', { sessionId: 'sess_1' });
    await eventually(() => expect(store.holding.holding).toBe('refusal'));
    expect(store.order).toEqual([]);
    await eventually(() => expect(store.order).toEqual([1]));
  });

  it('says so where its link opens nothing, and does not try again', async () => {
    let tries = 0;
    io.use((_socket, next) => {
      tries += 1;
      next(Object.assign(new Error('There is no such link.'), { data: { code: 'forbidden' } }));
    });
    follow(null, broadcast);
    const error = { code: 'forbidden', message: 'There is no such link.' };
    await eventually(() => expect(store.holding).toEqual({ holding: 'refusal', error }));
    expect(tries).toBe(1);
  });

  it('ends with a link that was revoked, and does not come back', async () => {
    answers['session:join'] = () => whole(4, feedOf([1]));
    let connections = 0;
    io.on('connection', () => {
      connections += 1;
    });
    follow(null, broadcast);
    await eventually(() => expect(store.order).toEqual([1]));
    io.emit('session:closed', { reason: 'link_revoked' });
    await eventually(() => expect(store.holding).toEqual({ holding: 'closed', reason: 'link_revoked' }));
    expect(store.order).toEqual([]);
    await eventually(() => expect(io.sockets.sockets.size).toBe(0));
    expect(connections).toBe(1);
  });

  it('that operations close says so, and waits for somebody who wants it back', async () => {
    answers['session:join'] = () => whole(4, feedOf([1]));
    let connections = 0;
    io.on('connection', () => {
      connections += 1;
    });
    follow();
    await eventually(() => expect(store.order).toEqual([1]));
    io.emit('session:closed', { reason: 'by_operations' });
    io.disconnectSockets(true);
    await eventually(() => expect(store.holding).toEqual({ holding: 'closed', reason: 'by_operations' }));
    await eventually(() => expect(io.sockets.sockets.size).toBe(0));
    expect(connections).toBe(1);
  });

  it('of an overlay that operations close leaves the air at once, and comes back after half a minute', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true });
    try {
      answers['session:join'] = () => whole(4, feedOf([1]));
      follow(null, { ...broadcast, clientKind: 'overlay', keepsTrying: true });
      await eventually(() => expect(store.order).toEqual([1]));
      answers['session:join'] = () => whole(9, feedOf([2]), 'e2');
      io.emit('session:closed', { reason: 'by_operations' });
      io.disconnectSockets(true);
      await eventually(() => expect(store.holding).toEqual({ holding: 'closed', reason: 'by_operations' }));
      await eventually(() => expect(store.connection.state).toBe('lost'));
      await vi.advanceTimersByTimeAsync(25_000);
      expect(io.sockets.sockets.size).toBe(0);
      await vi.advanceTimersByTimeAsync(6_000);
      await eventually(() => expect(store.order).toEqual([2]));
    } finally {
      vi.useRealTimers();
    }
  });

  it('that operations move to the public picture goes on with that, and with its delay', async () => {
    store = new FeedStore('live');
    answers['session:join'] = () => whole(4, feedOf([1, 2]));
    follow();
    await eventually(() => expect(store.order).toEqual([1, 2]));
    const delay = { sessionId: 'sess_1', state: 'running', delayMs: 30_000 };
    answers['feed:resync'] = () => ({ ...whole(9, feedOf([1]), 'e2'), audience: 'broadcast' });
    answers['session:join'] = () => ({ ...whole(9, feedOf([1]), 'e2'), audience: 'broadcast', delay, now: Date.now() });
    io.emit('feed', { epoch: 'e2', seq: 9, at: 0, sessionId: 'sess_1' });
    await eventually(() => expect([store.order, store.audience]).toEqual([[1], 'broadcast']));
    expect(store.delay).toEqual(delay);
    io.emit('feed', messageOf(10, feedOf([1]), feedOf([2, 1]), 'e2'));
    await eventually(() => expect(store.order).toEqual([2, 1]));
  });

  it('of an overlay comes back whatever the server says', { timeout: 20_000 }, async () => {
    answers['session:join'] = () => whole(4, feedOf([1]));
    follow(null, { ...broadcast, clientKind: 'overlay', keepsTrying: true });
    await eventually(() => expect(store.order).toEqual([1]));
    answers['session:join'] = () => whole(9, feedOf([2]), 'e2');
    io.emit('session:closed', { reason: 'link_revoked' });
    io.disconnectSockets(true);
    await eventually(() => expect(store.order).toEqual([2]));
  });
});

describe('a page that comes back', () => {
  const refusal = (code: string) => () => ({ ok: false, error: { code, message: 'No session of local.' } });
  /** What is held at each change from now on, without repetitions. */
  const heldFromNow = () => {
    const held: string[] = [];
    store.subscribe(() => held.at(-1) === store.holding.holding || held.push(store.holding.holding));
    return held;
  };
  const joinedOnce = async (over: Partial<Following> = {}) => {
    answers['session:join'] = () => whole(4, feedOf([1, 2]));
    follow(null, { ...over });
    await eventually(() => expect(store.order).toEqual([1, 2]));
  };

  it.each([
    ['finds nothing yet', 'not_found', 2_000],
    ['cannot say now', 'not_available', 3_600_000],
    ['has failed', 'internal', 3_600_000],
  ])('keeps what it shows, marked as old, while a server %s', async (_, code, uptime) => {
    await joinedOnce();
    [uptimeMs, answers['session:join']] = [uptime, refusal(code)];
    const held = heldFromNow();
    io.disconnectSockets(true);
    await eventually(() => expect(events().filter((event) => event === 'session:join').length).toBeGreaterThan(2));
    expect([held, store.order, store.connection.state]).toEqual([['race'], [1, 2], 'lost']);
    answers['session:join'] = () => whole(1, feedOf([2, 1]), 'e2');
    await eventually(() => expect(store.order).toEqual([2, 1]));
    expect([held, store.connection.state]).toEqual([['race'], 'live']);
  });

  it('shows nothing any more where a server that has run on finds nothing: it is not published any more', async () => {
    await joinedOnce();
    answers['session:join'] = refusal('not_found');
    io.disconnectSockets(true);
    await eventually(() => expect(store.holding.holding).toBe('refusal'));
    expect([store.order, store.connection.state]).toEqual([[], 'live']);
  });

  it('shows nothing any more once a server that has just started has had its time', async () => {
    await joinedOnce();
    [uptimeMs, answers['session:join']] = [2_000, refusal('not_found')];
    io.disconnectSockets(true);
    await eventually(() => expect(events().filter((event) => event === 'session:join').length).toBeGreaterThan(1));
    uptimeMs = 15_000;
    await eventually(() => expect(store.holding.holding).toBe('refusal'));
  });

  it.each(['forbidden', 'unauthenticated'])('shows nothing any more at once where it is %s', async (code) => {
    await joinedOnce();
    [uptimeMs, answers['session:join']] = [2_000, refusal(code)];
    const held = heldFromNow();
    io.disconnectSockets(true);
    await eventually(() => expect(store.holding.holding).toBe('refusal'));
    expect(held).toEqual(['race', 'refusal']);
  });

  it('shows nothing any more where the show is withdrawn, also by a server that has just started', async () => {
    await joinedOnce();
    uptimeMs = 2_000;
    answers['session:join'] = refusal('not_found');
    io.emit('session:withdrawn', { sessionId: 'sess_1' });
    await eventually(() => expect(store.holding.holding).toBe('refusal'));
  });

  it('follows a server that has not come as far, and shows it from when it has', async () => {
    answers['session:join'] = () => ({ ...whole(4, feedOf([1, 2])), at: 1_000 });
    follow();
    await eventually(() => expect(store.order).toEqual([1, 2]));
    answers['session:join'] = () => ({ ...whole(7, feedOf([2, 1]), 'e2'), at: 700 });
    io.disconnectSockets(true);
    await eventually(() => expect(store.position).toEqual({ epoch: 'e2', seq: 7 }));
    expect([store.order, store.isKept]).toEqual([[1, 2], true]);
    for (const seq of [8, 9]) io.emit('feed', messageOf(seq, feedOf([2, 1]), feedOf([2, 1, seq]), 'e2'));
    io.emit('feed', messageOf(10, feedOf([2, 1, 9]), feedOf([3, 2, 1]), 'e2'));
    await eventually(() => expect(store.isKept).toBe(false));
    expect([store.order, store.at]).toEqual([[3, 2, 1], 1_000]);
  });
});

describe('a page that the server limits', () => {
  it('keeps what it shows and joins again after the time that the server names', async () => {
    answers['session:join'] = () => whole(4, feedOf([1, 2]));
    follow();
    await eventually(() => expect(store.order).toEqual([1, 2]));
    const limited = { code: 'rate_limited', message: 'session:join came too often. Wait 20 ms.', retryAfterMs: 20 };
    let refusals = 0;
    answers['session:join'] = () => (refusals++ < 2 ? { ok: false, error: limited } : whole(1, feedOf([2, 1]), 'e2'));
    io.emit('session:moved', { show: 'local', from: 'sess_1', sessionId: 'sess_2' });
    const held = new Set<string>();
    store.subscribe(() => held.add(store.holding.holding));
    await eventually(() => expect(store.order).toEqual([2, 1]));
    expect(refusals).toBe(3);
    expect([...held]).toEqual(['race']);
  });

  it('asks again for what it missed', async () => {
    answers['session:join'] = () => whole(4, feedOf([1, 2]));
    follow();
    await eventually(() => expect(store.order).toEqual([1, 2]));
    const error = { code: 'rate_limited', message: 'feed:resync came too often.', retryAfterMs: 20 };
    let refusals = 0;
    answers['feed:resync'] = () => (refusals++ === 0 ? { ok: false, error } : whole(7, feedOf([2, 1])));
    io.emit('feed', messageOf(7, feedOf([1, 2]), feedOf([2, 1])));
    await eventually(() => expect(store.order).toEqual([2, 1]));
    expect(events().filter((event) => event === 'session:join')).toHaveLength(1);
  });

  it('connects again when its connection was refused because there were too many', async () => {
    answers['session:join'] = () => whole(4, feedOf([1, 2]));
    let refusals = 0;
    io.use((_socket, next) => {
      const data = { code: 'rate_limited', message: 'Too many connections with this token.', retryAfterMs: 20 };
      next(refusals++ === 0 ? Object.assign(new Error(data.message), { data }) : undefined);
    });
    follow();
    await eventually(() => expect(store.order).toEqual([1, 2]));
    expect(refusals).toBe(2);
  });
});
