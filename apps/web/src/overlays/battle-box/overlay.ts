import * as z from 'zod/mini';
import { defineOverlay } from '../define-overlay.js';
import { drawGraphic, standing } from '../drawing/graphic.js';
import css from './battle-box.css?inline';
import { BattleBox } from './battle-drawing.js';

/** The cued battle: how far apart the cars are, how that changes, and how their last laps compare. */
export const overlay = defineOverlay({
  kind: 'battle-box',
  title: 'Battle box',
  slot: 'battle',
  draws: ['battle'],
  options: z.object(standing),
  mount: (root, source, options) =>
    drawGraphic(root, source, options, { name: 'battle-box', css }, (stage) => {
      const box = new BattleBox(stage);
      return (picture) => box.draw(picture);
    }),
});
