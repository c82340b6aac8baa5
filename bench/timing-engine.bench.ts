import type { Frame } from '@okboxbox/protocol';
import { createTiming, foldRecord, standings } from '@okboxbox/timing';
import { CARS, fieldFrame, fieldSession } from './field.js';

/**
 * Car samples the timing engine takes a second, on one core, with everything on: laps, sectors, pits, order and
 * crossing histories; then with the standings of every frame besides. In the same run the floor: a loop over the
 * same frames that only notices who crossed the line.
 */

const FRAMES = 18_000;
const ROUNDS = 5;
const BUDGET = 2_500_000;

const session = fieldSession();
const frames = Array.from({ length: FRAMES }, (_, n) => fieldFrame(n));

const floor = samplesPerSec(() => {
  const last = new Float64Array(CARS);
  let crossings = 0;
  for (const frame of frames) crossings += crossed(frame, last);
  return crossings;
});
const fold = samplesPerSec(() => {
  const state = createTiming();
  foldRecord(state, session);
  for (const frame of frames) foldRecord(state, frame);
  return state.laps.length;
});
const everyFrame = samplesPerSec(() => {
  const state = createTiming();
  foldRecord(state, session);
  let rows = 0;
  for (const frame of frames) {
    foldRecord(state, frame);
    rows += standings(state).length;
  }
  return rows;
});

console.log(
  JSON.stringify({
    bench: 'timing-engine',
    cars: CARS,
    frames: FRAMES,
    laps: fold.result,
    carSamplesPerSec: fold.perSec,
    withStandingsPerSec: everyFrame.perSec,
    floorPerSec: floor.perSec,
    day60CarsS: Math.round((864_000 * CARS) / fold.perSec),
    budget: BUDGET,
    withinBudget: fold.perSec >= BUDGET,
  }),
);

function crossed(frame: Frame, last: Float64Array): number {
  let crossings = 0;
  for (const { car, pct } of frame.cars) {
    if (pct < (last[car] ?? 0) - 0.5) crossings++;
    last[car] = pct;
  }
  return crossings;
}

/** The median of some rounds after one to warm up, and what a round came to (so that none of it is left out). */
function samplesPerSec(round: () => number): { readonly perSec: number; readonly result: number } {
  const result = round();
  const rates = Array.from({ length: ROUNDS }, () => {
    const begin = performance.now();
    if (round() !== result) throw new Error('A round came to another result than the one before.');
    return (FRAMES * CARS * 1000) / (performance.now() - begin);
  }).sort((a, b) => a - b);
  return { perSec: Math.round(rates[Math.floor(ROUNDS / 2)] ?? 0), result };
}
