import type { GalleryStates } from './gallery.js';
import { SignInButton } from './sign-in-button.js';

/** It is not drawn while the page shows the field itself, as the gallery does. */
export const STATES: GalleryStates = { 'hidden where the page has the field': () => <SignInButton /> };
