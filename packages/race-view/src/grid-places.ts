import type { FeedState } from '@okboxbox/protocol';
import type { RunningCar } from './running-order.js';

/**
 * Where each car started, by the car; empty before the start, and where there was none. In a class: among the cars of the
 * class.
 */
export function gridPlaces(
  { session, clock }: Pick<FeedState, 'session' | 'clock'>,
  cars: readonly RunningCar[],
  inClass: boolean,
): ReadonlyMap<number, number> {
  const isToCome = clock.phase === null || clock.phase === 'grid' || clock.phase === 'formation';
  if (session.type !== 'race' || isToCome) return new Map();
  const starters = cars.filter(({ figures }) => figures.gridPosition !== null);
  const sorted = [...starters].sort((a, b) => (a.figures.gridPosition ?? 0) - (b.figures.gridPosition ?? 0));
  return new Map(sorted.map(({ info, figures }, i) => [info.car, inClass ? i + 1 : (figures.gridPosition ?? 0)]));
}
