import type { ResultsLine } from '@okboxbox/protocol';
import { SAME_MS } from './laps.js';
import { type TimingState, tell } from './state.js';

/**
 * Takes the sim's results. Once they are official they decide the order; what was measured stays as it is, and each
 * figure in which the two disagree is told.
 */
export function takeResults(state: TimingState, results: ResultsLine): void {
  state.official = results;
  for (const { car, lapsCompleted, position, bestLapMs } of results.rows) {
    const known = state.cars.find((each) => each.car === car);
    if (known === undefined) continue;
    if (lapsCompleted != null && lapsCompleted >= 0) known.simLaps = lapsCompleted;
    // A frame's places are newer.
    known.simPosition ??= position;
    if (!known.seen && bestLapMs != null && bestLapMs > 0) known.simBestMs ??= bestLapMs;
  }
  if (!results.official) return;
  state.measuredOrder ??= state.order.flatMap((slot) => state.cars[slot]?.car ?? []);
  for (const row of results.rows) {
    const car = state.cars.find((each) => each.car === row.car);
    if (car === undefined || !car.seen) continue;
    const figures: [figure: string, official: number | null | undefined, measured: number | null | undefined][] = [
      ['position', row.position || null, state.measuredOrder.indexOf(row.car) + 1],
      ['lapsCompleted', row.lapsCompleted, car.finish?.laps ?? car.lapsDone],
      ['bestLapMs', row.bestLapMs, car.bestLapMs],
    ];
    const differing = figures.filter(
      ([figure, official, own]) => official != null && official >= 0 && !isSame(official, own, figure),
    );
    const signature = JSON.stringify(differing);
    if (differing.length === 0 || state.officialTold[row.car] === signature) continue;
    state.officialTold[row.car] = signature;
    const detail = Object.fromEntries(
      differing.map(([figure, official, own]) => [figure, { official, measured: own }]),
    );
    tell(state, 'official.differs', { car: row.car, detail });
  }
}

function isSame(official: number, own: number | null | undefined, figure: string): boolean {
  return own != null && Math.abs(official - own) <= (figure === 'bestLapMs' ? SAME_MS : 0);
}
