import type { GalleryStates } from './gallery.js';
import { Progress } from './progress.js';

export const STATES: GalleryStates = {
  'half done': () => <Progress label="Trace" value={0.5} />,
  'without an end': () => <Progress label="Support pack" value={null} />,
};
