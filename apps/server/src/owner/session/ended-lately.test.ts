import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MAX_BEHIND_MS } from '@okboxbox/protocol';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LIVE_HELLO as HELLO } from '../../testing/hellos.js';
import { SessionRegistry } from './registry.js';

const log = pino({ level: 'silent' });
let dir: string;
let registry: SessionRegistry | null = null;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ended-'));
});
afterEach(async () => {
  await registry?.close();
  rmSync(dir, { recursive: true, force: true });
});

/** A run of the server that starts when its clock says this. */
async function run(now: number, clockShiftMs: number | null): Promise<SessionRegistry> {
  await registry?.close();
  registry = await SessionRegistry.open(dir, { clock: { now: () => now }, log, randomId: () => 'one', clockShiftMs });
  return registry;
}

it('DLY-9: a session that ended a moment ago is known to have, whatever the clock was set since, run after run', async () => {
  const first = await run(1_000_000, null);
  const { session, stream } = await first.attach(HELLO, 'local');
  await first.onRelayBye(session, stream, 'finished');

  // A second later by the truth, with the clock a minute on.
  const second = await run(1_061_000, 60_000);
  expect(second.endedLately().map(({ sessionId }) => sessionId)).toEqual(['sess_one']);
  expect(second.shiftOf('sess_one')).toBe(60_000);
  // Another second later, and the clock was left alone.
  const third = await run(1_062_000, 0);
  expect(third.shiftOf('sess_one')).toBe(60_000);
  // The machine is started anew, with the clock an hour back: it may have ended at this very moment.
  const fourth = await run(1_062_000 - 3_600_000, null);
  expect(1_000_000 + fourth.shiftOf('sess_one')).toBe(1_062_000 - 3_600_000);
  // By now it has aired for sure.
  const fifth = await run(1_062_000 - 3_600_000 + MAX_BEHIND_MS + 20_000, 0);
  expect(fifth.endedLately()).toEqual([]);
  expect(fifth.summary('sess_one')).toMatchObject({ status: 'ended', endedAt: 1_000_000 });
});
