import type { GalleryStates } from './gallery.js';
import { Sparkline } from './sparkline.js';

const VALUES = [3, 4, 4, 6, null, 9, 7, 5, 4, 4];
const format = (value: number) => `${value} /s`;

export const STATES: GalleryStates = {
  plain: () => <Sparkline values={VALUES} name="Frames in" format={format} />,
  warning: () => <Sparkline values={VALUES} name="Frames in" format={format} tone="warn" />,
  bad: () => <Sparkline values={VALUES} name="Frames in" format={format} tone="bad" />,
  'without history': () => <Sparkline values={undefined} name="Frames in" format={format} />,
};
