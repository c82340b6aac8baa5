import { raceClock } from '@okboxbox/race-view';
import * as z from 'zod/mini';
import { defineOverlay } from '../define-overlay.js';
import { setText } from '../draw-overlay.js';
import { drawGraphic, standing } from '../drawing/graphic.js';
import { part, setData } from '../drawing/parts.js';
import css from './clock.css?inline';

/** The clock of the session: laps or what is left of its time, and the colour of the flag that is out. */
export const overlay = defineOverlay({
  kind: 'clock',
  title: 'Clock',
  slot: 'clock',
  draws: ['clock'],
  options: z.object(standing),
  mount: (root, source, options) =>
    drawGraphic(root, source, options, { name: 'clock', css }, (stage) => {
      const flag = stage.create('i', 'clock-flag flag-patch');
      const [session, main, beside] = ['clock-session', 'clock-main', 'clock-beside'].map((name) =>
        stage.create('span', name),
      ) as [HTMLElement, HTMLElement, HTMLElement];
      stage.element.append(part(stage, 'div', 'clock-strip', flag, session, main, beside));
      return ({ race }) => {
        const shown = raceClock(race);
        setData(flag, 'flag', shown.flag);
        setText(session, shown.session);
        setText(main, shown.main);
        setText(beside, shown.beside);
        beside.hidden = shown.beside === '';
      };
    }),
});
