import fc from 'fast-check';
import { type Evening, type Played, playEvening, type TrueCar } from './evening.js';
import { isPhotoFinish } from './random-evening.js';

/** A random evening whose truth a relay at its rate can tell; others are no examples for a property. */
export function played(plan: Evening): Played {
  const evening = playEvening(plan);
  fc.pre(evening !== null);
  fc.pre(!isPhotoFinish(evening.cars, plan.hz));
  return evening;
}

/**
 * Stops and drive-throughs of a car that began after a time, in s from green, and before its finish, or another end; a
 * stop-and-go is a stop.
 */
export function visitsSince(
  { visits, finishedAt }: TrueCar,
  since: number,
  until = finishedAt ?? Number.POSITIVE_INFINITY,
): { pitStops: number; driveThroughs: number } {
  const seen = visits.filter(({ from }) => from > since && from < until);
  const driveThroughs = seen.filter(({ incident }) => incident === 'drive-through').length;
  return { pitStops: seen.length - driveThroughs, driveThroughs };
}

/** Whether a time is off by at most `ms`. */
export function within(a: number | null | undefined, b: number, ms: number): boolean {
  return Math.abs((a ?? Number.NaN) - b) <= ms;
}
