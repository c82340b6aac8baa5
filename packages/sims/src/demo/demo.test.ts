import { createHash } from 'node:crypto';
import { type Frame, type SessionLine, type SourceRecord, sourceRecord } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { SourceError } from '../source.js';
import { parseDemo } from './demo-options.js';
import { openDemo } from './demo-source.js';

async function recordsOf(rest: string, hz = 10): Promise<SourceRecord[]> {
  const records: SourceRecord[] = [];
  for await (const record of openDemo(`demo:${rest}`, parseDemo(rest), () => hz).read()) records.push(record);
  return records;
}

const framesOf = (records: readonly SourceRecord[]) =>
  records.filter((record): record is Frame => record.kind === 'frame');
const sessionsOf = (records: readonly SourceRecord[]) =>
  records.filter((record): record is SessionLine => record.kind === 'session');

/** What one car's samples were, in order. */
function* samplesOf(frames: readonly Frame[], car: number) {
  for (const frame of frames) {
    const sample = frame.cars.find((each) => each.car === car);
    if (sample) yield { ...sample, at: frame.sessionTime };
  }
}

const hashOf = (records: readonly SourceRecord[]) => {
  const hash = createHash('sha256');
  for (const record of records) hash.update(JSON.stringify(record));
  return hash.digest('hex');
};

describe('the SPEC of a demo', () => {
  it('names a seed and how large and long it is', () => {
    expect(parseDemo('')).toEqual({ seed: '1', cars: 32, minutes: 30, evening: false });
    expect(parseDemo('monday,cars=60,minutes=1440,evening')).toEqual({
      seed: 'monday',
      cars: 60,
      minutes: 1_440,
      evening: true,
    });
  });

  it.each(['7,cars=19', '7,cars=61', '7,minutes=x', '7,laps=3', '7,minutes=', `${'x'.repeat(41)}`])(
    'says what is wrong with %s',
    (rest) => {
      expect(() => parseDemo(rest)).toThrow(SourceError);
      expect(() => parseDemo(rest)).toThrow(/write demo\[:SEED\]/);
    },
  );
});

describe('a simulated race', async () => {
  const records = await recordsOf('42,cars=24,minutes=6');
  const frames = framesOf(records);
  const cars = Array.from({ length: 24 }, (_, car) => car);

  it('is the same for the same seed, record for record, and another for another', async () => {
    expect(hashOf(await recordsOf('42,cars=24,minutes=6'))).toBe(hashOf(records));
    expect(hashOf(await recordsOf('43,cars=24,minutes=6'))).not.toBe(hashOf(records));
  });

  it('is the same race at any rate of frames', async () => {
    const slow = framesOf(await recordsOf('42,cars=24,minutes=6', 2));
    const at = new Map(frames.map((frame) => [frame.sessionTime, frame.cars]));
    expect(slow.length).toBeGreaterThan(700);
    for (const frame of slow) expect(frame.cars).toEqual(at.get(frame.sessionTime));
  });

  it('keeps to the schema in every record', () => {
    for (const record of records) expect(sourceRecord.safeParse(record).error).toBeUndefined();
  });

  it('goes from the grid by green, yellow, caution and the last lap to the chequered flag and the results', () => {
    const phases = frames.map((frame) => frame.state).filter((phase, i, all) => phase !== all[i - 1]);
    expect(phases).toEqual(['grid', 'racing', 'checkered', 'cooldown']);
    const flags = new Set(frames.flatMap((frame) => frame.flags));
    expect(flags).toEqual(new Set(['green', 'yellow', 'caution', 'white', 'checkered']));
    expect(records.at(-1)).toMatchObject({ kind: 'results', official: true });
    expect(frames.at(-1)?.remaining).toEqual({ timeS: 0, laps: null });
  });

  it('moves no car faster than it drives, but one that was away', () => {
    for (const car of cars) {
      let before: { pct: number; at: number } | null = null;
      for (const sample of samplesOf(frames, car)) {
        if (sample.pct >= 0 && before !== null) {
          const step = ((sample.pct - before.pct + 1.5) % 1) - 0.5;
          expect(step).toBeGreaterThan(-0.0005);
          expect(step).toBeLessThan(0.004);
        }
        before = sample.pct < 0 ? null : sample;
      }
    }
  });

  it('has pit stops with the car standing, through a lane that crosses the line', () => {
    const stops = cars.filter((car) => [...samplesOf(frames, car)].some((each) => each.surface === 'pitStall'));
    expect(stops.length).toBeGreaterThan(20);
    const [car = 0] = stops;
    const inLane = [...samplesOf(frames, car)].filter((each) => each.onPitRoad);
    expect(inLane.some((each) => each.pct > 0.9) && inLane.some((each) => each.pct < 0.1)).toBe(true);
  });

  it('has driver changes: the car leaves the world in its box, and another drives when it is back', () => {
    const sessions = sessionsOf(records);
    expect(sessions.length).toBeGreaterThan(3);
    const driverOf = (session: SessionLine | undefined, car: number) =>
      session?.entries.find((entry) => entry.car === car)?.driver?.name;
    const changed = cars.filter((car) => driverOf(sessions[0], car) !== driverOf(sessions.at(-1), car));
    expect(changed.length).toBeGreaterThan(3);
    for (const car of changed) {
      const surfaces = [...samplesOf(frames, car)].map((each) => each.surface);
      const runs = surfaces.filter((surface, i) => surface !== surfaces[i - 1]).join(' ');
      expect(runs).toContain('pitStall notInWorld pitStall');
    }
  });

  it('has cars that go off, blink, are towed, disconnect and retire, and penalties', () => {
    const stories = cars.map((car) => {
      const samples = [...samplesOf(frames, car)];
      return samples
        .map((each) => each.surface)
        .filter((surface, i, all) => surface !== all[i - 1])
        .join(' ');
    });
    expect(stories.some((story) => story.includes('onTrack offTrack onTrack'))).toBe(true);
    expect(stories.some((story) => story.includes('onTrack notInWorld onTrack'))).toBe(true);
    expect(stories.filter((story) => story.includes('onTrack notInWorld pitStall')).length).toBeGreaterThanOrEqual(2);
    expect(stories.some((story) => story.endsWith('onTrack notInWorld'))).toBe(true);
    expect(records.some((record) => record.kind === 'message' && record.what === 'penalty')).toBe(true);
  });

  it('has overtakes on the track', () => {
    let overtakes = 0;
    for (let i = 300; i < frames.length; i += 10) {
      const before = orderOf(frames[i - 10]);
      const now = orderOf(frames[i]);
      for (const [car, place] of now) if ((before.get(car) ?? place) > place) overtakes += 1;
    }
    expect(overtakes).toBeGreaterThan(20);
  });

  it('tells own-car data of one car, which burns fuel and is filled up', () => {
    const own = frames.flatMap((frame) => (frame.own ? [frame.own as { car: number; fuelL: number }] : []));
    expect(new Set(own.map((each) => each.car))).toEqual(new Set([5]));
    const levels = own.map((each) => each.fuelL).filter((fuel, i, all) => fuel !== all[i - 1]);
    expect(levels.some((fuel, i) => i > 0 && fuel < (levels[i - 1] ?? 0))).toBe(true);
    expect(levels.some((fuel, i) => i > 0 && fuel > (levels[i - 1] ?? 0))).toBe(true);
  });
});

/** Cars on the track by how far they have come. */
function orderOf(frame: Frame | undefined): Map<number, number> {
  const racing = (frame?.cars ?? []).filter((each) => each.surface === 'onTrack');
  racing.sort((a, b) => (b.lapsCompleted ?? 0) + b.pct - (a.lapsCompleted ?? 0) - a.pct);
  return new Map(racing.map((each, place) => [each.car, place]));
}

it('an evening is practice, qualifying and race, each with a key of its own, and the grid is the qualifying’s order', {
  timeout: 60_000,
}, async () => {
  const records = await recordsOf('9,cars=20,minutes=4,evening', 2);
  const sessions = sessionsOf(records);
  const kinds = sessions
    .map((session) => `${session.type} ${session.simSessionKey}`)
    .filter((kind, i, all) => kind !== all[i - 1]);
  expect(kinds).toEqual(['practice demo-9:0', 'qualify demo-9:1', 'race demo-9:2']);
  const qualifying = records.filter((record) => record.kind === 'results')[1];
  const grid = sessions.find((session) => session.type === 'race')?.grid?.map(({ car }) => car);
  expect(grid).toEqual(qualifying?.rows.map((row) => row.car));
  const best = qualifying?.rows.map((row) => row.bestLapMs ?? Number.POSITIVE_INFINITY) ?? [];
  expect(best).toEqual([...best].sort((a, b) => a - b));
  expect(best.filter(Number.isFinite).length).toBeGreaterThan(15);
  const times = records.map((record) => record.capturedAt ?? 0);
  expect(times).toEqual([...times].sort((a, b) => a - b));
});

it('stops where it is told to', async () => {
  const stop = new AbortController();
  let frames = 0;
  for await (const _ of openDemo('demo', parseDemo(''), () => 10).read({ signal: stop.signal })) {
    frames += 1;
    if (frames === 50) stop.abort();
  }
  expect(frames).toBe(50);
});

it('gives as many frames a second as are asked for at that moment', async () => {
  let hz = 10;
  const times: number[] = [];
  for await (const record of openDemo('demo', parseDemo(''), () => hz).read()) {
    if (record.kind !== 'frame') continue;
    times.push(record.sessionTime);
    if (times.length === 20) hz = 5;
    if (times.length === 40) break;
  }
  const steps = times.slice(1).map((time, i) => Math.round((time - (times[i] ?? 0)) * 1000));
  expect([new Set(steps.slice(0, 19)), new Set(steps.slice(20))]).toEqual([new Set([100]), new Set([200])]);
});
