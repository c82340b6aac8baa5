import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { applyChange, type FeedMessage, type FeedState } from '@okboxbox/protocol';
import { io, type Socket } from 'socket.io-client';
import { afterEach, expect, it } from 'vitest';
import { eventually } from '../../testing/eventually.js';
import { tokenOf } from '../okboxbox.js';
import { longOr } from './form.js';
import { expectSameRace, RaceNight, undisturbed } from './race-night.js';

const RACE = `demo:fuzz,cars=20,minutes=${longOr(15, 6)}`;
/** How long it goes on, in ms. */
const FOR_MS = longOr(25_000, 10_000);
/** Set `FUZZ_SEED` to what a failing run printed to see it again. */
const SEED = Number(process.env.FUZZ_SEED ?? randomBytes(4).readUInt32LE());

let night: RaceNight;
afterEach(() => night.end());

/** Tommy Ettinger's mulberry32: from 0 up to 1. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Makes what no well-meaning client sends. */
class Mischief {
  readonly #roll: () => number;

  constructor(seed: number) {
    this.#roll = dice(seed);
  }

  pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.#roll() * from.length)] as T;
  }

  chance(of: number): boolean {
    return this.#roll() < of;
  }

  bytes(most: number): Buffer {
    return Buffer.from(Array.from({ length: Math.floor(this.#roll() * most) }, () => Math.floor(this.#roll() * 256)));
  }

  value(depth = 3): unknown {
    const kind = Math.floor(this.#roll() * (depth > 0 ? 12 : 9));
    switch (kind) {
      case 0:
        return null;
      case 1:
        return this.pick([0, -1, 1e308, -0.5, 2 ** 53, 4711]);
      case 2:
        return this.pick(['', 'local', 'sess_x', '__proto__', '../../etc/passwd', '\u0000', '😀'.repeat(50), "'; --"]);
      case 3:
        return 'x'.repeat(Math.floor(this.#roll() * 50_000));
      case 4:
        return this.chance(0.5);
      case 5:
        return undefined;
      case 6:
        return this.bytes(2_000);
      case 7:
        return this.pick(['live', 'broadcast', 'rows', 'json', 'finished']);
      case 8:
        return -this.#roll();
      case 9:
        return Array.from({ length: Math.floor(this.#roll() * 20) }, () => this.value(depth - 1));
      default:
        return Object.fromEntries(
          Array.from({ length: Math.floor(this.#roll() * 8) }, () => [
            this.pick([
              'sessionId',
              'show',
              'audience',
              'epoch',
              'seq',
              'cars',
              'format',
              'run',
              'reason',
              'constructor',
            ]),
            this.value(depth - 1),
          ]),
        );
    }
  }
}

interface Work {
  answered: number;
  refused: number;
  silent: number;
  calls: number;
  broken: number;
}

const EVENTS: Readonly<Record<string, readonly string[]>> = {
  '/': ['session:join', 'session:join', 'session:leave', 'feed:resync'],
  '/relay': ['relay:hello', 'relay:frames', 'relay:frames', 'relay:bye'],
};
/** Longest that an answer is waited for, in ms: events that nobody knows have none. */
const PATIENCE_MS = 1_500;
const PATHS = [
  '/api/sessions',
  '/api/sessions/x/laps?car=x',
  '/api/sign-in',
  '/api/tokens/revoke',
  '/api/%00',
  '/..%2f',
];

async function misbehave(night: RaceNight, mischief: Mischief, tokens: readonly string[], until: number, work: Work) {
  while (Date.now() < until) {
    const namespace = mischief.pick(['/', '/relay']);
    const socket: Socket = io(`${night.url}${namespace}`, {
      auth: { token: mischief.chance(0.7) ? tokens[namespace === '/' ? 0 : 1] : mischief.pick(tokens) },
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
    });
    try {
      await new Promise<void>((resolve) => {
        socket.once('connect', resolve);
        socket.once('connect_error', () => resolve());
      });
      for (let i = 0; i < 25 && socket.connected && Date.now() < until; i++) {
        const event = mischief.chance(0.02) ? 'nonsense' : mischief.pick(EVENTS[namespace] ?? []);
        const greeting = { relayId: 'bad', run: 'r', version: '0', protocol: 1, source: 'x', sim: 'x', show: 'other' };
        const payload = mischief.chance(0.2)
          ? namespace === '/'
            ? { show: 'local', audience: 'live' }
            : { ...greeting, simSessionKey: '0:0', playback: true }
          : mischief.value();
        const answer: { ok?: boolean } = await socket
          .timeout(PATIENCE_MS)
          .emitWithAck(event, payload)
          .catch(() => ({}));
        if (answer.ok === true) work.answered += 1;
        else if (answer.ok === false) work.refused += 1;
        else work.silent += 1;
        // A flood of joins from one that does not wait.
        if (mischief.chance(0.01)) {
          for (let n = 0; n < 200; n++) socket.emit('session:join', { show: 'local', audience: 'live' });
        }
      }
      const response = await fetch(`${night.url}${mischief.pick(PATHS)}`, {
        method: mischief.pick(['GET', 'POST', 'PUT']),
        headers: mischief.chance(0.5) ? { authorization: `Bearer ${mischief.pick(tokens)}` } : {},
        signal: AbortSignal.timeout(5_000),
      });
      work.calls += 1;
      if (response.status >= 500) work.broken += 1;
      await response.arrayBuffer();
    } finally {
      if (mischief.chance(0.5)) socket.disconnect();
      else socket.io.engine?.close();
      socket.close();
    }
  }
}

it(`what comes from outside harms nobody else (FUZZ_SEED=${SEED})`, { timeout: 240_000 }, async () => {
  const expected = await undisturbed(RACE);
  night = await RaceNight.begin();
  const server = await night.serve({ LOG_LEVEL: 'silent' });
  const relay = await night.relay(RACE, '20');
  await eventually(async () => expect(await night.clock()).toBeGreaterThan(5));

  // One who only watches, and must not notice anything.
  const watcher = io(night.url, {
    auth: { token: await tokenOf(night.data.dir, 'team') },
    transports: ['websocket'],
    reconnection: false,
  });
  const heard: FeedMessage[] = [];
  watcher.on('feed', (message: FeedMessage) => heard.push(message));
  const joined: { seq: number; state: FeedState } = await watcher.emitWithAck('session:join', {
    show: 'local',
    audience: 'live',
  });

  const tokens = [
    await tokenOf(night.data.dir, 'team'),
    await tokenOf(night.data.dir, 'relay', '--show', 'other'),
    await tokenOf(night.data.dir, 'viewer'),
    'nonsense',
    '',
  ];
  const work: Work = { answered: 0, refused: 0, silent: 0, calls: 0, broken: 0 };
  const until = Date.now() + FOR_MS;
  await Promise.all(
    Array.from({ length: 10 }, (_, i) => misbehave(night, new Mischief(SEED + i), tokens, until, work)),
  );
  const rssKb = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.process.pid}/status`, 'utf8'))?.[1]);
  process.stdout.write(`${JSON.stringify({ seed: SEED, ...work, serverMb: Math.round(rssKb / 1024) })}\n`);

  expect(await relay.ended).toBe(0);
  const session = (await night.sessions()).find((each) => each.show === 'local');
  await eventually(async () =>
    expect((await night.sessions()).find((each) => each.show === 'local')?.status).toBe('ended'),
  );
  expectSameRace(await night.results(session?.sessionId ?? ''), expected);
  expect(watcher.connected).toBe(true);
  expect(heard.map((message) => message.seq)).toEqual(heard.map((_, i) => joined.seq + 1 + i));
  const last = heard.reduce<FeedState>(applyChange, joined.state);
  expect(last.clock.phase).toBe('cooldown');
  watcher.disconnect();

  // It did real work: much was refused, some of it was fine, and nothing broke.
  expect(work.refused).toBeGreaterThan(longOr(300, 100));
  expect(work.answered).toBeGreaterThan(longOr(20, 5));
  expect(work.calls).toBeGreaterThan(longOr(20, 5));
  expect(work.broken).toBe(0);
  expect(server.process.exitCode).toBeNull();
  expect(rssKb).toBeLessThan(700 * 1024);
});
