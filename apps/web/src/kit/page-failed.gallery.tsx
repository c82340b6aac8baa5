import type { GalleryStates } from './gallery.js';
import { PageFailed } from './page-failed.js';

export const STATES: GalleryStates = {
  failed: () => <PageFailed error={new Error('Failed to fetch dynamically imported module.')} />,
};
