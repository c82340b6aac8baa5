import type { DemoDriver, DemoEntry } from './field.js';
import type { Random } from './random.js';
import { boxOf, LANE_SPEED, LENGTH_M, speedAt } from './track.js';

/** What a car is doing. Times are s on the session clock. */
export type Doing =
  | { readonly doing: 'driving' }
  | { readonly doing: 'toBox' }
  /** Standing in its box; away from the world from `swapFrom` to `swapTo` while its driver changes. */
  | { readonly doing: 'inBox'; readonly until: number; readonly swapFrom: number; readonly swapTo: number }
  | { readonly doing: 'fromBox' }
  | { readonly doing: 'off'; readonly until: number }
  | { readonly doing: 'stopped'; readonly until: number; readonly next: 'towed' | 'out' }
  /** Away until it stands in its box again. */
  | { readonly doing: 'towed'; readonly until: number }
  /** Retired and gone. */
  | { readonly doing: 'out' };

const DRIVING: Doing = { doing: 'driving' };
export const NEVER = Number.POSITIVE_INFINITY;
/** Tyres and fuel: a lap of a stint is so much slower than the one before, as part of a lap. */
const WEAR = 0.0003;
/** Fuel at the start and after a stop, and for a lap, in litres. */
export const TANK_L = 72;
const LAP_L = 2.6;
/** How long a stop from standstill takes to come to speed, in s. */
const LAUNCH_S = 7;

/** A car of the simulated race. */
export class DemoCar {
  readonly entry: DemoEntry;
  readonly box: number;
  driver: DemoDriver;
  doing: Doing = DRIVING;
  /** Laps and fraction from the line; below 0 on the grid. */
  progress: number;
  /** Laps a second at the last step. */
  speed = 0;
  /** Not seen by the sim until then, although it drives on. */
  blinkUntil = 0;
  /** Which car it is getting past, until when. */
  passing: { readonly car: number; readonly until: number } | null = null;
  nextStopAt = NEVER;
  stops = 0;
  /** When it last got going from standstill. */
  launchedAt = 0;
  /** When it last crossed the line; `null` before. */
  lineAt: number | null = null;
  lastLapS: number | null = null;
  bestLapS: number | null = null;
  /** Its finish: when, and after how many laps; it rolls on after that. */
  finish: { readonly at: number; readonly laps: number } | null = null;
  position = 0;
  classPosition = 0;
  fuelL = TANK_L;
  #lapFactor = 1;
  #stintLaps = 0;

  constructor(entry: DemoEntry, slot: number, progress: number) {
    this.entry = entry;
    this.box = boxOf(slot);
    this.driver = entry.drivers[0] as DemoDriver;
    this.progress = progress;
  }

  get fraction(): number {
    return this.progress - Math.floor(this.progress);
  }

  get isOnTrack(): boolean {
    return this.doing.doing === 'driving' || this.doing.doing === 'off' || this.doing.doing === 'stopped';
  }

  get isInLane(): boolean {
    return this.doing.doing === 'toBox' || this.doing.doing === 'inBox' || this.doing.doing === 'fromBox';
  }

  /** Whether the sim has it in the world. */
  isSeen(now: number): boolean {
    const { doing } = this;
    if (now < this.blinkUntil || doing.doing === 'towed' || doing.doing === 'out') return false;
    return !(doing.doing === 'inBox' && now >= doing.swapFrom && now < doing.swapTo);
  }

  /** Speed in laps a second with nobody in the way. */
  freeSpeed(now: number): number {
    switch (this.doing.doing) {
      case 'driving': {
        const launch = Math.min(1, 0.15 + (now - this.launchedAt) / LAUNCH_S);
        return (speedAt(this.fraction) * launch) / (this.entry.lapS * this.driver.pace * this.#lapFactor);
      }
      case 'off':
        return (0.3 * speedAt(this.fraction)) / this.entry.lapS;
      case 'toBox':
      case 'fromBox':
        return LANE_SPEED / LENGTH_M;
      default:
        return 0;
    }
  }

  /** Draws how the next lap goes. */
  beginLap(random: Random): void {
    this.#stintLaps += 1;
    this.#lapFactor = 1 + random.spread() * this.driver.scatter + this.#stintLaps * WEAR;
    this.fuelL = Math.max(1, this.fuelL - LAP_L);
  }

  /** Fresh tyres, a full tank and, where told so, the next driver. */
  serve(swaps: boolean): void {
    this.stops += 1;
    this.#stintLaps = 0;
    this.fuelL = TANK_L;
    if (!swaps) return;
    const { drivers } = this.entry;
    this.driver = drivers[(drivers.indexOf(this.driver) + 1) % drivers.length] ?? this.driver;
  }

  drive(now: number): void {
    this.doing = DRIVING;
    this.launchedAt = now;
  }
}
