import type { MapPoint } from './map-course.js';

/** A car that wants its number on a map. */
export interface NumberedPlace extends MapPoint {
  readonly car: number;
  readonly carNumber: string;
}

/** The mark that a number is in: its height, and its width with two characters and for each more, in px. */
const MARK_PX = 34;
const MORE_PX = 11;
/** How far two marks may reach over each other, in px: for a number to come, and for one that is there to stay. */
const COMES_PX = 2;
const STAYS_PX = 6;

/**
 * Which cars have their number on a map; the others are dots. `cars` in order of importance: each gets its number where none
 * before it is in the way. `before` had theirs in the last picture: a number that comes and goes cannot be read.
 */
export function carsWithNumber(cars: readonly NumberedPlace[], before: ReadonlySet<number>): ReadonlySet<number> {
  const shown: NumberedPlace[] = [];
  for (const each of cars) {
    const over = before.has(each.car) ? STAYS_PX : COMES_PX;
    if (shown.every((other) => isApart(each, other, over))) shown.push(each);
  }
  return new Set(shown.map(({ car }) => car));
}

function isApart(a: NumberedPlace, b: NumberedPlace, over: number): boolean {
  const width = (widthOf(a) + widthOf(b)) / 2;
  return Math.abs(a.x - b.x) >= width - over || Math.abs(a.y - b.y) >= MARK_PX - over;
}

function widthOf({ carNumber }: NumberedPlace): number {
  return MARK_PX + MORE_PX * Math.max(0, carNumber.length - 2);
}
