import type { MessageLine, ResultsLine } from '@okboxbox/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entryInfos, standings } from './index.js';
import { folded, session } from './testing/drive.js';
import { GREEN_S, type TrueCar } from './testing/evening.js';
import { played, within } from './testing/played.js';
import { evening, finishers } from './testing/random-evening.js';

/** Race control gives a car a penalty shortly before it serves it. */
const penalties = (cars: readonly TrueCar[]): MessageLine[] =>
  cars.flatMap(({ visits }, car) =>
    visits
      .filter(({ incident }) => incident === 'drive-through' || incident === 'stop-and-go')
      .map(({ incident, from }) => ({
        kind: 'message',
        capturedAt: 0,
        what: 'penalty',
        car,
        sessionTime: from + GREEN_S - 10,
        text: incident,
      })),
  );

describe('a random evening with penalties', () => {
  it('PIT-4, PIT-6: each visit is told once, with its times, and drive-throughs apart from stops', () => {
    fc.assert(
      fc.property(evening, (plan) => {
        const { cars, frames } = played({ ...plan, cars: plan.cars.map((car) => ({ ...car, blinks: [] })) });
        const given = penalties(cars);
        const state = folded(session(cars.length, { limit: plan.limit }), ...given, ...frames);
        expect(state.events.filter(({ name }) => name === 'penalty').map(({ car }) => car)).toEqual(
          given.map(({ car }) => car),
        );
        // Lane times are off by up to a sample at each end, box times likewise.
        const slackMs = 2_000 / plan.hz + 2;
        for (const [index, { visits, finishedAt }] of cars.entries()) {
          const end = finishedAt ?? 0;
          const own = state.events.filter((event) => event.car === index && event.name === 'pit.left' && event.detail);
          const done = own.filter(({ sessionTime }) => sessionTime - GREEN_S < end - 1);
          const truth = visits.filter(({ to }) => to < end - 1);
          expect([index, done.length]).toEqual([index, truth.length]);
          for (const [i, { from, to, boxS }] of truth.entries()) {
            const detail = done[i]?.detail as { stop: number | null; laneMs: number | null; boxMs: number | null };
            const isRight =
              (detail.stop === null) === (boxS === null) &&
              within(detail.laneMs, (to - from) * 1000, slackMs) &&
              (boxS === null ? detail.boxMs === null : within(detail.boxMs, boxS * 1000, slackMs));
            if (!isRight) expect([index, i, detail]).toEqual([index, i, { laneMs: (to - from) * 1000, boxS }]);
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it('RES-1, GAP-10, STA-4: who is disqualified is last without a gap, and the others’ gaps are the model’s', () => {
    fc.assert(
      fc.property(evening, fc.nat(4), (plan, pick) => {
        const { cars, frames } = played(plan);
        const order = finishers(cars);
        fc.pre(order.length === cars.length);
        const out = pick % cars.length;
        const classified = order.filter((car) => car !== out);
        const results: ResultsLine = {
          kind: 'results',
          capturedAt: 0,
          official: true,
          rows: [...classified, out].map((car, i) => ({
            car,
            position: i + 1,
            lapsCompleted: cars[car]?.laps ?? 0,
            status: car === out ? 'Disqualified' : 'Finished',
          })),
        };
        const state = folded(session(cars.length, { limit: plan.limit }), ...frames, results);
        const list = standings(state);
        expect(list.map(({ car, figures }) => [car, figures.position])).toEqual(
          [...classified, out].map((car, i) => [car, i + 1]),
        );
        expect(list.at(-1)?.figures).toMatchObject({
          status: 'disqualified',
          gapMs: null,
          gapLaps: null,
          intervalMs: null,
          intervalLaps: null,
        });
        expect(entryInfos(state).find((info) => info.car === out)?.officialStatus).toBe('Disqualified');
        const winner = cars[classified[0] as number] as TrueCar;
        for (const { car, figures } of list.slice(1, -1)) {
          const truth = cars[car] as TrueCar;
          if (truth.unclear.has(truth.laps) || winner.unclear.has(winner.laps)) continue;
          const laps = winner.laps - truth.laps;
          expect([car, figures.gapLaps]).toEqual([car, laps > 0 ? laps : null]);
          const gapMs = ((truth.finishedAt as number) - (winner.finishedAt as number)) * 1000;
          if (laps > 0) expect(figures.gapMs).toBeNull();
          else if (!within(figures.gapMs, gapMs, plan.hz < 10 ? 80 : 4))
            expect([car, figures.gapMs]).toEqual([car, gapMs]);
        }
      }),
      { numRuns: 40 },
    );
  });
});
