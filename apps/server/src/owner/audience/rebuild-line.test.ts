import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  encodeRecord,
  type FeedState,
  joinBatch,
  type SourceRecord,
  splitBatch,
  type WireRecord,
} from '@okboxbox/protocol';
import * as fc from 'fast-check';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { frame, sessionLine } from '../../testing/race.js';
import { Session } from '../session/session.js';
import type { DelayLine } from './delay-line.js';
import { LineMaker } from './line-maker.js';
import { rebuildLine } from './rebuild-line.js';

const log = pino({ level: 'silent' });
const T0 = 1_764_000_000_000;
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'line-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** What happens in a session, each some time after what was before. */
const step = fc.record({
  afterMs: fc.oneof(fc.integer({ min: 20, max: 200 }), fc.integer({ min: 200, max: 9_000 })),
  what: fc.constantFrom('frame', 'frame', 'frame', 'frame', 'frame', 'frame', 'crew', 'cue', 'cue now', 'probe'),
});

const FACTS = { sessionId: 'sess_one', show: 'local', sim: 'test', simSessionKey: '7:0', startedAt: T0 };

/** A session that runs with its line, as a channel makes it; the clock is driven. */
async function run(steps: readonly { readonly afterMs: number; readonly what: string }[]) {
  let now = T0;
  const session = await Session.begin(dir, FACTS, { clock: { now: () => now }, log });
  const maker = new LineMaker(session.state);
  const stream = session.openStream('rig', 'run', false);
  let frames = 0;
  let seq = 0;
  session.beforeChange((at) => maker.flushBefore(session.state, at, now));
  session.onChange(() => maker.observe(session.state, now));
  const take = (record: SourceRecord) => {
    seq += 1;
    session.receive(stream, wireOf(record, seq));
  };
  take(sessionLine());
  for (const { afterMs, what } of steps) {
    const next = now + afterMs;
    // What a channel's timer does.
    if (maker.flushAt !== null && maker.flushAt <= next) {
      now = Math.max(now, maker.flushAt);
      maker.flush(session.state, now);
    }
    now = next;
    const message = { title: null, text: `at ${now - T0}`, until: null };
    if (what === 'frame') take(frame(frames++, { sessionTime: 100 + (now - T0) / 1000, capturedAt: now }));
    else if (what === 'crew') take(sessionLine({ track: { ...sessionLine().track, name: `track ${now - T0}` } }));
    else if (what === 'probe') session.probe('probe');
    else if (what === 'cue') session.cue({ message }, null);
    else {
      const at = now - 700;
      session.cue({ message }, at, () => maker.cueAt(session.state, { message }, at));
    }
  }
  maker.flush(session.state, now);
  await session.synced();
  await session.close();
  return { maker, now };
}

function wireOf(record: SourceRecord, seq: number): WireRecord {
  return splitBatch(joinBatch([encodeRecord(record, seq)]))[0] as WireRecord;
}

/** All that is in a line, but for figures that are held back to one tick in some. */
function contentOf(line: DelayLine, ...instants: number[]) {
  return instants.map((at) => {
    const found = line.readerAt(at);
    return found && { at: found.at, state: settledPartOf(found.state) };
  });
}

function settledPartOf({ session, clock, entries, events, onAir }: FeedState) {
  return { session, clock, entries, events, onAir };
}

describe('the line of a session after a restart', () => {
  it('DLY-9: has the same states at the same instants as the one that ran, moved by what the clock was set', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 50 }),
        fc.integer({ min: -3_600_000, max: 3_600_000 }),
        async (steps, shiftMs) => {
          rmSync(dir, { recursive: true, force: true });
          const { maker, now } = await run(steps);
          const again = await rebuildLine(join(dir, FACTS.sessionId), { now: () => now + shiftMs, shiftMs, log });
          const { oldestAt, newestAt } = maker.line;
          expect(again?.line.newestAt).toBe(newestAt + shiftMs);
          const instants = Array.from({ length: 40 }, (_, i) => oldestAt + ((newestAt - oldestAt) * i) / 39);
          const before = contentOf(maker.line, ...instants).map(
            (found) => found && { ...found, at: found.at + shiftMs },
          );
          const after = contentOf(again?.line as DelayLine, ...instants.map((at) => at + shiftMs));
          expect(after).toEqual(before);
        },
      ),
      { numRuns: 40 },
    );
  }, 60_000);
});
