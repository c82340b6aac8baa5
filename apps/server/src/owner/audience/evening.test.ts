import type { SessionMoved, SessionType } from '@okboxbox/protocol';
import type { Socket } from 'socket.io-client';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { frame, sessionLine } from '../../testing/race.js';
import { serverForEachTest } from '../../testing/running-server.js';

const { token, socket, relay, get, restart } = serverForEachTest();

/** An overlay as OBS has it: its address names the show, and nothing about it changes all evening. */
class Overlay {
  /** Sessions that it was on, in order, and when it came to each. */
  readonly sessions: string[] = [];
  readonly cameAt: number[] = [];
  readonly #auth: object;
  readonly #extraDelayMs: number;

  constructor(auth: object, extraDelayMs = 0) {
    this.#auth = auth;
    this.#extraDelayMs = extraDelayMs;
    this.connect();
  }

  /** As a page does that is loaded, or whose connection is back. */
  connect(): void {
    const made = socket('/', { clientKind: 'overlay', ...this.#auth });
    made.on('session:moved', (_moved: SessionMoved) => void this.#join(made));
    void this.#join(made);
  }

  async #join(made: Socket): Promise<void> {
    const input = { show: 'local', audience: 'broadcast', extraDelayMs: this.#extraDelayMs };
    const joined = await made.emitWithAck('session:join', input).catch(() => null);
    // Its line was cut meanwhile: it joins again by the next.
    if (joined === null) return;
    if (!joined.ok) setTimeout(() => void this.#join(made), 50);
    else if (this.sessions.at(-1) !== joined.sessionId) {
      this.sessions.push(joined.sessionId);
      this.cameAt.push(Date.now());
    }
  }
}

/** Feeds one session of the sim, a frame every 50 ms, until it is stopped. */
async function feed(type: SessionType, number: number) {
  const { relay: made, sessionId, send } = await relay({ simSessionKey: `77:${number}`, run: type, playback: false });
  await send([sessionLine({ type, simSessionKey: `77:${number}` })], 1);
  let n = 0;
  const sent: Promise<unknown>[] = [];
  const timer = setInterval(() => {
    sent.push(send([frame(n)], n + 2));
    n += 1;
  }, 50);
  return {
    sessionId,
    frames: () => n,
    end: async () => {
      clearInterval(timer);
      // A slow disk answers late, and what is cut off before its answer fails.
      await Promise.all(sent);
      await made.emitWithAck('relay:bye', { reason: 'session-changed' });
      made.disconnect();
    },
  };
}

describe('an evening of three sessions', () => {
  it('DLY-13: goes from one to the next behind one address, late as it was set, over a restart', {
    timeout: 60_000,
  }, async () => {
    const practice = await feed('practice', 0);
    const call = async (event: string, input: object) =>
      socket('/', { token: await token('director') }).emitWithAck(event, { show: 'local', ...input });
    await call('broadcast:publish', { published: true });
    await call('broadcast:delay:set', { delayMs: 1_000 });
    const overlay = new Overlay({});
    const later = new Overlay({ token: await token('overlay') }, 500);
    await eventually(() =>
      expect([overlay.sessions, later.sessions]).toEqual([[practice.sessionId], [practice.sessionId]]),
    );

    await practice.end();
    const qualifyingBegan = Date.now();
    const qualifying = await feed('qualify', 1);
    // Who sees it live is there at once; who sees it later is still shown the practice.
    const live = socket('/', { token: await token('team') });
    expect(await live.emitWithAck('session:join', { show: 'local', audience: 'live' })).toMatchObject({
      sessionId: qualifying.sessionId,
    });
    const { status } = await get(`/api/public/sessions/${qualifying.sessionId}/timing`);
    // A slow machine may ask when it is due already.
    if (Date.now() - qualifyingBegan < 1_000) expect(status).toBe(404);
    const both = [practice.sessionId, qualifying.sessionId];
    await eventually(() => expect([overlay.sessions, later.sessions]).toEqual([both, both]));
    expect((overlay.cameAt[1] ?? 0) - qualifyingBegan).toBeGreaterThanOrEqual(1_000);
    expect((later.cameAt[1] ?? 0) - qualifyingBegan).toBeGreaterThanOrEqual(1_500);
    expect(await call('broadcast:delay:get', {})).toMatchObject({ delayMs: 1_000, delay: { published: true } });

    // The director acts while the qualifying has ended and is still on air, and then the server is restarted.
    await qualifying.end();
    await call('broadcast:delay:set', { delayMs: 2_000 });
    await restart();
    overlay.connect();
    later.connect();
    expect((await get(`/api/public/sessions/${qualifying.sessionId}/timing`)).status).toBeOneOf([200, 404]);
    const raceBegan = Date.now();
    const race = await feed('race', 2);
    await eventually(() =>
      expect([overlay.sessions.at(-1), later.sessions.at(-1)]).toEqual([race.sessionId, race.sessionId]),
    );
    expect((overlay.cameAt.at(-1) ?? 0) - raceBegan).toBeGreaterThanOrEqual(2_000);
    expect((later.cameAt.at(-1) ?? 0) - raceBegan).toBeGreaterThanOrEqual(2_500);
    const evening = [practice.sessionId, qualifying.sessionId, race.sessionId];
    expect(overlay.sessions).toEqual(evening);
    expect(later.sessions).toEqual(evening);

    // The last seconds are shown to their end, and the end with them.
    await race.end();
    const frames = race.frames();
    await eventually(async () => {
      const { body } = await get<{ sessionTime: number }>(`/api/public/sessions/${race.sessionId}/timing`);
      expect(body.sessionTime).toBeCloseTo(100 + (frames - 1) / 10, 5);
      expect((await get<{ status: string }[]>('/api/sessions')).body[0]?.status).toBe('ended');
    });
  });
});
