import type * as protocol from '@okboxbox/protocol';
import { expect, it, vi } from 'vitest';
import { Night } from './testing/leaks/night.js';

// The server without its allow-list: what goes into a line is all that those with a right see.
vi.mock('@okboxbox/protocol', async (original) => ({
  ...(await original<typeof protocol>()),
  publicStates: () => (state: protocol.FeedState) => ({
    ...state,
    entries: state.entries.map((entry) => ({ ...entry, note: 'of the stewards' })),
  }),
}));

const privateOf = (witness: Night['witness']) =>
  witness.leaks.filter(({ what }) => what === 'private').map(({ detail }) => detail);
// Messages to drivers are race events that are not public.
const FOUND = [/entries\[0\]\.note/, /^a message in/];

it('the leak test finds a server that lets through what nobody has marked public', { timeout: 90_000 }, async () => {
  const night = new Night({
    seed: 1,
    forMs: 60_000,
    shows: 2,
    outsiders: 12,
    callers: 3,
    readers: 3,
    restarts: false,
    until: (witness) => FOUND.every((found) => privateOf(witness).some((detail) => found.test(detail))),
  });
  await night.run();
  for (const found of FOUND) expect(privateOf(night.witness)).toContainEqual(expect.stringMatching(found));
});
