import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FeedBeat } from '@okboxbox/protocol';
import { Server } from 'socket.io';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Cable } from '../../../../e2e/bad-day/cable.js';
import { eventually } from '../../../../testing/eventually.js';
import { KeptConnection } from './kept-connection.js';

let io: Server;
let cable: Cable;
let kept: KeptConnection;
let beats: FeedBeat[];
let connects: number;
let lost: string[];
/** Questions over HTTP whether the server answers, and whether it does. */
let knocks: number;
let isThere: boolean;
/** How often a WebSocket was asked for. */
let asksForSocket: number;
let clock: [serverNow: number, uncertainMs: number][];
/** What the page's browser says. */
let isHidden: boolean;
let says: { network: () => void; visibility: () => void };
let isListening: boolean;

beforeEach(async () => {
  [beats, connects, lost, clock, isHidden] = [[], 0, [], [], false];
  [knocks, isThere, asksForSocket] = [0, true, 0];
  const http = createServer((_request, response) => {
    knocks += 1;
    response.statusCode = isThere ? 200 : 502;
    response.end();
  });
  io = new Server(http, {
    serveClient: false,
    allowRequest: (_request, decide) => {
      asksForSocket += 1;
      decide(null, isThere);
    },
  });
  io.on('connection', (socket) => {
    socket.on('feed:beat', (beat: FeedBeat, answer: (said: object) => void) => {
      beats.push(beat);
      answer({ ok: true, now: 5_000, retrySpreadMs: 100 });
    });
  });
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done));
  cable = await Cable.to((http.address() as AddressInfo).port);
});
afterEach(async () => {
  kept.close();
  expect(isListening).toBe(false);
  await cable.close();
  await io.close();
});

function keep(over: { readonly waitMs?: number | null; readonly isOverlay?: boolean } = {}): void {
  kept = new KeptConnection(
    {
      server: cable.url,
      auth: {},
      isOverlay: over.isOverlay ?? true,
      shown: () => 7_000,
      onConnect: () => {
        connects += 1;
      },
      onLost: (because) => lost.push(because),
      onRefused: () => over.waitMs ?? null,
      onClock: (serverNow, _now, uncertainMs) => clock.push([serverNow, uncertainMs]),
    },
    {
      isHidden: () => isHidden,
      listen: (network, visibility) => {
        says = { network, visibility };
        isListening = true;
        return () => {
          isListening = false;
        };
      },
    },
  );
}
const connected = (count: number) => eventually(() => expect(connects).toBe(count));

describe('a connection that is kept', () => {
  it('says what is shown, and hears the server’s clock', async () => {
    keep();
    await eventually(() => expect(beats.length).toBeGreaterThan(1));
    expect(beats[0]).toEqual({ at: 7_000, rttMs: null });
    expect(beats[1]).toEqual({ at: 7_000, rttMs: expect.any(Number) });
    const [serverNow, uncertainMs] = clock[0] ?? [0, 0];
    expect(serverNow - 5_000).toBe(uncertainMs - 50);
  });

  it('connects again on a new one where everything is swallowed and nobody is told', async () => {
    keep();
    await eventually(() => expect(clock.length).toBeGreaterThan(0));
    cable.kill();
    await eventually(() => expect(lost).toContain('Nothing came from the server any more.'));
    expect(kept.socket.connected).toBe(false);
    cable.repair();
    await connected(2);
  });

  it('that falls silent when it is new may be silent for longer the next time, and is kept all the same', async () => {
    keep();
    for (let round = 1; round <= 2; round += 1) {
      const answered = clock.length;
      await connected(round);
      await eventually(() => expect(clock.length).toBeGreaterThan(answered));
      cable.kill();
      await eventually(() => expect(lost.filter((why) => why.startsWith('Nothing came'))).toHaveLength(round));
      cable.repair();
    }
    await connected(3);
  });

  it('comes back at once where the browser says that the network is back, also in the middle of a try', async () => {
    keep({ isOverlay: false });
    await eventually(() => expect(clock.length).toBeGreaterThan(0));
    cable.kill();
    await eventually(() => expect(lost.length).toBeGreaterThan(0));
    // Tries that were begun on the dead network never end by themselves.
    await eventually(() => expect(kept.socket.io.engine.readyState).toBe('opening'));
    cable.repair();
    says.network();
    await connected(2);
    expect(lost).not.toContain('The server does not answer.');
  });

  it('begins again where the server answers while a try does not end', async () => {
    keep({ isOverlay: false });
    await eventually(() => expect(clock.length).toBeGreaterThan(0));
    cable.kill();
    await eventually(() => expect(kept.socket.io.engine.readyState).toBe('opening'));
    cable.repair();
    // What was begun on the dead network never ends by itself.
    await connected(2);
    expect(knocks).toBeGreaterThan(0);
  });

  it('comes back where its page is seen again, and not sooner because of it where the server has said when', async () => {
    keep();
    await connected(1);
    cable.pull();
    await eventually(() => expect(lost).toContain('The server does not answer.'));
    cable.repair();
    says.visibility();
    await connected(2);

    let tries = 0;
    io.use((_socket, next) => {
      tries += 1;
      const data = { code: 'rate_limited', retryAfterMs: 600_000 };
      next(Object.assign(new Error('Too many connections.'), { data }));
    });
    io.disconnectSockets(true);
    await eventually(() => expect(lost).toContain('Too many connections at once. Trying again.'));
    says.visibility();
    says.network();
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect([tries, kept.socket.active]).toEqual([1, false]);
  });

  it('asks over HTTP whether the server answers again, and makes a WebSocket only when it does', async () => {
    keep();
    await connected(1);
    // A proxy that stands before a server which is not there.
    [isThere, asksForSocket] = [false, 0];
    io.disconnectSockets(true);
    await eventually(() => expect(knocks).toBeGreaterThan(2));
    expect([connects, asksForSocket]).toEqual([1, 1]);
    isThere = true;
    await connected(2);
    expect(asksForSocket).toBe(2);
  });

  it('says at once that its page is hidden, and that it is seen again', async () => {
    keep();
    await eventually(() => expect(clock.length).toBeGreaterThan(0));
    isHidden = true;
    says.visibility();
    await eventually(() => expect(beats.at(-1)).toMatchObject({ at: 7_000, hidden: true }));
    isHidden = false;
    says.visibility();
    await eventually(() => expect(beats.at(-1)).not.toHaveProperty('hidden'));
    expect(connects).toBe(1);
  });

  it('is not tried again with a right that the server does not accept, unless that is wanted', async () => {
    let tries = 0;
    io.use((_socket, next) => {
      tries += 1;
      next(Object.assign(new Error('No.'), { data: { code: 'forbidden' } }));
    });
    keep({ waitMs: 1 });
    await eventually(() => expect(tries).toBeGreaterThan(2));
    kept.close();
    keep();
    await eventually(() => expect(isListening).toBe(false));
  });
});
