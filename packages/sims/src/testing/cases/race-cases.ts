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
  'formation-lap/with-counters': {
    order: ['1', '2', '3'],
    lapsMs: { 1: [30_450, 30_000, 30_000], 2: [30_570, 30_000, 30_000], 3: [30_690, 30_000, 30_000] },
    told: [
      ['finished', '1', 190.45],
      ['finished', '2', 190.57],
      ['finished', '3', 190.69],
    ],
    untold: ['overtake', 'lead.changed'],
  },
  'formation-lap/green-after-the-line': {
    order: ['1', '2', '3'],
    lapsMs: { 1: [29_850, 30_000, 30_000], 2: [29_970, 30_000, 30_000], 3: [30_090, 30_000, 30_000] },
    untold: ['overtake', 'lead.changed'],
  },
  'formation-lap/joined-in-the-formation-lap': {
    order: ['1', '2', '3', '4'],
    lapsMs: { 1: [30_450, 30_000, 30_000], 4: [31_950, 30_000, 30_000] },
    figures: { 4: { gapMs: 1_500, lapsCompleted: 3 } },
    untold: ['overtake', 'lead.changed'],
  },
  'formation-lap/pit-lane-start-beside-a-formation-lap': {
    order: ['1', '2', '3', '4'],
    lapsMs: { 1: [30_450, 30_000, 30_000], 4: [35_300, 30_000, 30_000] },
    figures: { 4: { gapMs: 4_850, lapsCompleted: 3, pitStops: 0 } },
    untold: ['overtake', 'lead.changed'],
  },
  'laps-and-time/time-first': {
    order: ['1', '2', '3'],
    lapsMs: { 1: [30_300, 30_000, 30_000, 30_000, 30_000] },
    told: [
      ['finished', '1', 250.3],
      ['finished', '2', 252.365],
      ['finished', '3', 255.434],
    ],
  },
  'laps-and-time/winner-parks': {
    order: ['1', '2', '3'],
    figures: { 1: { status: 'finished', lapsCompleted: 5 }, 2: { status: 'finished', lapsCompleted: 5 } },
    untold: ['overtake', 'lead.changed', 'retired', 'stopped', 'gone'],
  },
  'laps-and-time/winner-parks-official': {
    order: ['1', '2', '3'],
    figures: { 1: { status: 'finished', lapsCompleted: 5 } },
    untold: ['overtake', 'lead.changed', 'retired', 'official.differs'],
  },
  'green-white-checkered/race': {
    order: ['2', '1', '3'],
    figures: { 1: { lapsCompleted: 7 }, 2: { lapsCompleted: 7 } },
    told: [
      ['finished', '2', 354.79],
      ['finished', '1', 355.3],
      ['finished', '3', 355.48],
    ],
  },
  'flag-a-frame-late/one-frame-late': {
    order: ['1', '2', '3'],
    lapsMs: { 1: [30_300, 30_000, 30_000, 30_000, 30_000] },
    told: [
      ['finished', '1', 250.3],
      ['finished', '2', 252.365],
      ['finished', '3', 255.434],
    ],
  },
  'flag-a-frame-late/winner-parks': {
    order: ['1', '2', '3'],
    figures: { 1: { status: 'finished', lapsCompleted: 5 } },
    untold: ['overtake', 'lead.changed', 'retired'],
  },
  'winner-blinks-at-the-flag/laps': {
    order: ['1', '2', '3'],
    invalid: { 1: [5] },
    figures: { 1: { lapsCompleted: 5 }, 2: { gapMs: 1_564 } },
    told: [
      ['finished', '1', 250.3],
      ['finished', '2', 251.864],
      ['finished', '3', 255.434],
    ],
    untold: ['lead.changed', 'retired'],
  },
  'winner-blinks-at-the-flag/laps-then-parks': {
    order: ['1', '2', '3'],
    figures: { 1: { status: 'finished', lapsCompleted: 5 }, 2: { gapMs: 1_564 } },
    untold: ['lead.changed', 'retired'],
  },
  'back-over-the-line/spin': {
    order: ['1', '2'],
    lapsMs: { 2: [30_300, 30_000, 37_766, 30_000, 30_000] },
    figures: { 2: { bestLapMs: 30_000 } },
  },
  'back-over-the-line/stall-on-the-line': {
    lapsMs: { 2: [30_300, 33_690, 60_010, 30_000, 30_000] },
    figures: { 2: { bestLapMs: 30_000, pitStops: 1, gapLaps: 1 } },
  },
  'start-from-the-pits/race': {
    order: ['1', '3', '2'],
    figures: { 2: { lapsCompleted: 4 }, 3: { lapsCompleted: 4 } },
    untold: ['overtake', 'lead.changed'],
  },
  'start-from-the-pits/standing-start-3': {
    order: Array.from({ length: 20 }, (_, i) => String(i + 1)),
    untold: ['overtake', 'lead.changed'],
  },
  'start-from-the-pits/standing-start-all': {
    order: Array.from({ length: 20 }, (_, i) => String(i + 1)),
    untold: ['overtake', 'lead.changed'],
  },
  'red-flag-restart/race': {
    order: ['2', '1'],
    figures: { 1: { gapMs: 466 } },
    untold: ['stopped'],
    told: [['lead.changed', '2', 110]],
  },
  'first-seen-at-the-line/practice': { untold: ['stopped', 'lead.changed', 'best.session'] },
  'fraction-above-one/with-counters': {
    lapsMs: { 1: [null, 30_000, 30_000], 2: [null, 31_000, 31_000] },
    figures: { 1: { bestLapMs: 30_000, lap: 4 } },
  },
  'joined-mid-race/join': {
    order: ['1', '2'],
    lapsMs: { 1: [null, 60_000, 60_000, 60_000], 2: [null, 85_000, 85_000] },
    places: { 1: [1, 1, 1, 1], 2: [null, 2, 2] },
    figures: { 1: { lap: 8, pitStops: null, stintLaps: null }, 2: { lap: 6, gapLaps: 2 } },
  },
  'heat/heat-1': {
    order: ['1', '2', '3', '4'],
    figures: { 5: { position: null, classPosition: null, status: 'notInWorld' }, 10: { position: null } },
  },
  'exit-before-the-line/race': {
    lapsMs: { 2: [30_300, 55_630, 31_000, 31_000] },
    inLaps: { 1: [], 2: [2] },
    outLaps: { 1: [], 2: [3] },
  },
  'nominal-clock/race': { remainingTimeS: null },
};
