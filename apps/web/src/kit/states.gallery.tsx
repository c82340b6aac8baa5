import type { GalleryStates } from './gallery.js';
import { Loading, Nothing } from './states.js';

export const STATES: GalleryStates = {
  loading: () => <Loading />,
  nothing: () => <Nothing>No session is running.</Nothing>,
};
