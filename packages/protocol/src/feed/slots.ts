import type { OnAir } from './on-air.js';

/** The slots of graphics, as plain data: overlays name them, and carry no schemas. */

/** Names of the slots. */
export const SLOTS = [
  'tower',
  'driver',
  'battle',
  'message',
  'flag',
  'results',
  'fastestLap',
  'pits',
  'map',
  'ticker',
  'clock',
] as const;
export type Slot = (typeof SLOTS)[number];
/** Slots of a graphic that is on or off, and has nothing to choose. */
export const PLAIN_SLOTS = ['tower', 'fastestLap', 'pits', 'map', 'ticker', 'clock'] as const satisfies readonly Slot[];
export type PlainSlot = (typeof PLAIN_SLOTS)[number];

/** What is on air before a director has said anything: the tower alone. */
export const NOTHING_CUED: OnAir = {
  scene: null,
  tower: { until: null },
  driver: null,
  battle: null,
  message: null,
  flag: null,
  results: null,
  fastestLap: null,
  pits: null,
  map: null,
  ticker: null,
  clock: null,
};
