import * as z from 'zod/mini';
import { defineOverlay } from '../define-overlay.js';
import { classNamed, drawGraphic, standing } from '../drawing/graphic.js';
import { seconds } from '../drawing/pages.js';
import css from './ticker.css?inline';
import { TickerDrawing } from './ticker-drawing.js';

/** A line of the order with gaps to the leader, page after page; what has happened has a page of its own. */
export const overlay = defineOverlay({
  kind: 'ticker',
  title: 'Ticker',
  slot: 'ticker',
  draws: ['ticker'],
  options: z.object({ ...standing, class: classNamed, seconds }),
  mount: (root, source, options) =>
    drawGraphic(root, source, options, { name: 'ticker', css }, (stage) => {
      const ticker = new TickerDrawing(stage, options.class, options.seconds);
      return (picture) => ticker.draw(picture);
    }),
});
