import type { GalleryStates } from './gallery.js';
import { Skeleton } from './skeleton.js';

export const STATES: GalleryStates = {
  line: () => <Skeleton height={14} />,
  block: () => <Skeleton width={260} height={28} />,
};
