import type { Right } from './right.js';

/** Figures, names and identities: right values by file of `data/cases`. */
export const FIGURE_CASES: Readonly<Record<string, Right>> = {
  'race-restarted/control-new-key': {
    order: ['2', '1'],
    lapsMs: { 1: [30_300, 30_000, 30_000], 2: [29_854, 29_500, 29_500] },
  },
};
