import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { paused, resumed, withDelay } from '../../directory/playhead.js';
import { DrivenBroadcast } from '../../testing/driven-broadcast.js';
import { frame, sessionLine } from '../../testing/race.js';

const T0 = 1_764_000_000_000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: T0 });
});
afterEach(() => {
  vi.useRealTimers();
});

it.each([0, 700, 30_000])(
  'DLY-14: a probe leaves when it is due, also where nothing else happens (%i ms)',
  (delayMs) => {
    const driven = new DrivenBroadcast();
    driven.set({ delayMs, playhead: { moves: 'running' } });
    driven.receive(sessionLine());
    driven.receive(frame(0));
    driven.advance(40_000);
    const at = driven.now();
    driven.probe('p');
    driven.advance(delayMs + 50);
    expect(driven.probed.map(({ room }) => room)).toEqual([
      'broadcast:session:sess_1',
      'broadcast:session:sess_1:public',
    ]);
    const after = (driven.probed[0]?.at ?? 0) - at;
    expect(after).toBeGreaterThanOrEqual(delayMs);
    expect(after).toBeLessThanOrEqual(delayMs + 3);
  },
);

it('a probe passes each output once, later for one with an extra delay, and none that was made after it was due', () => {
  const driven = new DrivenBroadcast();
  driven.set({ delayMs: 1_000, playhead: { moves: 'running' } });
  driven.receive(sessionLine());
  driven.advance(5_000);
  driven.broadcast.audienceFor('sess_1', 2_000);
  driven.advance(5_000);
  const at = driven.now();
  driven.probe('p');
  driven.advance(1_500);
  // The hub of these tests says that every room is watched, so the outputs before stay.
  driven.broadcast.audienceFor('sess_1', 100);
  driven.advance(10_000);
  expect(driven.probed.map(({ room, at: left }) => [room, Math.round((left - at) / 100)])).toEqual([
    ['broadcast:session:sess_1', 10],
    ['broadcast:session:sess_1:public', 10],
    ['broadcast:session:sess_1:plus:2000', 30],
  ]);
});

const act = fc.record({
  act: fc.constantFrom('frame', 'frame', 'frame', 'probe', 'set', 'pause', 'resume', 'wait'),
  delayMs: fc.integer({ min: 0, max: 20_000 }),
  mode: fc.constantFrom('glide' as const, 'jump' as const),
  ms: fc.integer({ min: 10, max: 3_000 }),
});

it('DLY-14: all else leaves the same with a probe or without, and no probe leaves before the delay', () => {
  const run = (acts: readonly (typeof act extends fc.Arbitrary<infer A> ? A : never)[], isProbed: boolean) => {
    vi.setSystemTime(T0);
    const driven = new DrivenBroadcast();
    driven.receive(sessionLine());
    let n = 0;
    for (const { act: what, delayMs, mode, ms } of acts) {
      const { delays } = driven.broadcast;
      const { graphics } = delays;
      if (what === 'frame') driven.receive(frame(n++, { sessionTime: 10 + (driven.now() - T0) / 1000 }));
      else if (what === 'set') driven.set(withDelay(graphics, delayMs, mode, driven.now()));
      else if (what === 'pause') driven.set(paused(delays, driven.now()).graphics);
      else if (what === 'resume') driven.set(resumed(graphics, mode, driven.now()));
      else if (what === 'probe' && isProbed) {
        driven.probe('p');
        const before = driven.probed.length;
        const position = driven.broadcast.position();
        // It is of this moment: the picture has to come to it first.
        if (position < driven.now() - 2) expect(driven.probed).toHaveLength(before);
      }
      driven.advance(what === 'wait' ? ms : 90);
    }
    driven.set(resumed(driven.broadcast.delays.graphics, 'jump', driven.now()));
    driven.advance(25_000);
    driven.broadcast.close();
    // A clock that is looked at more often shows no more than the same pictures.
    return { said: driven.sent.map(({ room, message }) => ({ room, message })), probed: driven.probed.length };
  };
  fc.assert(
    fc.property(fc.array(act, { minLength: 1, maxLength: 40 }), (acts) => {
      const [with_, without] = [run(acts, true), run(acts, false)];
      expect(with_.said.at(-1)?.message.at).toEqual(without.said.at(-1)?.message.at);
      expect(with_.said).toEqual(without.said);
      expect(with_.probed).toBe(2 * acts.filter(({ act: what }) => what === 'probe').length);
    }),
    { numRuns: 60 },
  );
});
