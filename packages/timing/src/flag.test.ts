import type { SessionLine, SessionPhase } from '@okboxbox/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { standings, type TimingState } from './index.js';
import { CLOCK_S, type Drive, folded, race, session, steady } from './testing/drive.js';

type Limit = SessionLine['limit'];
const [FAST, SLOW] = [20, 20.4];

/** Cars 0 and 1 a little apart; the leader crosses the line at 20.2 s, 40.2 s, … */
const drives = (): Drive[] => [steady(FAST, 0.01), steady(SLOW, 0.02)];

/** Frames with the flag out from a time on. */
function flagged(cars: readonly Drive[], flagAt: number, until: number, hz = 10) {
  const phase = (time: number): SessionPhase => (time < 0 ? 'grid' : time < flagAt ? 'racing' : 'checkered');
  return race(cars, { until, hz, phase });
}

/** Who finished when, with how many laps, in the order in which it was told. */
const finishes = (state: TimingState) =>
  state.events
    .filter(({ name }) => name === 'finished')
    .map(({ car, sessionTime, detail }) => [car, Math.round((sessionTime - CLOCK_S) * 1000), detail?.laps]);

const timed = (limit: Limit, cars: readonly Drive[], flagAt: number, until = 75) =>
  folded(session(cars.length, { limit }), ...flagged(cars, flagAt, until));

const THIRD_LAP = [
  [0, 60_200, 3],
  [1, 61_608, 3],
];

describe('the end of a race', () => {
  it('FIN-1: is the leader’s first crossing under the flag, whatever the limits are', () => {
    for (const limit of [
      {},
      { laps: 30 },
      { timeS: 55 },
      { laps: 30, timeS: 55 },
      { laps: 3 },
      { laps: 3, timeS: 500 },
    ]) {
      expect([limit, finishes(timed(limit, drives(), 60.2))]).toEqual([limit, THIRD_LAP]);
    }
  });

  it('FIN-1: the flag may be out before, and a lapped car that crosses first does not end the race', () => {
    const lapped = steady(29, 0.02);
    expect(finishes(timed({ timeS: 55 }, [...drives(), lapped], 57))).toEqual([
      [0, 60_200, 3],
      [1, 61_608, 3],
    ]);
    expect(finishes(timed({ timeS: 55 }, [...drives(), lapped], 57, 90)).at(-1)).toEqual([2, 87_580, 3]);
  });

  it('FIN-2: the limit of laps ends it where the sim shows no flag and does not say that there are more laps', () => {
    expect(finishes(timed({ laps: 3 }, drives(), 999))).toEqual(THIRD_LAP);
  });

  it('FIN-2: laps that the sim adds (overtime) are raced: what is left says so', () => {
    const frames = flagged(drives(), 100.2, 130).map((frame) => {
      const done = Math.floor((frame.sessionTime - CLOCK_S - 0.2) / FAST);
      // Two laps more than the limit, from lap 3 on.
      const laps = frame.sessionTime < CLOCK_S + 50 ? 3 - Math.max(0, done) : 5 - done;
      return { ...frame, remaining: { laps: Math.max(0, laps) } };
    });
    expect(finishes(folded(session(2, { limit: { laps: 3 } }), ...frames))).toEqual([
      [0, 100_200, 5],
      [1, 102_408, 5],
    ]);
  });

  it('FIN-2: a count of laps to go that lags behind the crossing does not make the race longer', () => {
    const frames = flagged(drives(), 999, 90).map((frame) => {
      const done = Math.floor((frame.sessionTime - CLOCK_S - 0.9) / FAST);
      return { ...frame, remaining: { laps: Math.max(0, 3 - Math.max(0, done)) } };
    });
    expect(finishes(folded(session(2, { limit: { laps: 3 } }), ...frames))).toEqual(THIRD_LAP);
  });

  it.each(['caution', 'red'])(
    'FIN-2: after a late %s flag the chequered flag ends it, not the limit (green-white-chequered)',
    (late) => {
      const frames = flagged(drives(), 100.2, 130).map((frame) => {
        const time = frame.sessionTime - CLOCK_S;
        return { ...frame, flags: time > 45 && time < 65 ? [late] : ['green'] };
      });
      expect(
        finishes(folded(session(2, { limit: { laps: 3 } }), ...frames)).map(([car, , laps]) => [car, laps]),
      ).toEqual([
        [0, 5],
        [1, 5],
      ]);
    },
  );

  it('FIN-3: a flag up to a second late belongs to the crossing before it, at any rate from 2 to 60 Hz', () => {
    fc.assert(
      fc.property(fc.double({ min: -1, max: 1, noNaN: true }), fc.constantFrom(2, 5, 10, 60), (late, hz) => {
        const frames = flagged(drives(), 60.2 + late, 90, hz);
        expect(finishes(folded(session(2, { limit: { timeS: 55 } }), ...frames))).toEqual(THIRD_LAP);
      }),
      { numRuns: 40 },
    );
  });

  it('FIN-3: who crosses between the winner and a late flag has finished, too', () => {
    const close = [steady(FAST, 0.01), steady(FAST, 0.03)];
    expect(finishes(timed({ timeS: 55 }, close, 61.1))).toEqual([
      [0, 60_200, 3],
      [1, 60_600, 3],
    ]);
  });

  it('FIN-3: a flag that comes out as the time runs down, just after a crossing, is for the next one', () => {
    expect(finishes(timed({ timeS: 60.5 }, drives(), 60.5, 90))[0]).toEqual([0, 80_200, 4]);
  });

  it('FIN-4: a leader out of the world as the flag comes out has finished where it would have crossed', () => {
    const [leader, second] = drives() as [Drive, Drive];
    for (const back of [62, 999]) {
      const blinks: Drive = (time) => (time > 59.5 && time < back ? null : leader(time));
      const state = timed({ timeS: 55 }, [blinks, second], 60.2);
      expect(finishes(state)).toEqual(THIRD_LAP);
      expect(state.laps.find(({ car, lap }) => car === 0 && lap === 3)).toMatchObject({
        lapTimeMs: 20_000,
        valid: false,
        provenance: 'estimated',
      });
      expect(state.events.filter(({ name }) => name === 'lead.changed')).toEqual([]);
    }
  });

  it('FIN-4: a leader that was gone long before the flag has not finished', () => {
    const [leader, second] = drives() as [Drive, Drive];
    const gone: Drive = (time) => (time > 50 ? null : leader(time));
    expect(finishes(timed({ timeS: 55 }, [gone, second], 61.6))).toEqual([[1, 61_608, 3]]);
  });

  it('FIN-5: a leader that has stopped does not keep the flag from those behind it', () => {
    const [leader, second] = drives() as [Drive, Drive];
    // Ahead by more than the rest of the lap: it has completed as many laps as the second will have.
    const stops: Drive = (time) => (leader(Math.min(time, 43)) as number) + 1;
    const state = folded(session(2), ...flagged([stops, second], 61.6, 80));
    expect(finishes(state)).toEqual([[1, 61_608, 3]]);
  });

  it('FIN-6: after the flag no lap counts, nobody retires by leaving, and figures stay as they are', () => {
    const [leader, second] = drives() as [Drive, Drive];
    const third = steady(20.6, 0.03);
    const parks: Drive = (time) => (time > 70 ? null : leader(Math.min(time, 63)));
    const leavesBefore: Drive = (time) => (time > 60.5 ? null : third(time));
    const phase = (time: number): SessionPhase =>
      time < 0 ? 'grid' : time < 60.2 ? 'racing' : time < 250 ? 'checkered' : 'cooldown';
    const frames = race([parks, second, leavesBefore], { until: 260, phase, hz: 5 });
    const atFlag = folded(session(3), ...frames.filter(({ sessionTime }) => sessionTime < CLOCK_S + 62.5));
    const state = folded(session(3), ...frames);
    expect(state.laps).toEqual(atFlag.laps);
    expect(state.events.filter(({ name }) => name === 'retired')).toEqual([]);
    const [before, after] = [standings(atFlag), standings(state)];
    expect(after.slice(0, 2)).toEqual(before.slice(0, 2));
    expect(after[0]?.figures.status).toBe('finished');
  });
});
