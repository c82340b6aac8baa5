import type { GalleryStates } from './gallery.js';
import { KeyHint } from './key-hint.js';

export const STATES: GalleryStates = {
  letter: () => <KeyHint>m</KeyHint>,
  name: () => <KeyHint>Space</KeyHint>,
};
