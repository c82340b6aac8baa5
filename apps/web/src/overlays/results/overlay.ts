import { resultPages } from '@okboxbox/race-view';
import * as z from 'zod/mini';
import { defineOverlay, option } from '../define-overlay.js';
import boardCss from '../drawing/board.css?inline';
import { Board } from '../drawing/board.js';
import { classNamed, drawGraphic, standing } from '../drawing/graphic.js';
import { seconds } from '../drawing/pages.js';
import { ResultRows } from './result-rows.js';
import css from './results.css?inline';

/** The classification by class, page after page. */
export const overlay = defineOverlay({
  kind: 'results',
  title: 'Results',
  slot: 'results',
  board: 'classification',
  draws: ['results'],
  options: z.object({
    ...standing,
    class: classNamed,
    rows: option(
      z.coerce.number().check(z.minimum(4), z.maximum(16), z.overwrite(Math.round)),
      12,
      'Most cars of a page, from 4 to 16',
    ),
    seconds,
  }),
  mount: (root, source, options) =>
    drawGraphic(root, source, options, { name: 'board results', css: `${boardCss}\n${css}` }, (stage) => {
      const rows = new ResultRows(stage);
      const of = { board: 'classification', secondsEach: options.seconds, rows: rows.element } as const;
      const board = new Board(stage, of, (race) => resultPages(race, options.class, options.rows), rows.show);
      return (picture) => board.draw(picture);
    }),
});
