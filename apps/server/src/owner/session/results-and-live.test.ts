import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeRecord, readRecord, SessionChanges, type SourceRecord } from '@okboxbox/protocol';
import { openSource } from '@okboxbox/sims';
import { createTiming, foldRecord, SourceTimer, standings, type TimingState } from '@okboxbox/timing';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { race } from '../../testing/race.js';
import { Session } from './session.js';

const log = pino({ level: 'silent' });
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'results-and-live-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function recordsOf(spec: string): Promise<SourceRecord[]> {
  const records: SourceRecord[] = [];
  for await (const record of (await openSource(spec, { cwd: '/' })).read()) records.push(record);
  return records;
}

/** What is said of a session, but for when a relay stamped its frames. */
const said = ({ laps, events, ...timing }: TimingState) => ({
  laps,
  events: events.map(({ at: _, ...event }) => event),
  figures: standings({ laps, events, ...timing }),
});

function byResults(records: readonly SourceRecord[]) {
  const timer = new SourceTimer();
  const ended: TimingState[] = [];
  let before = timer.timing;
  for (const record of records) {
    timer.take(record);
    if (timer.timing !== before) ended.push(before);
    before = timer.timing;
  }
  return [...ended, before].map(said);
}

/** Over the wire, as a relay sends it, to a server's sessions: one for each that the source runs. */
async function byServer(records: readonly SourceRecord[]) {
  const changes = new SessionChanges();
  const sessions: Session[] = [];
  const begin = () =>
    Session.begin(
      dir,
      { sessionId: `sess_${sessions.length}`, show: 'local', sim: 'test', simSessionKey: '1:0', startedAt: 1 },
      { clock: { now: () => 1_764_000_000_000 }, log },
    );
  let seq = 0;
  const send = async (record: SourceRecord) => {
    seq += 1;
    const session = sessions.at(-1) as Session;
    const wire = readRecord(encodeRecord(record, seq));
    for (;;) {
      const { receipt } = session.receive(session.openStream('rig', 'run', true), wire);
      if (receipt === 'taken') return;
      expect(receipt).toBe('no_room');
      await session.synced();
    }
  };
  for (const record of records) {
    const isOther = changes.begins(record);
    if (sessions.length === 0 || isOther) {
      sessions.push(await begin());
      seq = 0;
      if (record.kind !== 'session' && changes.session) await send(changes.session);
    }
    await send(record);
  }
  const found = sessions.map(({ state }) => said(state.timing));
  for (const session of sessions) await session.close();
  return found;
}

describe('results and a live server agree', () => {
  it.each(['demo:100,cars=24,minutes=10', 'demo:8,cars=60,minutes=15', 'demo:3,cars=20,minutes=3,evening'])(
    'SRC-1: %s: the same sessions, laps, events and figures',
    async (spec) => {
      const records = await recordsOf(spec);
      const results = byResults(records);
      expect(results).toEqual(await byServer(records));
      expect(results.at(-1)?.laps.length).toBeGreaterThan(0);
    },
  );

  it.each([1e-15, 1e-9, 3e-8])(
    'PROG-21: a source whose places are off by %d laps tells the same events',
    async (off) => {
      const records = await recordsOf('demo:8,cars=40,minutes=10');
      const shifted = records.map((record, n) =>
        record.kind !== 'frame'
          ? record
          : {
              ...record,
              cars: record.cars.map((car) =>
                car.pct < 0 ? car : { ...car, pct: Math.max(0, car.pct + ((car.car + n) % 2 ? off : -off)) },
              ),
            },
      );
      const [one, other] = [records, shifted].map((each) => {
        const timing = createTiming();
        for (const record of each) foldRecord(timing, record);
        return timing.events.map(({ name, car, otherCar }) => [name, car, otherCar]);
      });
      expect(one).toEqual(other);
    },
  );

  it('SRC-1: a race that is restarted under the same key is another session', async () => {
    const once = race(400);
    const again = race(700).filter((record) => record.kind === 'frame');
    const results = byResults([...once, ...again]);
    expect(results).toHaveLength(2);
    expect(results[1]).toEqual(byResults(race(700))[0]);
    expect(results).toEqual(await byServer([...once, ...again]));
  });
});
