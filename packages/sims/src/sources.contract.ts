import { copyFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { type SourceRecord, sourceRecord } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { openSource } from './open-source.js';
import { pace } from './pace.js';
import { type Source, SourceError } from './source.js';
import { collect, framesOf } from './testing/records.js';
import type { LiveRig, PlaybackRig } from './testing/rig.js';

/** What holds for the records of every source, whatever it reads. */
function expectRecords(records: readonly SourceRecord[]): void {
  expect(records.filter((record) => !sourceRecord.safeParse(record).success)).toEqual([]);
  const firstFrame = records.findIndex(({ kind }) => kind === 'frame');
  const firstSession = records.findIndex(({ kind }) => kind === 'session');
  expect(firstSession).toBeGreaterThanOrEqual(0);
  expect(firstFrame).toBeGreaterThan(firstSession);
  const known = new Set(
    records.flatMap((record) => (record.kind === 'session' ? record.entries : [])).map(({ car }) => car),
  );
  const seen = new Set(framesOf(records).flatMap(({ cars }) => cars.map(({ car }) => car)));
  expect([...seen].filter((car) => !known.has(car))).toEqual([]);
}

/** What holds for every file and every simulation that is played. */
export function playbackContract(kind: string, rig: PlaybackRig, inFolder: (name: string) => string): void {
  const { source: given } = rig;
  const specOf = async () => (typeof given === 'string' ? given : `${kind}:${await given(inFolder)}`);
  const open = async (): Promise<Source> => openSource(await specOf(), { cwd: '/' });

  describe.skipIf(rig.isMissing)(`${kind}, as a source that is played`, () => {
    it('describes itself before its first record', async () => {
      const { info } = await open();
      expect(info).toMatchObject({ kind, playback: true });
      expect(info.spec.startsWith(kind)).toBe(true);
      expect(info.sim).not.toBe('');
    });

    it('gives records of the model to its end, a session before the first frame, frames numbered from 1', async () => {
      const records = await collect((await open()).read());
      expectRecords(records);
      const frames = framesOf(records);
      expect(frames.map(({ seq }) => seq)).toEqual(frames.map((_, i) => i + 1));
      const times = frames.map(({ sessionTime }) => sessionTime);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    });

    it('gives the same on a second reading, and to two readers at once', async () => {
      const source = await open();
      const [one, other] = await Promise.all([collect(source.read()), collect(source.read())]);
      expect(one).toEqual(other);
      expect(await collect(source.read())).toEqual(one);
    });

    it('ends at the next record, without an error, when it is stopped', async () => {
      const source = await open();
      const stop = new AbortController();
      const taken: SourceRecord[] = [];
      for await (const record of source.read({ signal: stop.signal })) {
        taken.push(record);
        if (taken.length === 2) stop.abort();
      }
      expect(taken).toHaveLength(2);
      expect(await collect(source.read({ signal: AbortSignal.abort() }))).toEqual([]);
    });

    it('is paced by its session clock, and what is skipped comes at once', async () => {
      const records = await collect((await open()).read());
      const times = framesOf(records).map(({ sessionTime }) => sessionTime);
      const lengthS = (times.at(-1) ?? 0) - (times[0] ?? 0);
      for (const skipS of [0, lengthS / 2]) {
        let now = 0;
        const clock = {
          now: () => now,
          wait: async (ms: number) => {
            now += ms;
          },
        };
        expect(await collect(pace((await open()).read(), { speed: 2, clock, skipS }))).toEqual(records);
        expect(now).toBeCloseTo(((lengthS - skipS) * 1000) / 2, 3);
      }
    });

    // Only a file can be damaged.
    if (typeof given === 'string') return;

    it('gives only good records of a damaged file, and says what is wrong', async () => {
      const whole = (await specOf()).slice(kind.length + 1);
      const good = await collect((await openSource(`${kind}:${whole}`, { cwd: '/' })).read());
      const file = inFolder('damaged');
      const { length } = readFileSync(whole);
      for (const share of [0, 0.01, 0.3, 0.6, 0.95]) {
        copyFileSync(whole, file);
        truncateSync(file, Math.floor(share * length));
        await expectHonest(file, good);
      }
      writeFileSync(file, 'This is text, and no recording of a race.\n');
      await expectHonest(file, []);
    });
  });

  /** Damage is either said, in one line that names the file, or has cost no record. */
  async function expectHonest(file: string, good: readonly SourceRecord[]): Promise<void> {
    const records: SourceRecord[] = [];
    const damage: string[] = [];
    try {
      const source = await openSource(`${kind}:${file}`, { cwd: '/' });
      const onTrouble = (trouble: { message: string; isDamage?: boolean }) => {
        if (trouble.isDamage) damage.push(trouble.message);
      };
      for await (const record of source.read({ onTrouble })) records.push(record);
    } catch (error) {
      expect(error).toBeInstanceOf(SourceError);
      damage.push((error as Error).message);
    }
    expect(records).toEqual(good.slice(0, records.length));
    if (records.length < good.length || good.length === 0) expect(damage.length).toBeGreaterThan(0);
    for (const message of damage) {
      expect(message).toContain(file);
      expect(message).not.toContain('\n');
    }
  }
}

/** What holds for every sim that is read while it runs. */
export function liveContract(kind: string, rig: LiveRig): void {
  const keysOf = (records: readonly SourceRecord[]) => [
    ...new Set(records.flatMap((record) => (record.kind === 'session' ? [record.simSessionKey] : []))),
  ];

  describe.skipIf(rig.isMissing)(`${kind}, as a live sim`, () => {
    it('is waited for until it appears, and is then read', async () => {
      expect(await rig.run(3_000, {}, false)).toEqual({ records: [], states: ['sim-not-running'] });
      const { records, states } = await rig.run(10_000, { 5000: 'start' }, false);
      expectRecords(records);
      expect(framesOf(records).length).toBeGreaterThan(20);
      expect(states).toEqual(['sim-not-running', 'connected']);
    });

    it('is left when it disappears, and read again when it comes back', async () => {
      const { records: before } = await rig.run(4_000, { 3000: 'close' });
      const { records, states } = await rig.run(9_000, { 3000: 'close', 6000: 'start' });
      expect(states).toEqual(['sim-not-running', 'connected', 'left', 'connected']);
      expectRecords(records);
      expect(framesOf(records).length).toBeGreaterThan(framesOf(before).length + 10);
    });

    it('is followed to its next session: a session record, then frames whose clock starts again', async () => {
      const { records, states } = await rig.run(6_000, { 3000: 'next-session' });
      const keys = keysOf(records);
      expect(keys).toHaveLength(2);
      const next = records.findIndex((record) => record.kind === 'session' && record.simSessionKey === keys[1]);
      const [before, after] = [framesOf(records.slice(0, next)), framesOf(records.slice(next))];
      expect(after[0]?.sessionTime).toBeLessThan(before.at(-1)?.sessionTime ?? 0);
      expect(after.length).toBeGreaterThan(10);
      expect(states).toEqual(['sim-not-running', 'connected']);
    });

    it('that gives no frames any more is left, and nothing is made up', async () => {
      const { records: until } = await rig.run(2_000);
      const { records, states } = await rig.run(60_000, { 2000: 'freeze' });
      expect(Math.abs(framesOf(records).length - framesOf(until).length)).toBeLessThanOrEqual(2);
      expect(states).toEqual(['sim-not-running', 'connected', 'left']);
    });
  });
}
