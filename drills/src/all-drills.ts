import { CATALOGUE } from '@okboxbox/findings';
import type { Drill } from './drill.js';
import { EVERY_DRILL } from './every-drill.js';

const places = new Map(CATALOGUE.map(({ code, place }) => [code, place]));

/** Every drill, in the order of the runbook. */
export const DRILLS: readonly Drill[] = EVERY_DRILL.toSorted(
  (a, b) => (places.get(a.code) ?? 0) - (places.get(b.code) ?? 0),
);

/** The failure modes that have drills, in the order of the runbook. */
export const DRILLED_CODES: readonly string[] = [...new Set(DRILLS.map(({ code }) => code))];
