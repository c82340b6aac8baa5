import type { Random } from './random.js';

/** What may go wrong in a race. */
export type IncidentKind = 'off' | 'blink' | 'disconnect' | 'tow' | 'retirement' | 'yellow' | 'caution' | 'penalty';

/** Something that happens at a time, in s on the session clock, to a car that is drawn then. */
export interface Incident {
  readonly at: number;
  readonly kind: IncidentKind;
}

/** How many of each there are in half an hour; in a shorter race one of each all the same. */
const IN_HALF_AN_HOUR: Readonly<Record<IncidentKind, number>> = {
  off: 4,
  blink: 3,
  disconnect: 1,
  tow: 1,
  retirement: 1,
  yellow: 2,
  caution: 1,
  penalty: 2,
};
const HALF_AN_HOUR_S = 1_800;

/** Draws the incidents of a race from `beginS` on that is `lengthS` long, in order. `cars` bounds the retirements. */
export function drawIncidents(beginS: number, lengthS: number, cars: number, random: Random): Incident[] {
  const incidents: Incident[] = [];
  for (const [kind, often] of Object.entries(IN_HALF_AN_HOUR) as [IncidentKind, number][]) {
    const wanted = Math.max(1, Math.round((often * lengthS) / HALF_AN_HOUR_S));
    const count = kind === 'retirement' ? Math.min(wanted, Math.ceil(cars / 8)) : wanted;
    for (let i = 0; i < count; i++) {
      // Each in a part of the race of its own, so that a long race has them all the way.
      const part = 0.1 + (0.65 * (i + random.next())) / count;
      incidents.push({ at: beginS + lengthS * part, kind });
    }
  }
  return incidents.sort((a, b) => a.at - b.at);
}
