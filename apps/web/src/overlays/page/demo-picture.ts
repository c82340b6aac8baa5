import { NOTHING_CUED, type OnAir } from '@okboxbox/protocol';
import type { Picture } from '../define-overlay.js';
import { USUAL_DEMO } from './demo/demo-choice.js';
import { demoState } from './demo-race.js';

/** How far the demo race is, in s from its beginning: cars have spread out. */
const AT_S = 66;

/** What pictures of the demo race show: what is on air during a race, or the results. */
export type DemoShown = 'race' | 'results';

/** A picture of the demo race that stands still, for a page that shows what a setting does to overlays. */
export function demoPicture(shown: DemoShown): Picture {
  const race = demoState(AT_S, USUAL_DEMO, { slot: 'tower' });
  const until = null;
  const car = race.entries[4]?.car ?? 0;
  const onAir: OnAir =
    shown === 'results'
      ? { ...NOTHING_CUED, tower: null, results: { of: 'classification', until } }
      : { ...NOTHING_CUED, driver: { car, until }, fastestLap: { until }, clock: { until } };
  return { race: { ...race, onAir }, at: AT_S * 1_000 };
}
