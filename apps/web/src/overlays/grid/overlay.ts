import { gridPages } from '@okboxbox/race-view';
import * as z from 'zod/mini';
import { defineOverlay } from '../define-overlay.js';
import boardCss from '../drawing/board.css?inline';
import { Board } from '../drawing/board.js';
import { classNamed, drawGraphic, standing } from '../drawing/graphic.js';
import { seconds } from '../drawing/pages.js';
import css from './grid.css?inline';
import { GridRows } from './grid-rows.js';

/** Cars of a page: eight rows of two. */
const CARS_EACH = 16;

/** The starting grid in rows of two, page after page. */
export const overlay = defineOverlay({
  kind: 'grid',
  title: 'Starting grid',
  slot: 'results',
  board: 'grid',
  draws: ['results'],
  options: z.object({ ...standing, class: classNamed, seconds }),
  mount: (root, source, options) =>
    drawGraphic(root, source, options, { name: 'board grid', css: `${boardCss}\n${css}` }, (stage) => {
      const rows = new GridRows(stage);
      const of = { board: 'grid', secondsEach: options.seconds, rows: rows.element } as const;
      const board = new Board(stage, of, (race) => gridPages(race, options.class, CARS_EACH), rows.show);
      return (picture) => board.draw(picture);
    }),
});
