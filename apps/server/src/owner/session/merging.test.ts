import type { Frame, Lap, RaceEvent, SourceRecord } from '@okboxbox/protocol';
import { createTiming, foldRecord, type TimingState } from '@okboxbox/timing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frame, sessionLine } from '../../testing/race.js';
import { createMerge, mergeRecord, promote } from './merging.js';

/** A frame in which some cars are not seen. */
function blind(whole: Frame, cars: readonly number[]): Frame {
  const hidden = (car: number) => cars.includes(car);
  return {
    ...whole,
    cars: whole.cars.map((sample) =>
      hidden(sample.car) ? { car: sample.car, pct: -1, surface: 'notInWorld' as const, onPitRoad: false } : sample,
    ),
  };
}

/** The frame of a relay that samples between the others' frames. */
function between(n: number, part: number): Frame {
  const one = frame(n);
  const next = frame(n + 1);
  const at = (a: number, b: number) => a + (b - a) * part;
  return {
    ...one,
    sessionTime: at(one.sessionTime, next.sessionTime),
    cars: one.cars.map((sample, i) => {
      const to = next.cars[i]?.pct ?? sample.pct;
      const pct = at(sample.pct, to < sample.pct - 0.5 ? to + 1 : to);
      const over = pct >= 1;
      return { ...sample, pct: over ? pct - 1 : pct, ...(over && next.cars[i]) };
    }),
  };
}

const COUNT = 700;
const lapsOf = ({ laps }: TimingState) =>
  laps
    .map(({ car, lap, lapTimeMs, valid }: Lap) => ({ car, lap, lapTimeMs, valid }))
    .sort((a, b) => a.car - b.car || a.lap - b.lap);
const names = ({ events }: TimingState) => events.map(({ name }: RaceEvent) => name);

function alone(): TimingState {
  const timing = createTiming();
  foldRecord(timing, sessionLine());
  for (let n = 0; n < COUNT; n++) foldRecord(timing, frame(n));
  return timing;
}

function merged(
  feed: (put: (stream: number, record: SourceRecord) => void, state: ReturnType<typeof emptyState>) => void,
) {
  const state = emptyState();
  feed((stream, record) => mergeRecord(state.merge, state.timing, stream, record), state);
  return state.timing;
}
const emptyState = () => ({ merge: createMerge(), timing: createTiming() });

function expectSameLaps(timing: TimingState, withinMs: number): void {
  const one = lapsOf(alone());
  const other = lapsOf(timing);
  expect(other.map(({ car, lap, valid }) => [car, lap, valid])).toEqual(
    one.map(({ car, lap, valid }) => [car, lap, valid]),
  );
  for (const [i, lap] of other.entries()) {
    expect(Math.abs((lap.lapTimeMs ?? 0) - (one[i]?.lapTimeMs ?? 0))).toBeLessThanOrEqual(withinMs);
  }
}

describe('two relays of one session', () => {
  it('are timed as one that sees every car, whichever each of them sees', () => {
    fc.assert(
      fc.property(
        fc.subarray([0, 1, 2], { minLength: 1, maxLength: 2 }),
        fc.double({ min: 0.05, max: 0.95, noNaN: true }),
        (cars, part) => {
          const timing = merged((put) => {
            put(0, sessionLine());
            put(1, sessionLine());
            for (let n = 0; n < COUNT; n++) {
              put(0, blind(frame(n), n < 3 ? [] : cars));
              put(
                1,
                blind(
                  between(n, part),
                  [0, 1, 2].filter((car) => !cars.includes(car)),
                ),
              );
            }
          });
          expectSameLaps(timing, 2);
          expect(names(timing)).not.toContain('gone');
        },
      ),
      { numRuns: 30 },
    );
  });

  it('that see the same cars are timed by the primary alone', () => {
    const timing = merged((put) => {
      put(0, sessionLine());
      put(1, sessionLine());
      for (let n = 0; n < COUNT; n++) {
        put(0, frame(n));
        // A relay whose sim is half a second behind everybody's.
        if (n >= 5) put(1, { ...frame(n - 5), sessionTime: frame(n).sessionTime + 0.01 });
      }
    });
    expect(lapsOf(timing)).toEqual(lapsOf(alone()));
  });

  it('lose no lap and double none when one takes over from the other at any moment', () => {
    fc.assert(
      fc.property(fc.integer({ min: 30, max: COUNT - 30 }), fc.integer({ min: 0, max: 10 }), (at, silent) => {
        const timing = merged((put, { merge, timing: state }) => {
          put(0, sessionLine());
          put(1, sessionLine());
          for (let n = 0; n < COUNT; n++) {
            if (n < at) put(0, frame(n));
            if (n === at + silent) promote(merge, state, 1);
            put(1, frame(n));
          }
        });
        expect(lapsOf(timing)).toEqual(lapsOf(alone()));
      }),
      { numRuns: 60 },
    );
  });

  it('and the one that was the primary fills in from then on, and may take over again', () => {
    const timing = merged((put, { merge, timing: state }) => {
      put(0, sessionLine());
      put(1, sessionLine());
      for (let n = 0; n < COUNT; n++) {
        if (n === 200) promote(merge, state, 1);
        if (n === 450) promote(merge, state, 0);
        put(0, blind(frame(n), [1]));
        put(1, blind(frame(n), [2]));
      }
    });
    expectSameLaps(timing, 2);
  });

  it('a car that neither sees any more is gone', () => {
    const timing = merged((put) => {
      put(0, sessionLine());
      put(1, sessionLine());
      for (let n = 0; n < 200; n++) {
        put(0, blind(frame(n), n > 50 ? [1] : []));
        put(1, blind(frame(n), n > 100 ? [1] : []));
      }
    });
    expect(names(timing).filter((name) => name === 'gone')).toHaveLength(1);
    const gone = timing.events.find(({ name }) => name === 'gone');
    expect(gone?.sessionTime).toBeGreaterThan(frame(100).sessionTime);
  });
});
