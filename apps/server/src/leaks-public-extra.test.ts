import { expect, it, vi } from 'vitest';
import type * as playhead from './directory/playhead.js';
import { Night } from './testing/leaks/night.js';

// The server without the public picture's own time: it is on air with the graphics, as far as their delay says.
vi.mock('./directory/playhead.js', async (original) => {
  const real = await original<typeof playhead>();
  return {
    ...real,
    publicPosition: ({ graphics }: playhead.Delays, now: number) => real.positionOf(graphics, now),
  };
});

const WAYS = ['feed', 'joined', 'timing', 'sessions', 'segment', 'keyframe'];
const waysOf = (witness: Night['witness']) =>
  new Set<string>(witness.leaks.filter(({ what }) => what === 'early').map(({ kind }) => kind));

it('the leak test finds a server that shows the public what only the graphics may show yet', {
  timeout: 90_000,
}, async () => {
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
