import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { crc32 } from 'node:zlib';
import { encodeRecord, readRecord } from '@okboxbox/protocol';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { frame, RACE_FACTS, race, sessionLine } from '../../testing/race.js';
import { foldSession } from './fold-session.js';
import { Session } from './session.js';
import type { SessionState } from './session-state.js';

let sessions: string;
let dir: string;
let now: number;
let said: string[];
const log = pino({ level: 'warn' }, { write: (line: string) => said.push(line) });
const deps = { clock: { now: () => now }, log };

beforeEach(() => {
  sessions = mkdtempSync(join(tmpdir(), 'checkpoints-'));
  dir = join(sessions, RACE_FACTS.sessionId);
  now = 1_000;
  said = [];
});
afterEach(() => rmSync(sessions, { recursive: true, force: true }));

const RECORDS = race(900).map((record, i) => readRecord(encodeRecord(record, i + 1)));

function feed(session: Session, from: number, to: number): void {
  const stream = session.openStream('rig', 'run', true);
  for (const record of RECORDS.slice(from, to)) {
    now += 100;
    expect(session.receive(stream, record)).toEqual({ receipt: 'taken' });
  }
}

/** All that was folded into a state; how much of it is on disk is another matter. */
function known(state: SessionState | undefined) {
  if (state === undefined) return undefined;
  const streams = state.streams.map((stream) => ({ ...stream, synced: 0 }));
  return { ...state.image(), streams, timing: state.timing, gaps: state.gaps };
}

async function undisturbed(): Promise<SessionState> {
  const session = await Session.begin(sessions, RACE_FACTS, deps);
  feed(session, 0, RECORDS.length);
  await session.durableRanges(session.openStream('rig', 'run', true));
  await session.close();
  rmSync(dir, { recursive: true });
  return session.state;
}

describe('a checkpoint', () => {
  it('and what came after it give the state of a session that never stopped, wherever it stopped', async () => {
    const whole = await undisturbed();
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(RECORDS.length), { maxLength: 4 }), async (stops) => {
        now = 1_000;
        rmSync(dir, { recursive: true, force: true });
        let session = await Session.begin(sessions, RACE_FACTS, deps);
        let at = 0;
        for (const stop of [...stops.sort((a, b) => a - b), RECORDS.length]) {
          feed(session, at, stop);
          at = stop;
          await session.close();
          const folded = await foldSession(dir, { repair: true, log });
          if (folded === null) throw new Error('The session is gone.');
          session = await Session.resume(dir, folded, deps);
        }
        expect(known(session.state)).toEqual(known(whole));
        await session.close();
        expect(said).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });

  it('is taken every half minute, and leaves only what came after it to be folded', async () => {
    const session = await Session.begin(sessions, RACE_FACTS, deps);
    feed(session, 0, 250);
    expect(readdirSync(dir)).not.toContain('checkpoint');
    feed(session, 250, 400);
    await eventually(() => expect(readdirSync(dir)).toContain('checkpoint'));
    // As after a kill: the timeline's end is there, the last checkpoint is older.
    await session.durableRanges(session.openStream('rig', 'run', true));
    const before = readFileSync(join(dir, '000001.seg'));
    writeFileSync(
      join(dir, '000001.seg'),
      Buffer.concat([before.subarray(0, 8), Buffer.alloc(300), before.subarray(308)]),
    );
    const folded = await foldSession(dir, { repair: false, log });
    expect(folded?.state.framesTotal).toBe(399);
    expect(said).toEqual([]);
    await session.close();
  });

  it('is left aside where it was made by other timing rules: the whole timeline is folded', async () => {
    const session = await Session.begin(sessions, RACE_FACTS, deps);
    feed(session, 0, 400);
    await session.close();
    const file = join(dir, 'checkpoint');
    const bytes = readFileSync(file);
    const body = deserialize(bytes.subarray(12)) as { rules: number };
    const older = serialize({ ...body, rules: body.rules - 1 });
    const checksum = Buffer.alloc(4);
    checksum.writeUInt32LE(crc32(older));
    writeFileSync(file, Buffer.concat([bytes.subarray(0, 8), checksum, older]));
    const folded = await foldSession(dir, { repair: true, log });
    expect(said.join('')).toContain(`it was made by timing rules ${body.rules - 1}, and these are ${body.rules}`);
    expect(folded?.logged).toEqual({ bytes: 0, laps: 0, events: 0, gaps: 0 });
    expect(folded?.state.timing.laps).toEqual(session.state.timing.laps);
  });

  it('does not grow with the laps of a race', async () => {
    const session = await Session.begin(sessions, RACE_FACTS, deps);
    feed(session, 0, 700);
    await session.close();
    const early = statSync(join(dir, 'checkpoint')).size;
    const folded = await foldSession(dir, { repair: true, log });
    const again = await Session.resume(dir, folded as NonNullable<typeof folded>, deps);
    feed(again, 700, 900);
    await again.close();
    expect(again.state.timing.laps.length).toBeGreaterThan(folded?.logged.laps ?? 0);
    // A lap alone takes over 200 bytes.
    expect(Math.abs(statSync(join(dir, 'checkpoint')).size - early)).toBeLessThan(200);
  });

  it.each([
    ['checkpoint', 'a wrong checksum', (bytes: Buffer) => bytes.fill(0xff, bytes.length - 4)],
    ['checkpoint', 'another version', (bytes: Buffer) => bytes.fill(0xff, 7, 8)],
    ['race-log', 'damaged', (bytes: Buffer) => bytes.fill(0xff, 20, 24)],
    ['race-log', 'bytes', (bytes: Buffer) => bytes.subarray(0, 30)],
  ] as const)('whose %s is spoilt (%s) is left aside: the whole timeline is folded', async (file, because, spoil) => {
    const session = await Session.begin(sessions, RACE_FACTS, deps);
    feed(session, 0, 500);
    await session.close();
    const path = join(dir, file);
    writeFileSync(path, spoil(readFileSync(path)));
    const folded = await foldSession(dir, { repair: true, log });
    expect(known(folded?.state)).toEqual(known(session.state));
    expect(said.join('')).toContain(because);
    // And the next one is good again.
    const again = await Session.resume(dir, folded as NonNullable<typeof folded>, deps);
    feed(again, 500, 600);
    await again.close();
    said = [];
    expect(known((await foldSession(dir, { repair: true, log }))?.state)).toEqual(known(again.state));
    expect(said).toEqual([]);
  });

  it('that a disk does not take is said, and disturbs nothing', async () => {
    const session = await Session.begin(sessions, RACE_FACTS, deps);
    feed(session, 0, 100);
    await session.durableRanges(session.openStream('rig', 'run', true));
    rmSync(dir, { recursive: true });
    await session.close();
    expect(said.join('')).toContain('a checkpoint could not be written');
  });
});

describe('a seek', () => {
  // Twenty minutes at a frame a second, with a checkpoint at each clean end.
  const LONG = [sessionLine(), ...Array.from({ length: 1_200 }, (_, second) => frame(second * 10))];
  const CHUNK = 100;

  async function played(): Promise<void> {
    for (let from = 0; from < LONG.length; from += CHUNK) {
      const folded = await foldSession(dir, { repair: true, log });
      const session = folded
        ? await Session.resume(dir, folded, deps)
        : await Session.begin(sessions, RACE_FACTS, deps);
      const stream = session.openStream('rig', 'run', true);
      LONG.slice(from, from + CHUNK).forEach((record, i) => {
        now += 100;
        const wire = readRecord(encodeRecord(record, from + i + 1));
        expect(session.receive(stream, wire)).toEqual({ receipt: 'taken' });
      });
      await session.close();
    }
  }

  /** The state at a moment, folded from the timeline alone. */
  async function withoutCheckpoints(until: number): Promise<SessionState | undefined> {
    const kept = readdirSync(dir).filter((name) => name.startsWith('checkpoint'));
    for (const name of kept) renameSync(join(dir, name), join(dir, `aside-${name}`));
    const folded = await foldSession(dir, { repair: false, until, log });
    for (const name of kept) renameSync(join(dir, `aside-${name}`), join(dir, name));
    return folded?.state;
  }

  it('gives the state of that moment, the same from a checkpoint as from the beginning', async () => {
    await played();
    await fc.assert(
      fc.asyncProperty(fc.double({ min: 90, max: 1_320, noNaN: true }), async (until) => {
        const sought = await foldSession(dir, { repair: false, until, log });
        expect(known(sought?.state)).toEqual(known(await withoutCheckpoints(until)));
        expect(sought?.state.timing.sessionTime ?? 0).toBeLessThanOrEqual(until);
      }),
      { numRuns: 30 },
    );
    expect(said).toEqual([]);
  });

  it('starts from the checkpoint before: what lies further back is not read again', async () => {
    await played();
    expect(readdirSync(dir).filter((name) => name.startsWith('checkpoint-'))).toHaveLength(4);
    const expected = known(await withoutCheckpoints(1_000));
    const path = join(dir, '000001.seg');
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0, 8, bytes.length / 2));
    expect(known((await foldSession(dir, { repair: false, until: 1_000, log }))?.state)).toEqual(expected);
    expect(said).toEqual([]);
  });

  it('takes no checkpoint of a race log that was begun anew', async () => {
    await played();
    rmSync(join(dir, 'race-log'));
    const folded = await foldSession(dir, { repair: true, log });
    expect(said.join('')).toContain('the race log has 0 of');
    await (await Session.resume(dir, folded as NonNullable<typeof folded>, deps)).close();
    said = [];
    const sought = await foldSession(dir, { repair: false, until: 700, log });
    expect(known(sought?.state)).toEqual(known(await withoutCheckpoints(700)));
    expect(said).toEqual([]);
  });
});

it('a changed shape of a state needs a new version of its checkpoints', async () => {
  const state = await undisturbed();
  const shape = (value: unknown): unknown => {
    if (value === null || typeof value !== 'object' || ArrayBuffer.isView(value)) return '';
    if (Array.isArray(value)) return value.length > 0 ? [shape(value[0])] : [];
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, shape(part)]));
  };
  const { session: _, entries: __, infos: ___, laps: ____, events: _____, ...timing } = state.timing;
  expect(Object.keys(state.image())).toMatchSnapshot('image, version 17');
  expect(shape(timing)).toMatchSnapshot('timing, version 17');
});
