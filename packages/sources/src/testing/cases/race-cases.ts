import type { Right } from './right.js';

/** How a race begins, goes on and ends: right values by file of `data/cases`. */
export const RACE_CASES: Readonly<Record<string, Right>> = {
  'formation-lap/control-short-formation': {
    order: ['1', '2', '3'],
    lapsMs: { 1: [30_390, 30_000, 30_000], 2: [30_510, 30_000, 30_000], 3: [30_630, 30_000, 30_000] },
    told: [
      ['finished', '1', 190.39],
      ['finished', '2', 190.51],
      ['finished', '3', 190.63],
    ],
  },
  'laps-and-time/control-time-only': {
    order: ['1', '2', '3'],
    lapsMs: { 1: [30_300, 30_000, 30_000, 30_000, 30_000] },
    figures: { 2: { gapMs: 2_065 }, 3: { gapMs: 5_134, intervalMs: 3_069 } },
    told: [
      ['finished', '1', 250.3],
      ['finished', '2', 252.365],
      ['finished', '3', 255.434],
    ],
  },
  'flag-a-frame-late/control-same-frame': {
    order: ['1', '2', '3'],
    figures: { 1: { lapsCompleted: 5 }, 2: { gapMs: 2_065 }, 3: { gapMs: 5_134 } },
    told: [
      ['finished', '1', 250.3],
      ['finished', '2', 252.365],
      ['finished', '3', 255.434],
    ],
  },
  'lapped-car-first-under-flag/race': {
    order: ['1', '2'],
    figures: { 1: { lapsCompleted: 5 }, 2: { lapsCompleted: 4, gapLaps: 1 } },
    told: [
      ['finished', '1', 250.3],
      ['finished', '2', 252.076],
    ],
  },
  'winner-blinks-at-the-flag/second-blinks': {
    order: ['1', '2', '3'],
    invalid: { 2: [5] },
    figures: { 2: { gapMs: 1_564 } },
    told: [
      ['finished', '1', 250.3],
      ['finished', '2', 251.864],
      ['finished', '3', 255.434],
    ],
  },
  'wave-around/race': {
    order: ['1', '2', '3'],
    lapsMs: { 3: [39_546, 39_000, 39_000, 40_566, 30_000, 56_088] },
    figures: { 3: { lap: 7, gapMs: 3_600 } },
    untold: ['overtake', 'lead.changed', 'retired', 'finished'],
  },
};
