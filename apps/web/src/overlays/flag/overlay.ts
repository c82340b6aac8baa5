import { flagCard, flagIsOut, onAirAt } from '@okboxbox/race-view';
import * as z from 'zod/mini';
import { defineOverlay, option } from '../define-overlay.js';
import { setText } from '../draw-overlay.js';
import { drawGraphic, standing } from '../drawing/graphic.js';
import { arrive, part, setData } from '../drawing/parts.js';
import css from './flag.css?inline';

/** The cued flag beside the race's own; before the start, where the field stands. */
export const overlay = defineOverlay({
  kind: 'flag',
  title: 'Flag',
  slot: 'flag',
  draws: ['flag'],
  options: z.object({
    ...standing,
    auto: option(
      z.enum(['on', 'off']),
      'off',
      '`on`: also on air without a cue while the race shows a flag other than green, and before the start; `off`: a cue alone does that',
    ),
  }),
  airsItself: ({ race }, options) => options.auto === 'on' && flagIsOut(race),
  mount: (root, source, options) =>
    drawGraphic(root, source, options, { name: 'flag', css }, (stage) => {
      const { element, create } = stage;
      const cloth = create('i', 'flag-cloth flag-patch');
      const words = create('span', 'flag-words');
      const also = create('span', 'flag-also flag-patch');
      const strip = part(stage, 'div', 'flag-strip', cloth, words, also);
      element.append(strip);
      let shown: string | null = null;
      return ({ race, at }) => {
        const onAir = onAirAt(race.onAir, at);
        // A cue that has ended stays in the picture while the graphic leaves.
        if (onAir.flag === null && options.auto === 'off' && shown !== null) return;
        const card = flagCard({ ...race, onAir });
        element.toggleAttribute('data-empty', card === null && shown === null);
        if (card === null) return;
        setData(cloth, 'flag', card.colour);
        setText(words, card.words);
        setText(also, card.also?.words ?? '');
        setData(also, 'flag', card.also?.colour ?? null);
        also.hidden = card.also === null;
        const now = `${card.colour} ${card.words}`;
        if (shown !== null && shown !== now) arrive(strip);
        shown = now;
      };
    }),
});
