import type { Right } from './right.js';

const NO_GAPS = { gapMs: null, gapLaps: null, intervalMs: null, intervalLaps: null } as const;

/** Figures, names and identities: right values by file of `data/cases`. */
export const FIGURE_CASES: Readonly<Record<string, Right>> = {
  'race-restarted/control-new-key': {
    order: ['2', '1'],
    lapsMs: { 1: [30_300, 30_000, 30_000], 2: [29_854, 29_500, 29_500] },
  },
  'race-restarted/same-key': {
    order: ['2', '1'],
    lapsMs: { 1: [30_300, 30_000, 30_000], 2: [29_854, 29_500, 29_500] },
  },
  'lap-struck-off/during': {
    order: ['1', '2'],
    figures: {
      2: { bestLapMs: 30_600, gapMs: 600, intervalMs: 600, lastLapMark: 'none' },
      1: { bestLapMark: 'session' },
    },
  },
  'lap-struck-off/official-results': {
    order: ['1', '2'],
    figures: { 2: { bestLapMs: 30_600, gapMs: 600 }, 1: { bestLapMark: 'session' } },
  },
  'qualifying-figures-in-the-race/race': {
    figures: { 1: { bestLapMs: 31_000 }, 2: { bestLapMs: 31_000 } },
  },
  'disqualified/same-lap': {
    order: ['2', '3', '1'],
    figures: { 1: { status: 'disqualified', officialStatus: 'Disqualified', ...NO_GAPS } },
  },
  'results-miss-a-finisher/race': {
    order: ['1', '3', '4', '2'],
    figures: { 2: { intervalMs: null, intervalLaps: null } },
  },
  'out-on-the-last-lap/race': {
    order: ['1', '3', '2'],
    figures: { 2: { status: 'finished', intervalMs: null, intervalLaps: null, gapLaps: 1 } },
  },
  'out-on-the-last-lap/interval-at-200': {
    figures: { 2: { status: 'finished', intervalMs: null, intervalLaps: null, gapLaps: 1 } },
  },
  'slot-handed-on/practice': {
    order: ['1', '77'],
    figures: { 77: { bestLapMs: 33_000, gapMs: 3_000 } },
    untold: ['driver.changed'],
  },
  'slot-handed-on/control-team-mate': { figures: { 2: { bestLapMs: 28_000 } } },
  'driver-left-the-list/race': {
    order: ['1', '3', '2'],
    figures: { 2: { status: 'retired', lapsCompleted: 2 } },
  },
  'who-drives/same-id-other-spelling': { untold: ['driver.changed'] },
  'who-drives/other-id-same-name': { told: [['driver.changed', '1', 117.9]] },
  'class-called-constructor/constructor': {
    order: ['1', '2'],
    figures: { 1: { bestLapMs: 20_000 }, 2: { bestLapMs: 20_400 } },
  },
  'class-called-constructor/long-constructor': { order: ['1', '2'] },
  'empty-names/race': {
    figures: {
      1: { name: 'Red Team' },
      2: { name: 'Driver B' },
      3: { name: 'Driver C' },
      4: { name: 'Driver D' },
      5: { name: '5' },
      6: { name: '6' },
    },
  },
};
