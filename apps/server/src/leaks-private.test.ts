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

it('the leak test finds a server that lets through what nobody has marked public', { timeout: 60_000 }, async () => {
  const night = new Night({ seed: 1, forMs: 6_000, shows: 2, outsiders: 12, callers: 3, restarts: false });
  await night.run();
  const found = night.witness.leaks.filter(({ what }) => what === 'private').map(({ detail }) => detail);
  expect(found).toContainEqual(expect.stringContaining('entries[0].note'));
  // Messages to drivers are race events that are not public.
  expect(found).toContainEqual(expect.stringMatching(/^a message in/));
});
