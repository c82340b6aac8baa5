import type { GalleryStates } from './gallery.js';
import { Mark } from './mark.js';

export const STATES: GalleryStates = { mark: () => <Mark /> };
