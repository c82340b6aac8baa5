import { type FeedState, publicStates, SLOTS } from '@okboxbox/protocol';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { paused, resumed, withDelay } from '../../directory/playhead.js';
import { DrivenBroadcast } from '../../testing/driven-broadcast.js';
import { frame, sessionLine } from '../../testing/race.js';
import { feedStateOf } from './feed-view.js';

const T0 = 1_764_000_000_000;
/** What the relay's clock is ahead. */
const AHEAD_MS = 7_000;
const EXTRAS = [0, 100, 2_000, 30_000];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: T0 });
});
afterEach(() => {
  vi.useRealTimers();
});

const delayMs = fc.oneof(fc.constantFrom(0, 500, 1_000, 30_000, 120_000), fc.integer({ min: 0, max: 120_000 }));
const act = fc.oneof(
  { weight: 8, arbitrary: fc.record({ act: fc.constant('frames'), count: fc.integer({ min: 1, max: 40 }) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('backlog'), count: fc.integer({ min: 1, max: 60 }) }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('set'), delayMs, mode: fc.constantFrom('glide', 'jump') }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constantFrom('pause', 'resume', 'crew') }) },
  {
    weight: 2,
    arbitrary: fc.record({
      act: fc.constant('cue'),
      when: fc.constantFrom('picture', 'now'),
      slot: fc.constantFrom('message', 'flag'),
      forMs: fc.constantFrom(null, 700, 5_000),
    }),
  },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('join'), extraMs: fc.constantFrom(...EXTRAS) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('wait'), ms: fc.integer({ min: 1, max: 40_000 }) }) },
) as fc.Arbitrary<{
  act: string;
  count: number;
  delayMs: number;
  mode: 'glide' | 'jump';
  when: 'picture' | 'now';
  slot: 'message' | 'flag';
  forMs: number | null;
  extraMs: number;
  ms: number;
}>;

/** A show that is driven, with the truth of it kept beside. */
class Drive {
  readonly on = new DrivenBroadcast();
  /** When each frame was captured, by its number. */
  readonly #captured: number[] = [];
  #positionWas = Number.NEGATIVE_INFINITY;
  #cues = 0;
  #paused = false;

  constructor() {
    this.on.receive(this.#crew());
  }

  do(step: Parameters<Parameters<typeof act.map>[0]>[0]): void {
    const { on } = this;
    const { delays } = on.broadcast;
    const { graphics } = delays;
    switch (step.act) {
      case 'frames':
        for (let i = 0; i < step.count; i++) {
          this.#wait(50 + ((i * 37) % 120));
          on.receive(this.#frame());
        }
        break;
      case 'backlog': {
        // Captured while the relay was away, and all there at once; its clock is proven.
        const frames = Array.from({ length: step.count }, () => {
          this.#wait(100);
          return this.#frame();
        });
        const proof = { from: 0, to: T0 * 2, leastAheadMs: AHEAD_MS - 3 };
        for (const record of frames) on.receive(record, proof);
        break;
      }
      case 'crew':
        on.receive(this.#crew());
        break;
      case 'set':
        on.set(withDelay(graphics, step.delayMs, step.mode, on.now()));
        break;
      case 'pause':
        this.#paused = true;
        on.set(paused(delays, on.now()).graphics);
        break;
      case 'resume':
        if (this.#paused) on.set(resumed(graphics, 'jump', on.now()));
        this.#paused = false;
        break;
      case 'cue':
        this.#cue(step);
        break;
      case 'join':
        this.#join(step.extraMs);
        break;
      case 'wait':
        this.#wait(step.ms);
        break;
    }
    this.check();
  }

  /** Everything that has left since the last look was due, and in order. */
  check(): void {
    const { sent } = this.on;
    for (const { room, at, position, message } of sent.splice(0)) {
      this.#neverEarly(JSON.stringify(message), extraOf(room), at, position);
      const before = this.#newest.get(room);
      if (before !== undefined && before.epoch === message.epoch) {
        expect(message.seq).toBe(before.seq + 1);
        expect(message.at).toBeGreaterThanOrEqual(before.at);
      }
      this.#newest.set(room, { epoch: message.epoch, seq: message.seq, at: message.at ?? 0 });
    }
    const position = this.on.broadcast.position();
    expect(position).toBeGreaterThanOrEqual(this.#positionWas - 1e-6);
    this.#positionWas = position;
  }
  readonly #newest = new Map<string, { epoch: string; seq: number; at: number }>();

  /** Lets all of it air, to its end. */
  end(): void {
    const { on } = this;
    on.note({ note: 'ended', reason: 'test', at: Math.ceil(on.now()) });
    on.set(resumed(on.broadcast.delays.graphics, 'jump', on.now()));
    this.#wait(300_000);
    this.check();
  }

  #neverEarly(text: string, extraMs: number, at: number, position: number): void {
    const newest = Math.max(-1, ...[...text.matchAll(/n(\d+)n/g)].map(([, n]) => Number(n)));
    if (newest === -1) return;
    // The playhead has properties of its own; here all holds that it says.
    const allowed = Math.max(position - extraMs, Math.min(position, at - 120_000));
    expect(this.#captured[newest]).toBeLessThanOrEqual(allowed);
  }

  /** A late joiner: has what the others have, and nothing early. */
  #join(extraMs: number): void {
    const { broadcast, state } = this.on;
    const audience = broadcast.audienceFor(state.facts.sessionId, extraMs);
    this.check();
    if (audience === undefined || audience === 'full') return;
    const view = this.on.channel.view(audience.room);
    if (view === undefined) return;
    const snapshot = { ...view.snapshots.position, state: view.state };
    this.#neverEarly(JSON.stringify(snapshot), extraMs, this.on.now(), broadcast.position());
    const mirror = this.on.mirrorOf(audience.room);
    if (mirror !== undefined) expect(snapshot.state).toEqual(mirror);
    this.on.watch(audience.room, snapshot.state);
  }

  #wait(ms: number): void {
    this.on.advance(ms);
    this.check();
  }

  #frame() {
    const n = this.#captured.push(this.on.now()) - 1;
    const at = this.on.now();
    return frame(n, { capturedAt: at + AHEAD_MS, sessionTime: (at - T0) / 1000 + 10, flags: ['green', `n${n}n`] });
  }

  #crew() {
    const n = this.#captured.push(this.on.now()) - 1;
    return sessionLine({ track: { id: '1', name: `n${n}n`, config: null, lengthM: 4_000, sectorStarts: [0, 0.5] } });
  }

  #cue({ when, slot, forMs }: { when: 'picture' | 'now'; slot: 'message' | 'flag'; forMs: number | null }): void {
    const { on } = this;
    const from = when === 'now' ? on.broadcast.position() : on.now();
    const until = forMs === null ? null : from + forMs;
    // One that is cued with the picture has happened when it was cued; one for now is meant to be seen at once.
    const n = when === 'picture' ? `n${this.#captured.push(on.now()) - 1}n` : `now ${++this.#cues}`;
    const set =
      slot === 'flag' ? { flag: { flag: 'yellow' as const, until } } : { message: { title: null, text: n, until } };
    on.cue(set, when);
  }
}

function extraOf(room: string): number {
  return Number(/:plus:(\d+)$/.exec(room)?.[1] ?? 0);
}

describe('a show whose server ends', () => {
  it('airs nothing more and keeps nothing running, also where a line comes late', () => {
    const driven = new DrivenBroadcast();
    driven.receive(sessionLine());
    driven.receive(frame(0));
    driven.advance(1_000);
    driven.broadcast.close();
    const before = [driven.sent.length, driven.moves.length];
    driven.begin('sess_2');
    driven.broadcast.tick();
    driven.advance(5_000);
    expect([driven.sent.length, driven.moves.length]).toEqual(before);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('the public picture, whatever its director and its relay do', () => {
  it('DLY-1, DLY-4, DLY-10, DLY-12: is never early, goes forward, and comes in order; late joiners have what others have', () => {
    fc.assert(
      fc.property(fc.array(act, { minLength: 3, maxLength: 30 }), (steps) => {
        vi.setSystemTime(T0);
        vi.clearAllTimers();
        const drive = new Drive();
        for (const step of steps) drive.do(step);
        drive.end();
        drive.on.broadcast.close();
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  it('DLY-11: has at its end what the session has, in every output, whenever it came', () => {
    fc.assert(
      fc.property(fc.array(act, { minLength: 3, maxLength: 25 }), (steps) => {
        vi.setSystemTime(T0);
        vi.clearAllTimers();
        const drive = new Drive();
        const { on } = drive;
        for (const step of steps) drive.do(step);
        drive.end();
        const { broadcast, state } = on;
        const final = publicStates()(feedStateOf(state, null));
        for (const audience of broadcast.session(state.facts.sessionId)?.audiences ?? []) {
          const due = withoutOver(final, broadcast.position(audience.extra));
          const epoch = audience.aired?.state.topics.epoch as string;
          expect(audience.aired?.state).toEqual({ ...due, topics: { ...due.topics, epoch } });
          expect(audience.hasEnded).toBe(true);
        }
        broadcast.close();
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});

/** The state without slots whose time is over. */
function withoutOver(state: FeedState, at: number): FeedState {
  const over = SLOTS.filter((slot) => (state.onAir[slot]?.until ?? Number.POSITIVE_INFINITY) <= at);
  return { ...state, onAir: { ...state.onAir, ...Object.fromEntries(over.map((slot) => [slot, null])) } };
}
