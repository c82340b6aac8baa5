import * as z from 'zod/mini';
import { defineOverlay } from '../define-overlay.js';
import { classNamed, drawGraphic, standing } from '../drawing/graphic.js';
import css from './track-map.css?inline';
import { TrackMapDrawing } from './track-map-drawing.js';

/** Where the cars are on the lap: on the shape of the track where it has been learned, else on a circle. */
export const overlay = defineOverlay({
  kind: 'track-map',
  title: 'Track map',
  slot: 'map',
  draws: ['map', 'driver', 'battle'],
  options: z.object({ ...standing, class: classNamed }),
  mount: (root, source, options) =>
    drawGraphic(root, source, options, { name: 'track-map', css }, (stage) => {
      const map = new TrackMapDrawing(stage, options.class);
      return (picture) => map.draw(picture);
    }),
});
