import type { RaceEvent } from '@okboxbox/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTiming, foldRecord, standings } from './index.js';
import { folded, session } from './testing/drive.js';
import { type Evening, GREEN_S } from './testing/evening.js';
import { endOf } from './testing/interruptions.js';
import { played, visitsSince, within } from './testing/played.js';
import { evening, finishers } from './testing/random-evening.js';

/** Whether an event was told while the race was interrupted. */
const isInterrupted = ({ interruptions }: Evening, { sessionTime }: RaceEvent) =>
  interruptions.some((each) => sessionTime > GREEN_S + each.from && sessionTime < GREEN_S + endOf(each) - 1e-6);

describe('a random evening, driven by a model that knows the truth', () => {
  it('GRN-1, GRN-3, PROG-8, FIN-1, FIN-3, PIT-6: laps, places, stops and finishes are the model’s, at 2 to 60 Hz', () => {
    fc.assert(
      fc.property(evening, (plan) => {
        const { cars, frames } = played(plan);
        const state = folded(session(cars.length, { limit: plan.limit }), ...frames);
        const list = standings(state);
        const tolerance = plan.hz < 10 ? 40 : 2;
        for (const [index, truth] of cars.entries()) {
          const laps = state.laps.filter((lap) => lap.car === index);
          expect([index, ...laps.map(({ lap }) => lap)]).toEqual([
            index,
            ...Array.from({ length: truth.laps }, (_, i) => i + 1),
          ]);
          for (const { lap, lapTimeMs, crossedAtMs, position } of laps) {
            if (truth.unclear.has(lap)) continue;
            const at = truth.crossings[lap - 1] as number;
            const begin = lap === 1 ? 0 : (truth.crossings[lap - 2] as number);
            if (!within(lapTimeMs, (at - begin) * 1000, tolerance))
              expect([index, lap, lapTimeMs]).toEqual([index, lap, (at - begin) * 1000]);
            if (!within(crossedAtMs, (at + GREEN_S) * 1000, tolerance))
              expect([index, lap, crossedAtMs]).toBe((at + GREEN_S) * 1000);
            if (cars.some(({ unclear }) => unclear.has(lap))) continue;
            expect(position).toBe(
              1 + cars.filter((other) => lap <= other.laps && (other.crossings[lap - 1] as number) < at).length,
            );
          }
          const figures = list.find((each) => each.car === index)?.figures;
          expect([index, figures?.status === 'finished']).toEqual([index, truth.finishedAt !== null]);
          if (truth.finishedAt !== null) {
            expect([index, figures]).toMatchObject([index, { lapsCompleted: truth.laps, ...visitsSince(truth, 0) }]);
          }
        }
        const finished = list.filter(({ figures }) => figures.status === 'finished').map((each) => each.car);
        expect(finished).toEqual(finishers(cars));
        const told = state.events.filter(({ name }) => name === 'finished').map((event) => event.car);
        expect(new Set(told).size).toBe(told.length);
      }),
      { numRuns: 60 },
    );
  });

  it('GRN-2, PROG-3: positions alone and positions with counters give the same evening', () => {
    fc.assert(
      fc.property(evening, (plan) => {
        const of = (counters: boolean) => {
          const { cars, frames } = played({ ...plan, counters });
          return folded(session(cars.length, { limit: plan.limit }), ...frames);
        };
        const [alone, counted] = [of(false), of(true)];
        expect(counted.laps).toEqual(alone.laps);
        expect(counted.events).toEqual(alone.events);
        expect(standings(counted)).toEqual(standings(alone));
      }),
      { numRuns: 25 },
    );
  });

  it('GRN-4, GRN-5, EVT-4, STA-3: while the race is interrupted nobody overtakes or is slow, and green stays', () => {
    fc.assert(
      fc.property(evening, (plan) => {
        fc.pre(plan.interruptions.length > 0);
        const { cars, frames } = played(plan);
        const state = createTiming();
        foldRecord(state, session(cars.length, { limit: plan.limit }));
        for (const each of frames) {
          foldRecord(state, each);
          const isOn = each.sessionTime > GREEN_S && (each.state !== 'racing' || !each.flags.includes('green'));
          if (!isOn || each.state === 'checkered' || each.seq % plan.hz !== 0) continue;
          const statuses = standings(state).map(({ figures }) => figures.status);
          expect(statuses.filter((status) => status === 'slow')).toEqual([]);
        }
        const told = state.events.filter((event) => isInterrupted(plan, event));
        expect(told.filter(({ name }) => name === 'overtake')).toEqual([]);
        expect(state.greenAt).toBe(GREEN_S);
      }),
      { numRuns: 25 },
    );
  });

  it('PROG-4, SRC-1: a clock that falls back changes nothing, and a race begun again under another key is timed by itself', () => {
    fc.assert(
      fc.property(evening, evening, (first, second) => {
        const [before, after] = [played(first), played(second)];
        const line = session(second.cars.length, { limit: second.limit, simSessionKey: '1:1' });
        const alone = folded(line, ...after.frames);
        const opening = [session(first.cars.length, { limit: first.limit }), ...before.frames];
        const again = folded(...opening, line, ...after.frames);
        for (const part of ['laps', 'events', 'greenAt', 'finish'] as const) expect(again[part]).toEqual(alone[part]);
        expect(standings(again)).toEqual(standings(alone));
        const [ended, fallen] = [folded(...opening), folded(...opening, ...before.frames.slice(0, 50))];
        expect({ ...fallen, staleFrames: 0 }).toEqual({ ...ended, staleFrames: 0 });
        expect(fallen.staleFrames).toBe(Math.min(50, before.frames.length));
      }),
      { numRuns: 10 },
    );
  });
});
