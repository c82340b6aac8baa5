import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { CarSample, Frame, SourceRecord } from '@okboxbox/protocol';
import { createTiming, foldRecord, standings, type TimingState } from '@okboxbox/timing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sessionLine } from '../../testing/race.js';
import { createMerge, mergeRecord, promote } from './merging.js';

const HZ = 10;
const SECONDS = 110;
const AWAY = { pct: -1, surface: 'notInWorld', onPitRoad: false } as const;

type Place = Pick<CarSample, 'pct' | 'surface' | 'onPitRoad'>;
const onTrack = (progress: number): Place => ({
  pct: Math.fround(progress - Math.floor(progress)),
  surface: 'onTrack',
  onPitRoad: false,
});
const inLane = (progress: number, surface: 'pitStall' | 'pitApproach'): Place => ({
  ...onTrack(progress),
  surface,
  onPitRoad: true,
});

/** Stops from 25 s to 55 s, standing in the box from 30 s to 50 s, and away from 35 s to 40 s for a driver change. */
function changesDriver(time: number): Place {
  if (time < 25) return onTrack(time / 20);
  if (time < 30) return inLane(1.25 + (time - 25) / 200, 'pitApproach');
  if (time > 35 && time < 40) return AWAY;
  if (time < 50) return inLane(1.275, 'pitStall');
  if (time < 55) return inLane(1.275 + (time - 50) / 200, 'pitApproach');
  return onTrack(1.3 + (time - 55) / 20);
}
/** Blinks over the line and elsewhere, and is towed to its stall at 70 s. */
function blinks(time: number): Place {
  if ((time > 21 && time < 21.7) || (time > 50 && time < 52.5) || (time > 66 && time < 70)) return AWAY;
  return time < 70 ? onTrack(time / 21) : inLane(3.3, 'pitStall');
}
const DRIVES = [(time: number) => onTrack(time / 20.3), changesDriver, blinks];

const FRAMES: readonly Frame[] = Array.from({ length: SECONDS * HZ }, (_, n) => {
  const time = n / HZ - 2;
  return {
    kind: 'frame',
    seq: n + 1,
    capturedAt: 1_764_000_000_000 + n * 100,
    sessionTime: time + 100,
    state: time < 0 ? 'grid' : 'racing',
    flags: ['green'],
    cars: DRIVES.map((drive, car) => ({ car, ...drive(Math.max(0, time)) })),
  };
});

/** All that must be the same, whichever relay sent it. */
function foundIn(timing: TimingState) {
  return {
    laps: timing.laps,
    stops: standings(timing).map(({ car, figures }) => [car, figures.pitStops, figures.driveThroughs]),
    // Until the other relay has come as far nobody knows that a car is away: that is told a moment later.
    events: timing.events.map(({ name, car, detail }) => JSON.stringify([name, car, detail])).sort(),
  };
}

function alone(records: readonly SourceRecord[]): TimingState {
  const timing = createTiming();
  for (const record of records) foldRecord(timing, record);
  return timing;
}
const ONE = foundIn(alone([sessionLine(), ...FRAMES]));

/**
 * Two relays tell the same frames: `skew` says how many frames the second is ahead of the first when the first tells
 * each. One that is cut tells in one go what it captured meanwhile; where it was the primary, the other takes over.
 */
function both(skew: (n: number) => number, cut?: { who: 0 | 1; from: number; to: number }): TimingState {
  const merge = createMerge();
  const timing = createTiming();
  const told = [0, 0];
  const isCut = (who: number, n: number) => cut?.who === who && n >= cut.from && n < cut.to;
  const tell = (who: number, upTo: number) => {
    for (; (told[who] as number) < Math.min(upTo, FRAMES.length); told[who] = (told[who] as number) + 1) {
      mergeRecord(merge, timing, who, FRAMES[told[who] as number] as Frame);
    }
  };
  mergeRecord(merge, timing, 0, sessionLine());
  mergeRecord(merge, timing, 1, sessionLine());
  for (let n = 0; n < FRAMES.length; n++) {
    if (cut?.who === 0 && n === cut.from + 7) promote(merge, timing, 1);
    if (!isCut(1, n)) tell(1, n + 1 + skew(n));
    if (!isCut(0, n)) tell(0, n + 1);
  }
  tell(1, FRAMES.length);
  return timing;
}

const PORTIMAO = fileURLToPath(
  new URL(
    `${process.env.OKBOXBOX_SHARED ?? '../shared'}/data/iracing/portimao-driver-swap.jsonl.gz`,
    new URL('../../../../../', import.meta.url),
  ),
);

describe('two relays of one session tell what one tells', () => {
  it('PROG-20: a driver change is one stop, whichever relay is a moment ahead', () => {
    expect(ONE.stops).toContainEqual([1, 1, 0]);
    for (const ahead of [-8, -3, -1, 0, 1, 3, 8]) expect(foundIn(both(() => ahead))).toEqual(ONE);
  });

  it.skipIf(!existsSync(PORTIMAO) && process.env.CI !== 'true')(
    'of a real race with driver changes, the other a frame ahead or behind',
    () => {
      const lines = gunzipSync(readFileSync(PORTIMAO)).toString().trim().split('\n').slice(1);
      const records = lines.map((line) => JSON.parse(line) as SourceRecord);
      const one = foundIn(alone(records));
      for (const ahead of [1, -1]) {
        const merge = createMerge();
        const timing = createTiming();
        merge.primary = 0;
        for (let n = -1; n <= records.length; n++) {
          const [first, second] = [records[n], records[n + ahead]];
          if (second !== undefined) mergeRecord(merge, timing, 1, second);
          if (first !== undefined) mergeRecord(merge, timing, 0, first);
        }
        expect(foundIn(timing)).toEqual(one);
      }
    },
  );

  it('in any order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 60 }), (skews) => {
        expect(foundIn(both((n) => skews[n % skews.length] as number))).toEqual(ONE);
      }),
      { numRuns: 40 },
    );
  });

  it('with either cut, and its backlog delivered later', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(0 as const, 1 as const),
        fc.integer({ min: 30, max: FRAMES.length - 200 }),
        fc.integer({ min: 10, max: 180 }),
        fc.integer({ min: -4, max: 4 }),
        (who, from, frames, skew) => {
          expect(foundIn(both(() => skew, { who, from, to: from + frames }))).toEqual(ONE);
        },
      ),
      { numRuns: 60 },
    );
  });
});
