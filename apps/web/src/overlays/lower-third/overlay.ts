import * as z from 'zod/mini';
import { defineOverlay } from '../define-overlay.js';
import { drawGraphic, standing } from '../drawing/graphic.js';
import css from './lower-third.css?inline';
import { LowerThird } from './lower-third-drawing.js';

/** Who the cued driver is, and how the race goes for them. */
export const overlay = defineOverlay({
  kind: 'lower-third',
  title: 'Lower third',
  slot: 'driver',
  draws: ['driver'],
  options: z.object(standing),
  mount: (root, source, options) =>
    drawGraphic(root, source, options, { name: 'lower-third', css }, (stage) => {
      const lowerThird = new LowerThird(stage);
      return (picture) => lowerThird.draw(picture);
    }),
});
