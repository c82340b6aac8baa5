import { CopyButton } from './copy-button.js';
import type { GalleryStates } from './gallery.js';

export const STATES: GalleryStates = {
  ready: () => <CopyButton text="okboxbox token --role admin" what="the command" />,
};
