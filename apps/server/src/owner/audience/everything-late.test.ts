import type { FeedMessage } from '@okboxbox/protocol';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { DrivenBroadcast } from '../../testing/driven-broadcast.js';
import { frame, sessionLine } from '../../testing/race.js';

const T0 = 1_764_000_000_000;
const DELAY_MS = 10_000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: T0 });
});
afterEach(() => {
  vi.useRealTimers();
});

it('DLY-3: order, clock, flags, race events, cues, the end and the next session leave the set delay later', () => {
  const driven = new DrivenBroadcast();
  driven.set({ delayMs: DELAY_MS, playhead: { moves: 'running' } });
  driven.receive(sessionLine());
  driven.receive(frame(0));
  driven.advance(30_000);
  const before = driven.sent.length;
  const at = driven.now();
  driven.receive(frame(300, { flags: ['yellow'] }));
  const message = { title: null, text: 'Box this lap', until: null };
  driven.cue({ message }, 'picture');
  driven.note({ note: 'ended', reason: 'finished', at: Math.ceil(driven.now()) });
  driven.begin('sess_2');
  driven.receive(sessionLine({ simSessionKey: '8:0' }));
  driven.receive(frame(0));

  driven.advance(DELAY_MS - 100);
  expect(driven.sent.slice(before)).toEqual([]);
  expect(driven.moves.map(({ extra, sessionId }) => `${extra} ${sessionId}`)).toEqual(['0 sess_1', 'public sess_1']);
  driven.advance(1_000);
  const left = driven.sent.slice(before).filter(({ room }) => room === 'broadcast:session:sess_1');
  const firstWith = (has: (sent: FeedMessage) => boolean) => left.find(({ message: sent }) => has(sent))?.at ?? 0;
  const parts = {
    order: firstWith(({ rows }) => (rows?.length ?? 0) > 0),
    clock: firstWith(({ clock }) => clock?.sessionTimeMs !== undefined),
    flags: firstWith(({ clock }) => clock?.flags?.includes('yellow') === true),
    event: firstWith(({ events }) => events?.added.some(({ name }) => name === 'flag.changed') === true),
    cue: firstWith(({ onAir }) => onAir?.message?.text === message.text),
    end: firstWith(({ session }) => session?.status === 'ended'),
    next: driven.moves.find(({ sessionId }) => sessionId === 'sess_2')?.at ?? 0,
  };
  for (const [part, leftAt] of Object.entries(parts)) {
    expect([part, leftAt - at >= DELAY_MS && leftAt - at < DELAY_MS + 1_000]).toEqual([part, true]);
  }
});
