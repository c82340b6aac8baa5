import type { GalleryStates } from './gallery.js';
import { SignInPanel } from './sign-in-panel.js';

export const STATES: GalleryStates = { empty: () => <SignInPanel /> };
