import { FigureText } from './figure-text.js';
import { duration, perSecond, share, size } from './figures.js';
import type { GalleryStates } from './gallery.js';

export const STATES: GalleryStates = {
  rate: () => <FigureText figure={perSecond(12_480)} />,
  duration: () => <FigureText figure={duration(61_000)} />,
  memory: () => <FigureText figure={size(318_000_000)} />,
  share: () => <FigureText figure={share(0.041)} />,
  unknown: () => <FigureText figure={duration(null)} />,
};
