import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeRecord, type FeedState, publicStates, readRecord, type SourceRecord } from '@okboxbox/protocol';
import { SHAPE_POINTS } from '@okboxbox/timing';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { frame, RACE_FACTS, sessionLine } from '../../testing/race.js';
import { feedStateOf } from '../audience/feed-view.js';
import { foldSession } from './fold-session.js';
import { Session } from './session.js';

let sessions: string;
let dir: string;
const log = pino({ level: 'silent' });
const deps = { clock: { now: () => 1_000 }, log };

beforeEach(() => {
  sessions = mkdtempSync(join(tmpdir(), 'shape-'));
  dir = join(sessions, RACE_FACTS.sessionId);
});
afterEach(() => rmSync(sessions, { recursive: true, force: true }));

/** Where a car is in the world: figures that stand nowhere else. */
const X_M = 7_654_321;
function withPlaces(n: number): SourceRecord {
  const { cars } = frame(n);
  const angle = (pct: number) => pct * 2 * Math.PI;
  return frame(n, {
    cars: cars.map((car) => ({ ...car, x: X_M + 600 * Math.cos(angle(car.pct)), y: 400 * Math.sin(angle(car.pct)) })),
  });
}

function feed(session: Session, records: readonly SourceRecord[], from: number, run = 'run'): void {
  const stream = session.openStream('rig', run, true);
  for (const [i, record] of records.entries()) {
    expect(session.receive(stream, readRecord(encodeRecord(record, from + i)))).toEqual({ receipt: 'taken' });
  }
}

const shapeOf = (session: Pick<Session, 'state'>) => feedStateOf(session.state, null).session.shape;
const RACE = [sessionLine(), ...Array.from({ length: 900 }, (_, n) => withPlaces(n))];

describe('the shape of the track in a session', () => {
  it('is learned from its cars, and goes out once for everyone, without where any car was', async () => {
    const session = await Session.begin(sessions, RACE_FACTS, deps);
    let feedState: FeedState | null = null;
    const shapes = new Set<readonly number[] | undefined>();
    for (const [i, record] of RACE.entries()) {
      feed(session, [record], i + 1);
      feedState = feedStateOf(session.state, feedState);
      shapes.add(feedState.session.shape);
    }
    const shown = feedState && publicStates()(feedState);
    expect(shown?.session.shape).toHaveLength(SHAPE_POINTS * 2);
    // Unknown, as the first laps give it, and as it stays.
    expect(shapes.size).toBe(3);
    expect(JSON.stringify(feedState)).not.toMatch(/765\d{4}|"x"|"y"/);
    expect(JSON.stringify(shown?.session.shape).length).toBeLessThan(1_800);
    await session.close();
  });

  it('is there after a restart, clean or not, also in the middle of learning', async () => {
    const whole = await Session.begin(sessions, RACE_FACTS, deps);
    feed(whole, RACE, 1);
    await whole.close();
    const expected = shapeOf(whole);
    expect((await foldSession(dir, { repair: true, log }))?.state.shape).toEqual(whole.state.shape);
    rmSync(join(dir, 'checkpoint'));
    const fromTimeline = await foldSession(dir, { repair: true, log });
    expect(fromTimeline && shapeOf(fromTimeline)).toEqual(expected);
    rmSync(dir, { recursive: true });

    const first = await Session.begin(sessions, RACE_FACTS, deps);
    feed(first, RACE.slice(0, 120), 1);
    expect(shapeOf(first)).toBeUndefined();
    await first.close();
    const folded = await foldSession(dir, { repair: true, log });
    const second = await Session.resume(dir, folded as NonNullable<typeof folded>, deps);
    feed(second, RACE.slice(120), 121);
    expect(shapeOf(second)).toEqual(expected);
    await second.close();
  });

  it('is learned from one relay: what another one of the same session says of its cars bends nothing', async () => {
    const session = await Session.begin(sessions, RACE_FACTS, deps);
    const elsewhere = RACE.map((record) =>
      record.kind === 'frame' ? { ...record, cars: record.cars.map((car) => ({ ...car, y: 9_000 })) } : record,
    );
    for (const [i, record] of RACE.entries()) {
      feed(session, [record], i + 1);
      feed(session, elsewhere.slice(i, i + 1), i + 1, 'other');
    }
    const alone = await Session.begin(sessions, { ...RACE_FACTS, sessionId: 'sess_alone' }, deps);
    feed(alone, RACE, 1);
    expect(shapeOf(session)).toEqual(shapeOf(alone));
    await session.close();
    await alone.close();
  });
});
