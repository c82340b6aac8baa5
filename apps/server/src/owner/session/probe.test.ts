import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeRecord, readRecord } from '@okboxbox/protocol';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { Taps } from '../../taps.js';
import { RACE_FACTS, race } from '../../testing/race.js';
import { foldSession } from './fold-session.js';
import { recordsOf } from './recording-records.js';
import { Session } from './session.js';
import type { SessionState } from './session-state.js';

const RECORDS = race(120).map((record, i) => readRecord(encodeRecord(record, i + 1)));
const log = pino({ level: 'silent' });
let sessions: string;
let now: number;

beforeEach(begin);
afterEach(() => rmSync(sessions, { recursive: true, force: true }));

function begin(): void {
  sessions = mkdtempSync(join(tmpdir(), 'probe-'));
  now = 1_000;
}

function known(state: SessionState | undefined) {
  if (state === undefined) return undefined;
  return {
    ...state.image(),
    streams: state.streams.map((stream) => ({ ...stream, synced: [] })),
    timing: state.timing,
  };
}

/** A race of `count` records with a probe behind each of some, then the same from disk: folded, resumed and recorded. */
async function run(count: number, probedBehind: ReadonlySet<number>) {
  const deps = { clock: { now: () => now }, log };
  const dir = join(sessions, RACE_FACTS.sessionId);
  const session = await Session.begin(sessions, RACE_FACTS, deps);
  let changes = 0;
  session.onChange(() => {
    changes += 1;
  });
  const stream = session.openStream('rig', 'run', true);
  for (const [i, record] of RECORDS.slice(0, count).entries()) {
    now += 100;
    expect(session.receive(stream, record)).toEqual({ receipt: 'taken' });
    if (probedBehind.has(i)) expect(session.probe(`probe-${i}`)).toBe(true);
  }
  await session.durableRanges(stream);
  const live = known(session.state);
  const folded = known((await foldSession(dir, { repair: false, log }))?.state);
  await session.close();
  const resumed = await foldSession(dir, { repair: true, log });
  const recorded = [];
  for await (const record of recordsOf(dir, { ownCars: new Set() })) recorded.push(record);
  rmSync(sessions, { recursive: true, force: true });
  begin();
  return { live, folded, resumed: known(resumed?.state), recorded, changes };
}

it('a probe changes nothing of a session: not now, not after a restart, and not in its recording', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: RECORDS.length }),
      fc.array(fc.nat(RECORDS.length), { minLength: 1, maxLength: 12 }),
      async (count, probes) => {
        expect(await run(count, new Set(probes))).toEqual(await run(count, new Set()));
      },
    ),
    { numRuns: 15 },
  );
}, 60_000);

it('a probe is told of at each stage of the session, the disk among them, and goes on to the audiences', async () => {
  const taps = new Taps();
  const told: string[] = [];
  taps.probe.listen((probeId, sessionId, stage) => told.push(`${probeId} ${sessionId} ${stage}`));
  const session = await Session.begin(sessions, RACE_FACTS, { clock: { now: () => now }, log, taps });
  const heard: unknown[] = [];
  session.onProbe((probeId, at) => heard.push([probeId, at]));
  now = 2_000.4;
  expect(session.probe('p')).toBe(true);
  expect(heard).toEqual([['p', 2_001]]);
  await eventually(() => expect(told).toHaveLength(3));
  expect(told).toEqual(['p sess_test ingest', 'p sess_test timing', 'p sess_test timeline']);
  session.end('test');
  expect(session.probe('q')).toBe(false);
  await session.close();
});
