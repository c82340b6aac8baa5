import { classIdOf, followPits, NO_PITS, pitLines } from '@okboxbox/race-view';
import * as z from 'zod/mini';
import { defineOverlay, option } from '../define-overlay.js';
import { classNamed, drawGraphic, standing } from '../drawing/graphic.js';
import css from './pit-board.css?inline';
import { PitBoardDrawing } from './pit-board-drawing.js';

/** Cars in the pit lane with the time they have been there and in their box, and the last stops. */
export const overlay = defineOverlay({
  kind: 'pit-board',
  title: 'Pit board',
  slot: 'pits',
  draws: ['pits'],
  options: z.object({
    ...standing,
    class: classNamed,
    rows: option(
      z.coerce.number().check(z.minimum(2), z.maximum(12), z.overwrite(Math.round)),
      6,
      'Most cars, from 2 to 12',
    ),
  }),
  mount: (root, source, options) =>
    drawGraphic(root, source, options, { name: 'pit-board', css }, (stage) => {
      const drawing = new PitBoardDrawing(stage);
      let log = NO_PITS;
      return ({ race }) => {
        // Also while it is not on air: times are known from the beginning when it is.
        log = followPits(log, race, source.events?.() ?? race.events);
        drawing.draw(pitLines(race, log, options.rows, classIdOf(race, options.class)));
      };
    }),
});
