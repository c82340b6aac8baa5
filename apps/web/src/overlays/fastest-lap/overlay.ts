import { bestLapCard, newBestCard, onAirAt } from '@okboxbox/race-view';
import * as z from 'zod/mini';
import { defineOverlay, option } from '../define-overlay.js';
import { classNamed, drawGraphic, standing } from '../drawing/graphic.js';
import { BestLapDrawing } from './best-lap-drawing.js';
import css from './fastest-lap.css?inline';

/** The fastest lap of the session and of each class. A new one brings it on air for some seconds. */
export const overlay = defineOverlay({
  kind: 'fastest-lap',
  title: 'Fastest lap',
  slot: 'fastestLap',
  draws: ['fastestLap'],
  options: z.object({
    ...standing,
    class: classNamed,
    auto: option(
      z.enum(['on', 'off']),
      'on',
      '`on`: a new best of the session or of a class brings it on air for 8 seconds; `off`: a cue alone does',
    ),
  }),
  airsItself: ({ race }, options) => options.auto === 'on' && newBestCard(race, options.class) !== null,
  mount: (root, source, options) =>
    drawGraphic(root, source, options, { name: 'fastest-lap', css }, (stage) => {
      const drawing = new BestLapDrawing(stage);
      return ({ race, at }) => {
        const isCued = onAirAt(race.onAir, at).fastestLap !== null;
        const own = options.auto === 'on' ? newBestCard(race, options.class) : null;
        drawing.draw(isCued ? bestLapCard(race, options.class) : own);
      };
    }),
});
