import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type DeskState, NOTHING_CUED, USUAL_RULES } from '@okboxbox/protocol';
import { Server } from 'socket.io';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../../testing/eventually.js';
import { DeskClient } from './desk-client.js';
import { DeskStore } from './desk-store.js';

const DESK: DeskState = {
  show: 'cup',
  sessionId: null,
  airedSessionId: null,
  followedSessionId: null,
  mainFeed: null,
  sessions: [],
  published: false,
  delay: null,
  cued: NOTHING_CUED,
  scenes: [],
  auto: { isRunning: false, heldBy: null, rules: USUAL_RULES, next: null, aired: [] },
  links: [],
  look: null,
  watchers: [],
  publicViewers: 0,
  camera: null,
  acts: [],
  finish: null,
  undo: null,
};

let io: Server;
let store: DeskStore;
let client: DeskClient;
/** What the desk asked for, in order. */
let asked: [event: string, body: unknown][];
/** How the server answers each event. */
let answers: Record<string, unknown>;

beforeEach(async () => {
  asked = [];
  answers = { 'director:join': { ok: true, desk: DESK } };
  store = new DeskStore();
  const http = createServer();
  io = new Server(http, { serveClient: false });
  io.on('connection', (socket) => {
    socket.onAny((event: string, body: unknown, ack: (answer: unknown) => void) => {
      if (event === 'feed:beat') return;
      asked.push([event, body]);
      ack(answers[event]);
    });
  });
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done));
  client = new DeskClient('cup', 'token', store, `http://127.0.0.1:${(http.address() as AddressInfo).port}`);
});
afterEach(async () => {
  client.stop();
  await io.close();
});

const joined = () => eventually(() => expect(store.holding.holding).toBe('desk'));

describe('the desk’s connection', () => {
  it('joins the show’s desk and holds what the server tells of it from then on', async () => {
    await joined();
    io.emit('desk', { ...DESK, published: true });
    await eventually(() => expect(store.holding).toMatchObject({ desk: { published: true } }));
    expect(asked).toEqual([['director:join', { show: 'cup' }]]);
  });

  it('shows a refusal with the capability that is missing', async () => {
    const error = { code: 'forbidden', message: 'No.', capability: 'racebox:director:control' } as const;
    answers['director:join'] = { ok: false, error };
    await eventually(() => expect(store.holding).toEqual({ holding: 'refusal', error }));
  });

  it('says of an action that is in force that the server could not store it', async () => {
    await joined();
    const storeError = 'This is in force and could not be stored: the disk is full.';
    answers['broadcast:pause'] = { ok: true, show: 'cup', stored: false, storeError };
    expect(await client.call('broadcast:pause', {})).toBeNull();
    expect(store.said).toMatchObject({ tone: 'bad', text: storeError });
  });

  it('makes calls on its show; one that is refused changes nothing and says why', async () => {
    await joined();
    answers['broadcast:pause'] = { ok: true, show: 'cup' };
    expect(await client.call('broadcast:pause', {})).toMatchObject({ ok: true });
    const error = { code: 'not_available', message: 'Nothing has aired yet.' };
    answers['broadcast:cue'] = { ok: false, error };
    expect(await client.call('broadcast:cue', { set: {} })).toBeNull();
    expect(store.said).toMatchObject({ tone: 'bad', text: 'Nothing has aired yet.' });
    expect(asked.slice(1)).toEqual([
      ['broadcast:pause', { show: 'cup' }],
      ['broadcast:cue', { show: 'cup', set: {} }],
    ]);
  });

  it('keeps what it shows, marked as old, while the server cannot say', async () => {
    await joined();
    answers['director:join'] = { ok: false, error: { code: 'not_available', message: 'No server runs it now.' } };
    io.disconnectSockets(true);
    await eventually(() => expect(asked).toHaveLength(2));
    answers['director:join'] = { ok: true, desk: { ...DESK, published: true } };
    await eventually(() => expect(store.holding).toMatchObject({ holding: 'desk', desk: { published: true } }));
    expect(store.connection.state).toBe('live');
  });

  it('keeps no action for later: what is pressed without a connection is not done when it is back', async () => {
    await joined();
    io.disconnectSockets(true);
    await eventually(() => expect(store.connection.state).toBe('lost'));
    expect(await client.call('broadcast:publish', { published: false })).toBeNull();
    expect(store.said?.text).toContain('nothing was changed');
    await eventually(() => expect(store.connection.state).toBe('live'));
    expect(asked.map(([event]) => event)).toEqual(['director:join', 'director:join']);
  });
});
