/** The two times that the sim shows of a car's laps. */
export type LapTimeName = 'lastLapMs' | 'bestLapMs';

/** What the sim shows where a car has no such time: in its arrays of all cars, and of the own car alone. */
const NO_TIME: readonly number[] = [-1, 0];
const MAX_S = 1e6;

/**
 * Lap times of one session as the sim shows them, of frames and results alike. It remembers which cars had one: where a
 * time is withdrawn by the sim, a record must say so, and where there never was one it says nothing.
 */
export class LapTimes {
  readonly #had: Readonly<Record<LapTimeName, Set<number>>> = { lastLapMs: new Set(), bestLapMs: new Set() };

  /**
   * The time of a car in ms; −1 where the sim has withdrawn it; `undefined` where it says nothing of one. The sim shows
   * none of a car that is not in the world, which takes nothing back: `isThere` is whether it is.
   */
  take(name: LapTimeName, car: number, seconds: number | null | undefined, isThere: boolean): number | undefined {
    if (seconds === null || seconds === undefined) return undefined;
    if (seconds > 0 && seconds < MAX_S) {
      this.#had[name].add(car);
      return Math.round(seconds * 1000);
    }
    return isThere && NO_TIME.includes(seconds) && this.#had[name].has(car) ? -1 : undefined;
  }
}
