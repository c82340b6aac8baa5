import { officialTerm, type ResultsLine, visibleText } from '@okboxbox/protocol';
import { nameEntries } from './entries.js';
import { tell } from './events.js';
import type { TimingState } from './state.js';
import { SAME_MS, takeOfficialBest } from './verdicts.js';

/**
 * Takes the sim's results. Once they are official they decide the order and which laps count; what was measured stays as
 * it is, and each figure in which the two disagree is told.
 */
export function takeResults(state: TimingState, results: ResultsLine): void {
  state.official = results;
  const statuses = Object.values(state.officialStatus).join();
  for (const { car, lapsCompleted, position, bestLapMs, status } of results.rows) {
    const known = state.cars.find((each) => each.car === car);
    if (known === undefined) continue;
    const word = visibleText(status);
    if (word !== null) state.officialStatus[car] = word;
    known.resultStatus = word === null ? known.resultStatus : (officialTerm(word)?.status ?? null);
    if (lapsCompleted != null && lapsCompleted >= 0) known.simLaps = lapsCompleted;
    // A frame's places are newer.
    known.simPosition ??= position;
    if (!known.seen && bestLapMs != null && bestLapMs > 0) known.simBestMs ??= bestLapMs;
  }
  if (Object.values(state.officialStatus).join() !== statuses) nameEntries(state);
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
    if (differing.length > 0 && state.officialTold[row.car] !== signature) {
      state.officialTold[row.car] = signature;
      const detail = Object.fromEntries(
        differing.map(([figure, official, own]) => [figure, { official, measured: own }]),
      );
      tell(state, 'official.differs', { car: row.car, detail });
    }
    if (row.bestLapMs != null) takeOfficialBest(state, car, row.bestLapMs);
  }
}

function isSame(official: number, own: number | null | undefined, figure: string): boolean {
  return own != null && Math.abs(official - own) <= (figure === 'bestLapMs' ? SAME_MS : 0);
}
