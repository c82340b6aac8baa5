import { SLOTS, type Slot } from '@okboxbox/protocol';
import * as z from 'zod/mini';
import { defineOverlay, option, scale } from '../define-overlay.js';
import { mountStage } from './stage-drawing.js';
import { STAGED } from './staged.js';

const drawn = new Set<Slot | null>(Object.values(STAGED).map(({ slot }) => slot));

/** Whatever is cued, each overlay at its own place: one address for everything. */
export const overlay = defineOverlay({
  kind: 'stage',
  title: 'Stage: everything that is cued',
  slot: null,
  draws: SLOTS.filter((slot) => drawn.has(slot)),
  options: z.object({
    scale,
    set: option(
      z.string().check(z.maxLength(2_000)),
      '',
      'Options of single overlays, as `KIND.OPTION:VALUE`, with a comma between two: `timing-tower.gap:rotate,lower-third.place:bottom`',
    ),
  }),
  mount: mountStage,
});
