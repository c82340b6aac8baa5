import { expect, it, vi } from 'vitest';
import type * as playhead from './directory/playhead.js';
import { Night } from './testing/leaks/night.js';

// The server with its guard taken away: whatever the delay says, everything may be on air.
vi.mock('./directory/playhead.js', async (original) => ({
  ...(await original<typeof playhead>()),
  positionOf: (_delay: playhead.Delay, now: number) => now,
  publicPosition: (_delays: playhead.Delays, now: number) => now,
}));

const WAYS = ['feed', 'joined', 'timing', 'sessions', 'segment', 'keyframe'];
const waysOf = (witness: Night['witness']) =>
  new Set<string>(witness.leaks.filter(({ what }) => what === 'early').map(({ kind }) => kind));

it('the leak test finds a server that does not wait for the delay', { timeout: 90_000 }, async () => {
  const night = new Night({
    seed: 1,
    forMs: 60_000,
    shows: 2,
    outsiders: 12,
    callers: 3,
    readers: 3,
    restarts: false,
    until: (witness) => WAYS.every((way) => waysOf(witness).has(way)),
  });
  await night.run();
  expect([...waysOf(night.witness)]).toEqual(expect.arrayContaining(WAYS));
});
