import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LapTimes } from './lap-times.js';
import { resultsOfText } from './results-of-text.js';
import { readSessionText } from './session-text.js';

const best = (times: LapTimes, car: number, seconds: number | null | undefined, isThere = true) =>
  times.take('bestLapMs', car, seconds, isThere);

describe('lap times of the sim', () => {
  it('are -1 from when one is withdrawn by the sim until there is another', () => {
    const times = new LapTimes();
    expect([-1, 90.5, -1, -1, 91, 0].map((seconds) => best(times, 3, seconds))).toEqual([
      ...[undefined, 90_500, -1, -1, 91_000, -1],
    ]);
  });

  it('are kept apart by car and by which time it is', () => {
    const times = new LapTimes();
    best(times, 3, 90);
    expect(best(times, 4, -1)).toBeUndefined();
    expect(times.take('lastLapMs', 3, -1, true)).toBeUndefined();
    expect(best(times, 3, -1)).toBe(-1);
  });

  it('are not withdrawn by a car that is not in the world, nor by a value that makes no sense', () => {
    fc.assert(
      fc.property(fc.double({ max: 0 }), (seconds) => {
        const times = new LapTimes();
        best(times, 0, 90);
        expect(best(times, 0, seconds, false)).toBeUndefined();
        expect(best(times, 0, seconds)).toBe(seconds === -1 || seconds === 0 ? -1 : undefined);
      }),
      { examples: [[-1], [0], [-0], [Number.NaN], [Number.NEGATIVE_INFINITY], [-0.5]] },
    );
    const times = new LapTimes();
    best(times, 0, 90);
    for (const seconds of [null, undefined, 1e7, Number.POSITIVE_INFINITY]) {
      expect(best(times, 0, seconds)).toBeUndefined();
    }
  });
});

describe('results of the sim', () => {
  const text = (fastest: number) =>
    readSessionText(`---
SessionInfo:
 Sessions:
 - SessionNum: 0
   ResultsPositions:
   - Position: 1
     CarIdx: 3
     FastestTime: ${fastest.toFixed(4)}
     LastTime: ${fastest.toFixed(4)}
     ReasonOutStr: Running
   ResultsOfficial: 0
...
`);
  const rowOf = (times: LapTimes, fastest: number) => resultsOfText(text(fastest), 0, times, 0)?.rows[0];

  it('say that a best lap was withdrawn, and nothing of one that never was', () => {
    const times = new LapTimes();
    expect(rowOf(times, -1)).toMatchObject({ bestLapMs: null, lastLapMs: null });
    expect(rowOf(times, 90.25)).toMatchObject({ bestLapMs: 90_250, lastLapMs: 90_250 });
    expect(rowOf(times, -1)).toMatchObject({ bestLapMs: -1, lastLapMs: -1 });
  });

  it('withdraw what a frame has shown, and the other way round', () => {
    const times = new LapTimes();
    best(times, 3, 90);
    expect(rowOf(times, -1)).toMatchObject({ bestLapMs: -1, lastLapMs: null });
    expect(times.take('lastLapMs', 3, -1, true)).toBeUndefined();
    rowOf(times, 91);
    expect(times.take('lastLapMs', 3, -1, true)).toBe(-1);
  });
});
