import type { Entry, RaceEventName } from '@okboxbox/protocol';

/** What is right for one file of `data/cases`; cars are named by their numbers. What is left out is not compared. */
export interface Right {
  /** Car numbers by position. */
  readonly order?: readonly string[];
  /** All completed laps of a car, in ms; `null` for one without a time. */
  readonly lapsMs?: Readonly<Record<string, readonly (number | null)[]>>;
  /** Figures of a car at the end. */
  readonly figures?: Readonly<Record<string, Partial<Entry>>>;
  /** Numbers of the laps of a car that are not valid. */
  readonly invalid?: Readonly<Record<string, readonly number[]>>;
  /** Places of a car in its completed laps; `null` where it cannot be known. */
  readonly places?: Readonly<Record<string, readonly (number | null)[]>>;
  /** Numbers of the laps of a car in which it came into the pit lane, and in which it drove out. */
  readonly inLaps?: Readonly<Record<string, readonly number[]>>;
  readonly outLaps?: Readonly<Record<string, readonly number[]>>;
  /** Time left on the session's clock at the end; `null` where there is none that means anything. */
  readonly remainingTimeS?: number | null;
  /** All events of these names in the order they are told, as name, car number and seconds on the session clock. */
  readonly told?: readonly (readonly [name: RaceEventName, carNumber: string, at: number])[];
  /** Events that are not told at all. */
  readonly untold?: readonly RaceEventName[];
}
