import { isDeepStrictEqual } from 'node:util';
import { applyChange, type FeedMessage, type FeedState, type Picture } from '@okboxbox/protocol';
import type { Socket } from 'socket.io-client';
import type { PublicKind } from './public-shape.js';
import type { Random } from './random.js';
import { trueNow } from './show-truth.js';
import type { Witness } from './witness.js';

/** Who a client without `session:live` is. */
export interface Stranger {
  readonly name: string;
  /** What it shows at the handshake, newly made for each connection. */
  readonly auth: () => Promise<object>;
  /** Shows that it may see before they are published. */
  readonly mayAlwaysSee: (show: string) => boolean;
  /** Shows whose graphics it may see with what it has shown. */
  readonly mayGraphics: (show: string, auth: object) => boolean;
}

export interface OutsiderDeps {
  readonly witness: Witness;
  readonly random: Random;
  readonly shows: readonly string[];
  /** Ids that it may have heard of, of sessions and of links. */
  readonly sessionIds: () => readonly string[];
  readonly connect: (auth: object) => Promise<Socket | null>;
  /** What others hold at a place of a feed: everyone must hold the same. */
  readonly held: Map<string, FeedState>;
}

interface Joined {
  readonly sessionId: string;
  readonly extraMs: number;
  readonly format: 'rows' | 'json';
  readonly picture: Picture;
  epoch: string;
  seq: number;
  at: number;
  state: FeedState | null;
  /** What it was told of the delay last. */
  delay: unknown;
}

interface Answer {
  readonly ok: boolean;
  readonly sessionId?: string;
  readonly picture?: Picture;
  readonly epoch?: string;
  readonly seq?: number;
  readonly at?: number;
  readonly state?: FeedState;
  readonly changes?: readonly FeedMessage[];
}

const EXTRAS = [0, 0, 0, 100, 300, 500, 1_000];
const HOSTILE: readonly (readonly [string, unknown])[] = [
  ['session:join', null],
  ['session:join', []],
  ['session:join', { show: 'Ä', audience: 'broadcast' }],
  ['session:join', { show: { $ne: '' }, audience: 'broadcast' }],
  ['session:join', { audience: 'broadcast', extraDelayMs: -1e9, show: 'one' }],
  ['session:join', { audience: 'broadcast', extraDelayMs: 1e300, show: 'one' }],
  ['session:join', { audience: 'broadcast', extraDelayMs: 50, show: 'one' }],
  ['session:join', { audience: 'broadcast', show: 'one', cars: ['11'] }],
  ['session:join', { audience: 'live', show: 'one', cars: ['11'] }],
  ['session:join', { audience: 'live', show: 'nowhere' }],
  ['session:join', { audience: 'live', sessionId: 'sess_none' }],
  ['session:join', { audience: 'everything', show: 'one' }],
  ['session:join', { audience: 'broadcast', sessionId: 'x'.repeat(5_000) }],
  ['session:join', { audience: 'broadcast', show: 'one', picture: 'both' }],
  ['session:leave', { sessionId: '__proto__' }],
  ['feed:resync', { epoch: 'ended', seq: 0 }],
  ['feed:resync', { epoch: '', seq: -1 }],
  ['feed:resync', { sessionId: 'sess_none', epoch: 'x', seq: 1e9 }],
  ['overlay:report', { name: 'x', version: 'y', frameAgeMs: null, lastError: null }],
  ['overlay:report', 'nothing'],
  ['feed:beat', { at: 0, rttMs: 0 }],
  ['feed:beat', { at: 'now', rttMs: -1, hidden: 3 }],
];
const DIRECTOR_CALLS = [
  'director:join',
  'broadcast:delay:get',
  'broadcast:pause',
  'broadcast:resume',
  'broadcast:moments',
] as const;

/** A client without `session:live` that comes, joins, asks for what it may and what it may not, and goes, all evening. */
export class Outsider {
  readonly #who: Stranger;
  readonly #deps: OutsiderDeps;
  readonly #joined = new Map<string, Joined>();
  /** In which form it has asked for a session last. */
  readonly #formats = new Map<string, Joined['format']>();
  #socket: Socket | null = null;
  #auth: object = {};
  #isOver = false;

  constructor(who: Stranger, deps: OutsiderDeps) {
    this.#who = who;
    this.#deps = deps;
  }

  async run(): Promise<void> {
    const { random } = this.#deps;
    while (!this.#isOver) {
      if (this.#socket === null) await this.#connect();
      else await this.#act(this.#socket);
      await new Promise((resolve) => setTimeout(resolve, random.whole(20, 350)));
    }
  }

  stop(): void {
    this.#isOver = true;
    this.#socket?.disconnect();
  }

  async #connect(): Promise<void> {
    const auth = await this.#who.auth();
    const socket = await this.#deps.connect(auth);
    if (socket === null) return;
    this.#auth = auth;
    this.#joined.clear();
    this.#socket = socket;
    socket.onAny((event: string, body: unknown) => this.#heard(event, body));
    socket.on('connect_error', (error: Error & { data?: unknown }) => {
      const body = { ok: false, error: error.data ?? { message: error.message } };
      this.#tell('refusal', body, {});
      this.#gone(socket);
    });
    socket.on('disconnect', () => this.#gone(socket));
  }

  #gone(socket: Socket): void {
    if (this.#socket === socket) this.#socket = null;
    socket.disconnect();
  }

  async #act(socket: Socket): Promise<void> {
    const { random, shows, sessionIds } = this.#deps;
    const show = random.pick(shows);
    const sessionId = random.pick([...sessionIds(), 'sess_none']);
    const what = random.next();
    if (this.#joined.size === 0 || what < 0.25) {
      const place = random.chance(0.75) ? { show } : { sessionId };
      const extraDelayMs = random.pick(EXTRAS);
      const format = random.chance(0.7) ? 'rows' : 'json';
      // The graphics are refused to who has no right to them, and are a join like any other to who has.
      const picture = random.pick([{}, {}, {}, { picture: 'public' }, { picture: 'graphics' }]);
      await this.#join(socket, { ...place, ...picture, audience: 'broadcast', extraDelayMs, format });
    } else if (what < 0.5) await this.#resync(socket);
    else if (what < 0.56) await this.#leave(socket);
    else if (what < 0.62) socket.disconnect();
    else if (what < 0.7) await this.#ask(socket, 'session:join', { show, audience: 'live' });
    else if (what < 0.78) await this.#ask(socket, ...random.pick(HOSTILE));
    else if (what < 0.86) await this.#ask(socket, random.pick(DIRECTOR_CALLS), random.pick([{ show }, { sessionId }]));
    else if (what < 0.9) {
      await this.#ask(socket, 'broadcast:delay:set', { show, delayMs: 0, publicExtraMs: 0, mode: 'jump' });
      await this.#ask(socket, 'link:create', { show, kind: 'overlay' });
    }
  }

  #join(socket: Socket, join: { extraDelayMs: number; format: 'rows' | 'json'; [name: string]: unknown }) {
    return this.#ask(socket, 'session:join', join, (answer) => {
      if (answer.sessionId === undefined) return;
      const { extraDelayMs: extraMs, format } = join;
      const { sessionId, picture = 'public' } = answer;
      this.#begin({ sessionId, extraMs, format, picture }, answer);
    });
  }

  /** Asks for what it has missed, sometimes from where it is and sometimes from where nobody is. */
  #resync(socket: Socket): Promise<void> {
    const { random } = this.#deps;
    const joined = random.pick([...this.#joined.values()]);
    const epoch = random.chance(0.6) ? joined.epoch : random.pick(['ended', '', 'another']);
    const seq = Math.max(0, joined.seq + random.pick([0, 0, -1, -5, 3, 1_000_000, -1_000]));
    return this.#ask(socket, 'feed:resync', { sessionId: joined.sessionId, epoch, seq }, (answer) => {
      const now = this.#joined.get(joined.sessionId);
      // It has been moved on, or has joined anew, while it asked.
      if (now !== joined) return;
      if (answer.state !== undefined) this.#begin(joined, answer, true);
    });
  }

  #leave(socket: Socket): Promise<void> {
    const [sessionId] = this.#joined.keys();
    this.#joined.delete(sessionId ?? '');
    return this.#ask(socket, 'session:leave', { sessionId });
  }

  #begin(
    { sessionId, extraMs, format, picture }: Pick<Joined, 'sessionId' | 'extraMs' | 'format' | 'picture'>,
    answer: Answer,
    isResync = false,
  ): void {
    const { epoch = '', seq = 0, at = 0, state } = answer;
    const before = this.#joined.get(sessionId);
    if (before?.epoch === epoch && before.extraMs === extraMs && before.picture === picture && at < before.at) {
      this.#complain('order', 'joined', `the instant fell back from ${before.at} to ${at}`);
    }
    const joined: Joined = {
      sessionId,
      extraMs,
      format,
      picture,
      epoch,
      seq,
      at,
      state: null,
      delay: isResync ? before?.delay : null,
    };
    if (format === 'rows' && state !== undefined) this.#hold(joined, state);
    this.#joined.set(sessionId, joined);
    this.#formats.set(sessionId, format);
  }

  /** Everyone at one place of a feed holds the same, whenever they came. */
  #hold(joined: Joined, state: FeedState): void {
    joined.state = state;
    const { held } = this.#deps;
    const place = `${joined.sessionId} ${joined.epoch} ${joined.seq}`;
    const others = held.get(place);
    if (others === undefined) held.set(place, state);
    else if (joined.epoch !== 'ended' && !isDeepStrictEqual(others, state)) {
      this.#complain('differs', 'feed', `at ${place} two hold another state`);
    }
  }

  /** Calls, waits for the answer, and has it looked at as it comes. */
  #ask(
    socket: Socket,
    event: string,
    input: unknown,
    taken: (answer: Answer) => void = () => undefined,
  ): Promise<void> {
    const own = JSON.stringify(input);
    const extraMs = (input as { extraDelayMs?: unknown } | null)?.extraDelayMs;
    return new Promise((resolve) => {
      socket.timeout(2_500).emit(event, input, (failed: Error | null, answer: Answer) => {
        resolve();
        if (failed !== null) return;
        const joined = this.#joined.get(answer.sessionId ?? '');
        const isResync = event === 'feed:resync';
        const extra = isResync ? (joined?.extraMs ?? 0) : Number(extraMs ?? 0);
        this.#tell(kindOf(event, answer, joined?.format), answer, {
          own,
          extraMs: answer.ok ? extra : 0,
          isOfPublic: (isResync ? joined?.picture : answer.picture) === 'public',
          state: event === 'session:join' && isState(answer.state) ? answer.state : null,
        });
        if (answer.ok) taken(answer);
      });
    });
  }

  #heard(event: string, body: unknown): void {
    if (event !== 'feed') {
      const { sessionId, from } = body as { sessionId?: string; from?: string };
      // To be moved on is told by the output's own delay; how late it is, is no secret of the race.
      const extraMs = this.#joined.get(from ?? sessionId ?? '')?.extraMs ?? 0;
      this.#tell(event in OTHER_EVENTS ? (event as PublicKind) : 'unknown', body, { extraMs });
      const told = this.#joined.get(sessionId ?? '');
      if (event === 'broadcast:delay:state' && told !== undefined) {
        // To say the same again tells that something has happened.
        if (isDeepStrictEqual(told.delay, body))
          this.#complain('early', event, `the same again: ${JSON.stringify(body)}`);
        told.delay = body;
      }
      if (from !== undefined) this.#joined.delete(from);
      if (event === 'session:withdrawn') this.#joined.delete(sessionId ?? '');
      return;
    }
    const message = body as FeedMessage;
    const joined = this.#joined.get(message.sessionId);
    if (joined === undefined || joined.epoch !== message.epoch) {
      // Sent before it left, or was moved on.
      this.#tell(this.#formats.get(message.sessionId) === 'json' ? 'feed (json)' : 'feed', message, {});
      return;
    }
    if (message.seq !== joined.seq + 1) this.#complain('order', 'feed', `${message.seq} came behind ${joined.seq}`);
    const at = message.at ?? 0;
    if (at < joined.at) this.#complain('order', 'feed', `the instant fell back from ${joined.at} to ${at}`);
    joined.seq = message.seq;
    joined.at = at;
    if (joined.state !== null) this.#hold(joined, applyChange(joined.state, message));
    const { extraMs, format, state, picture } = joined;
    const isOfPublic = picture === 'public';
    this.#tell(format === 'json' ? 'feed (json)' : 'feed', message, { extraMs, state, isOfPublic });
  }

  #tell(
    kind: PublicKind | 'unknown',
    body: unknown,
    more: { extraMs?: number; own?: string; state?: FeedState | null; isOfPublic?: boolean },
  ) {
    const { name: who, mayAlwaysSee } = this.#who;
    const text = JSON.stringify(body) ?? '';
    const auth = this.#auth;
    const mayGraphics = (show: string) => this.#who.mayGraphics(show, auth);
    this.#deps.witness.looksAt({ who, kind, body, text, at: trueNow(), mayAlwaysSee, mayGraphics, ...more });
  }

  #complain(what: 'order' | 'differs' | 'early', kind: string, detail: string): void {
    this.#deps.witness.tell({ what, who: this.#who.name, kind, detail });
  }
}

const OTHER_EVENTS = {
  'session:moved': 1,
  'session:withdrawn': 1,
  'session:closed': 1,
  'broadcast:delay:state': 1,
  'show:look': 1,
} as const;

function kindOf(event: string, answer: Answer, format: string | undefined): PublicKind | 'unknown' {
  if (!answer.ok) return 'refusal';
  if (event === 'session:join') return isState(answer.state) ? 'joined' : 'joined (json)';
  if (event === 'feed:resync') return format === 'json' ? 'joined (json)' : 'joined';
  if (event === 'feed:beat') return 'beat';
  return event === 'session:leave' || event === 'overlay:report' ? 'left' : 'unknown';
}

function isState(state: unknown): state is FeedState {
  return typeof state === 'object' && state !== null && 'rows' in state;
}
