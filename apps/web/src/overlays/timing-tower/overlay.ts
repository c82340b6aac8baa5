import * as z from 'zod/mini';
import { defineOverlay, option, scale } from '../define-overlay.js';
import { drawOverlay } from '../draw-overlay.js';
import graphic from '../drawing/graphic.css?inline';
import { FIGURE_TURN_MS, TOWER_GAPS } from './rotation.js';
import css from './timing-tower.css?inline';
import { TimingTower } from './tower-drawing.js';

/** The order of the race with intervals or gaps. It marks the cued driver and battle and the car on camera, and shows the flag above. */
export const overlay = defineOverlay({
  kind: 'timing-tower',
  title: 'Timing tower',
  slot: 'tower',
  draws: ['tower', 'driver', 'battle', 'flag'],
  options: z.object({
    rows: option(
      z.coerce.number().check(z.minimum(1), z.maximum(60), z.overwrite(Math.round)),
      20,
      'Most rows, from 1 to 60; fewer where the screen has no room for them. Where not all cars have room, the lower third of the rows turns pages through the rest, 8 s each',
    ),
    mode: option(
      z.enum(['full', 'compact', 'battle']),
      'full',
      '`full`; `compact`, with three letters in place of a name; or `battle`: the leader and the rows around the cued battle, the cued driver, or the first battle',
    ),
    gap: option(
      z.enum(TOWER_GAPS),
      'interval',
      `\`interval\` for the gap to the car ahead, \`leader\` for the gap to the leader, \`last\` for the last lap, or \`rotate\` for all three in turn, ${FIGURE_TURN_MS / 1000} s each`,
    ),
    class: option(
      z.nullable(z.string().check(z.minLength(1), z.maxLength(60))),
      null,
      "A class's id or name: that class alone, with its positions and gaps",
    ),
    scale,
  }),
  mount: (root, source, options) =>
    drawOverlay(root, source, { className: 'tower', css: `${graphic}\n${css}` }, (stage) => {
      const tower = new TimingTower(stage, options);
      return (picture) => tower.draw(picture);
    }),
});
