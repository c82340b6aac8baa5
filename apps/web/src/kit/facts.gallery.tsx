import { Facts } from './facts.js';
import type { GalleryStates } from './gallery.js';

export const STATES: GalleryStates = {
  some: () => (
    <Facts
      facts={[
        ['Round trip', '18 ms'],
        ['User', 'anonymous: no token'],
        ['Rooms', 'session:sess_aVeryLongIdThatHasNoPlaceToBreakAtAll_0123456789'],
      ]}
    />
  ),
};
