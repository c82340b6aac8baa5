import type { SessionSummary } from '@okboxbox/protocol';
import fc from 'fast-check';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../../../../testing/temporary-folder.js';
import { LIVE_HELLO as HELLO } from '../../testing/hellos.js';
import { SessionRegistry } from './registry.js';

const inFolder = temporaryFolder();

let opened = 0;
function open(now: () => number): Promise<SessionRegistry> {
  opened += 1;
  const log = pino({ level: 'silent' });
  return SessionRegistry.open(inFolder(`registry-${opened}`), { clock: { now }, log, randomId: () => 'new' });
}

/** What a season leaves behind: sessions that ended when they did, of this show or another. */
function ended(at: number, show: string, n: number): SessionSummary {
  return {
    sessionId: `sess_${n}`,
    show,
    status: 'ended',
    sim: 'test',
    track: 'Monza',
    type: 'race',
    startedAt: at,
    endedAt: at + 10,
    lastFrameAt: at + 9,
    podium: [],
  } as unknown as SessionSummary;
}

it('a show is on the newest of its sessions, whatever order they became known in', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat(50), fc.constantFrom('a', 'b')), { maxLength: 12 }), async (sessions) => {
      const registry = await open(() => 100);
      for (const [n, [at, show]] of sessions.entries()) registry.remember(ended(at, show, n));
      for (const show of ['a', 'b']) {
        const newest = registry.list().find((summary) => summary.show === show);
        expect(registry.newestOf(show)?.startedAt).toBe(newest?.startedAt);
        expect(registry.newestOf(show)?.show).toBe(newest?.show);
      }
      await registry.close();
    }),
    { numRuns: 50 },
  );
});

it('one that runs goes before those that have ended, also where their clock was ahead', async () => {
  const registry = await open(() => 1_000);
  registry.remember(ended(5_000, 'local', 1));
  const { session, stream } = await registry.attach(HELLO, 'local');
  expect(registry.newestOf('local')?.sessionId).toBe(session.id);
  await registry.onRelayBye(session, stream, 'finished');
  expect(registry.newestOf('local')?.sessionId).toBe('sess_1');
  expect(registry.newestOf('elsewhere')).toBeUndefined();
  await registry.close();
});
