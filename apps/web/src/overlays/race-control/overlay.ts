import { onAirAt } from '@okboxbox/race-view';
import * as z from 'zod/mini';
import { defineOverlay } from '../define-overlay.js';
import { setText } from '../draw-overlay.js';
import { drawGraphic, standing } from '../drawing/graphic.js';
import { arrive, part } from '../drawing/parts.js';
import { MessageText } from './message-text.js';
import css from './race-control.css?inline';

/** The cued message of race control. */
export const overlay = defineOverlay({
  kind: 'race-control',
  title: 'Race control',
  slot: 'message',
  draws: ['message'],
  options: z.object(standing),
  mount: (root, source, options) =>
    drawGraphic(root, source, options, { name: 'race-control', css }, (stage) => {
      const { element, create } = stage;
      const title = create('div', 'message-title');
      const message = new MessageText(stage);
      const body = part(stage, 'div', 'message-body', title, message.element);
      element.append(body);
      let shown: string | null = null;
      return ({ race, at }) => {
        const cued = onAirAt(race.onAir, at).message;
        element.toggleAttribute('data-empty', cued === null && shown === null);
        if (cued === null) return;
        setText(title, cued.title ?? 'Race control');
        message.show(cued.text);
        const now = `${cued.title ?? ''}\n${cued.text}`;
        if (shown !== null && shown !== now) arrive(body);
        shown = now;
      };
    }),
});
