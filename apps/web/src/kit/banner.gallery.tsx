import { Banner } from './banner.js';
import type { GalleryStates } from './gallery.js';

export const STATES: GalleryStates = {
  status: () => <Banner>The picture is paused.</Banner>,
  alert: () => <Banner role="alert">This code was used already. Ask for a new one.</Banner>,
};
