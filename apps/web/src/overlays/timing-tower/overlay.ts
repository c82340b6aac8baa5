import * as z from 'zod/mini';
import { defineOverlay, option, scale } from '../define-overlay.js';
import { drawOverlay } from '../draw-overlay.js';
import css from './timing-tower.css?inline';
import { TimingTower } from './tower-drawing.js';

/** The order of the race with intervals or gaps. It marks the cued driver and battle, and shows the flag above. */
export const overlay = defineOverlay({
  kind: 'timing-tower',
  title: 'Timing tower',
  slot: 'tower',
  draws: ['tower', 'driver', 'battle', 'flag'],
  options: z.object({
    rows: option(
      z.coerce.number().check(z.minimum(1), z.maximum(60), z.overwrite(Math.round)),
      20,
      'Most rows, from 1 to 60; fewer where the screen has no room for them',
    ),
    gap: option(
      z.enum(['interval', 'leader']),
      'interval',
      '`interval` for the gap to the car ahead, `leader` for the gap to the leader',
    ),
    class: option(
      z.nullable(z.string().check(z.minLength(1), z.maxLength(60))),
      null,
      "A class's id or name: that class alone, with its positions and gaps",
    ),
    scale,
  }),
  mount: (root, source, options) =>
    drawOverlay(root, source, { className: 'tower', css }, (stage) => {
      const choice = { rows: options.rows, figure: options.gap, classNamed: options.class };
      const tower = new TimingTower(stage, choice, options.scale);
      return (picture) => tower.draw(picture);
    }),
});
