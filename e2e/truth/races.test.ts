import { openSource } from '@okboxbox/sims';
import { createTiming, entryInfos, foldRecord, standings } from '@okboxbox/timing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareFinish, compareLaps, compareStops, type Found } from './compare.js';
import { RecordingMaker, type TruthRace } from './recordings.js';

const LONG_BEACH = '2024_06-long-beach-street-circuit_202404201335-laps.csv.gz';
/** Frames a second, and metres, that the recording of Long Beach is made with. */
const LONG_BEACH_AS = ['5', '3167'];
/** A lap lies between two crossings, each interpolated and rounded to the millisecond. */
const LAP_MS = 2;
/** The pit lane and the box are seen to begin and end within a frame, here of 200 ms. */
const FRAME_MS = 200;

let make: RecordingMaker;
let longBeach: TruthRace;
beforeAll(() => {
  make = new RecordingMaker();
  longBeach = make.race('imsa', LONG_BEACH, ...LONG_BEACH_AS);
});
afterAll(() => make.close());

async function timed({ recording }: TruthRace): Promise<Found> {
  const timing = createTiming();
  const source = await openSource(`recording:${recording}`, { cwd: '/' });
  for await (const record of source.read()) foldRecord(timing, record);
  const infos = new Map(entryInfos(timing).map((info) => [info.car, info]));
  const entries = standings(timing).flatMap(({ car, figures }) => {
    const info = infos.get(car);
    return info ? [{ ...info, ...figures }] : [];
  });
  return { entries, laps: timing.laps, events: timing.events };
}

/** Holds a whole race against what was timed, and prints how far off the worst figures are. */
async function expectTrue(name: string, race: TruthRace): Promise<void> {
  const found = await timed(race);
  const laps = compareLaps(race.truth, found);
  const stops = compareStops(race.truth, found);
  const finish = compareFinish(race.truth, found);
  console.log(JSON.stringify({ truth: name, laps, stops, finish }));
  expect(laps).toMatchObject({
    missing: 0,
    otherNumber: 0,
    invented: 0,
    withoutSectors: 0,
    wrong: { places: 0, drivers: 0, inOrOut: 0, invalid: 0 },
  });
  expect(laps.laps).toBe(race.truth.laps.length);
  expect(Math.max(laps.worstLap, laps.worstSector)).toBeLessThanOrEqual(LAP_MS);
  expect(stops).toMatchObject({ untold: 0, invented: 0, changesMissed: 0 });
  expect(Math.max(stops.worstLane, stops.worstBox)).toBeLessThanOrEqual(2 * FRAME_MS);
  expect(finish).toMatchObject({
    outOfOrder: 0,
    otherLaps: 0,
    notFinished: 0,
    finishedEvents: 0,
    wrongGaps: 0,
    otherBests: 0,
  });
  expect(finish.worstGap).toBeLessThanOrEqual(LAP_MS);
}

describe('professional timing of 100 minutes at Long Beach, 27 cars in 2 classes', () => {
  it('as it is', () => expectTrue('long-beach', longBeach));

  it('with a pace lap before it', () =>
    expectTrue('long-beach-pace-lap', make.race('imsa', LONG_BEACH, ...LONG_BEACH_AS, 'pacelap')));

  it('with cars out of the world while the driver changes', () =>
    expectTrue('long-beach-blinks', make.race('imsa', LONG_BEACH, ...LONG_BEACH_AS, 'blink')));

  it('with the flag one frame late', () => expectTrue('long-beach-late-flag', make.flagLate(longBeach, 1)));

  it('joined at minute 40 with the sim’s counters: laps begun since are right, and nothing before is invented', async () => {
    const joined = 2_460;
    const race = make.mutated(longBeach, 'counters', `cut=${joined}`);
    const found = await timed(race);
    const laps = compareLaps(race.truth, found, joined);
    const stops = compareStops(race.truth, found, joined);
    console.log(JSON.stringify({ truth: 'long-beach-joined', laps, stops }));
    expect(laps).toMatchObject({
      missing: 0,
      otherNumber: 0,
      invented: 0,
      wrong: { places: 0, drivers: 0, inOrOut: 0 },
    });
    expect(laps.laps).toBeGreaterThan(800);
    expect(laps.worstLap).toBeLessThanOrEqual(LAP_MS);
    expect(stops).toMatchObject({ untold: 0, invented: 0, changesMissed: 0 });
    for (const { car, pitStops } of found.entries) {
      const since = race.truth.pits.filter((stop) => stop.car === car && stop.tin >= joined).length;
      expect([car, pitStops]).toEqual([car, since === 0 ? null : since]);
    }
    expect(compareFinish(race.truth, found)).toMatchObject({ notFinished: 0, finishedEvents: 0, wrongGaps: 0 });
  });

  it('joined at minute 40 from positions alone: lap times are right, numbers are marked, places are unknown', async () => {
    const joined = 2_460;
    const race = make.mutated(longBeach, `cut=${joined}`);
    const found = await timed(race);
    const laps = compareLaps(race.truth, found, joined);
    console.log(JSON.stringify({ truth: 'long-beach-joined-positions-alone', laps }));
    expect(laps).toMatchObject({ missing: 0, invented: 0 });
    expect(laps.worstLap).toBeLessThanOrEqual(LAP_MS);
    expect(found.laps.every(({ position, countedFrom }) => position === null && countedFrom === 'seen')).toBe(true);
    for (const entry of found.entries) {
      expect(entry).toMatchObject({ position: null, lap: null, lapsCompleted: null, gapMs: null, gapLaps: null });
    }
    expect(compareFinish(race.truth, found)).toMatchObject({ notFinished: 0, finishedEvents: 0 });
  });
});

describe('races of other sims', () => {
  it('Adelaide: 30 laps, 14 stops, 4 out, one disqualified', () =>
    expectTrue('adelaide', make.race('rf2xml', 'gsc-adelaide-30-laps.xml.gz', '10')));

  it('Taruma: 20 minutes after a rolling start', () =>
    expectTrue('taruma', make.race('rf2xml', 'ams-taruma-20-min.xml.gz', '10')));

  it('Red Bull Ring: 7 laps, two out', () =>
    expectTrue('red-bull-ring', make.race('raceroom', 'raceroom-red-bull-ring.json.gz', '10')));
});
