import { NOTHING_CUED, type OnAir, PLAIN_SLOTS } from '@okboxbox/protocol';
import type { OverlayDefinition } from '../../define-overlay.js';

/** The overlay that a demo is made for: what puts it on air is always cued. */
export type DemoFor = Pick<OverlayDefinition, 'slot' | 'board'>;

/** What a demo shows, one after the other, where it is made for everything at once; each for this long, in s. */
const EACH_S = 8;
type Cues = Partial<OnAir>;

/**
 * What is cued at a second of a demo, of cars in their order: the tower, now and then a driver and a battle, and always what
 * puts the overlay on air. A demo for everything (`slot` is `null`) shows everything in turn.
 */
export function cuesAt(second: number, order: readonly number[], { slot, board }: DemoFor): OnAir {
  const until = null;
  const all: { readonly [Slot in keyof OnAir]?: Cues } = {
    ...Object.fromEntries(PLAIN_SLOTS.map((each) => [each, { [each]: { until } }])),
    driver: { driver: { car: order[4] ?? 0, until } },
    battle: {
      battle: { cars: [order[2] ?? 0, order[3] ?? 1, order[4] ?? 2].slice(0, second % 80 < 40 ? 2 : 3), until },
    },
    message: {
      message: { title: 'Race control', text: 'Car 63 under investigation: track limits at turn 4', until },
    },
    flag: { flag: { flag: 'yellow', until } },
    results: { results: { of: board ?? 'classification', until } },
  };
  if (slot !== null) return { ...NOTHING_CUED, ...usual(second, all), ...all[slot] };
  const turns = [
    ...[all.driver, all.battle, all.message, all.flag, all.fastestLap, all.pits, all.map],
    ...[{ results: { of: 'grid', until } } as const, all.results],
  ];
  return { ...NOTHING_CUED, ...all.clock, ...all.ticker, ...turns[Math.floor(second / EACH_S) % turns.length] };
}

function usual(second: number, { driver, battle }: { readonly driver?: Cues; readonly battle?: Cues }): Cues {
  return { ...(second % 40 >= 20 && driver), ...(second % 40 < 12 && battle) };
}
