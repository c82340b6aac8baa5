import { FlagChip } from './flag-chip.js';
import type { GalleryStates } from './gallery.js';

const FLAGS = ['green', 'yellow', 'red', 'blue', 'white', 'black', 'checkered', 'caution', 'oneLapToGreen'];

export const STATES: GalleryStates = {
  ...Object.fromEntries(FLAGS.map((flag) => [flag, () => <FlagChip flags={[flag]} />])),
  none: () => <FlagChip flags={[]} />,
  'several: the one that matters most': () => <FlagChip flags={['green', 'red']} />,
};
