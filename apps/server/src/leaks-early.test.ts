import { expect, it, vi } from 'vitest';
import type * as playhead from './audience/playhead.js';
import { Night } from './testing/leaks/night.js';

// The server with its guard taken away: whatever the delay says, everything may be on air.
vi.mock('./audience/playhead.js', async (original) => ({
  ...(await original<typeof playhead>()),
  positionOf: (_delay: playhead.Delay, now: number) => now,
}));

it('the leak test finds a server that does not wait for the delay', { timeout: 60_000 }, async () => {
  const night = new Night({ seed: 1, forMs: 8_000, shows: 2, outsiders: 12, callers: 3, restarts: false });
  await night.run();
  const found = new Set(night.witness.leaks.filter(({ what }) => what === 'early').map(({ kind }) => kind));
  expect([...found]).toEqual(expect.arrayContaining(['feed', 'joined', 'timing', 'sessions']));
});
