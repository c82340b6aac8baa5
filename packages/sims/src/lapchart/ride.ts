import type { Surface } from '@okboxbox/protocol';
import { type Knot, Motion } from './motion.js';
import type { Piece } from './pieces.js';

/** A time in which a car is elsewhere than on the track; seconds on the session clock. */
export interface Mark {
  readonly from: number;
  readonly to: number;
  readonly surface: Surface;
}

/** A car's time in the world, from its appearing to its leaving. */
export interface Run {
  readonly from: number;
  readonly to: number;
  readonly motion: Motion;
  /** In order of time, and none within another. */
  readonly marks: readonly Mark[];
}

/** Something that happens on the open track of a lap: seconds, and where in that part it is, from 0 to 1. */
export interface Incident {
  readonly surface: Surface;
  readonly at: number;
  readonly seconds: number;
}

/** An incident takes at most this much of the open track. */
const INCIDENT_SHARE = 0.1;

/** A run in the making: pieces go in one after the other. */
export class Ride {
  readonly #from: number;
  readonly #knots: Knot[];
  readonly #marks: Mark[] = [];
  #time: number;
  #progress: number;

  /** The car appears at `from`, on a surface, and stands there until `time`. */
  constructor(from: number, surface: Surface, time: number, progress: number) {
    this.#from = from;
    this.#knots = [{ time, progress, speed: 0 }];
    this.#time = time;
    this.#progress = progress;
    if (time > from) this.mark(from, time, surface);
  }

  /** Laps that the car has come. */
  get progress(): number {
    return this.#progress;
  }

  get time(): number {
    return this.#time;
  }

  /** Drives on; what happens on the way happens on its open track. */
  drive(pieces: readonly Piece[], incidents: readonly Incident[] = []): void {
    for (const { length, seconds, surface } of pieces) {
      if (seconds <= 0) continue;
      const from = this.#time;
      this.#time += seconds;
      this.#progress += length;
      this.#knots.push({ time: this.#time, progress: this.#progress });
      if (surface !== 'onTrack') this.mark(from, this.#time, surface);
      else for (const incident of incidents) this.#markIncident(incident, from, seconds);
    }
  }

  /** What was driven last ended at the line, exactly there and then. */
  cross(time: number, lap: number): void {
    this.#time = time;
    this.#progress = lap;
    this.#knots[this.#knots.length - 1] = { time, progress: lap, line: true };
  }

  /** The car is on a surface for a while. */
  mark(from: number, to: number, surface: Surface): void {
    if (surface !== 'onTrack') this.#marks.push({ from, to, surface });
  }

  /** The car leaves the world. */
  leave(): Run {
    return { from: this.#from, to: this.#time, motion: new Motion(this.#knots), marks: this.#marks };
  }

  #markIncident({ surface, at, seconds }: Incident, from: number, openSeconds: number): void {
    const start = from + at * openSeconds;
    this.mark(start, start + Math.min(seconds, INCIDENT_SHARE * openSeconds), surface);
  }
}
