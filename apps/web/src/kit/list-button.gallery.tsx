import type { GalleryStates } from './gallery.js';
import { ListButton } from './list-button.js';

export const STATES: GalleryStates = {
  plain: () => (
    <ListButton>
      <span>#102 Boxenstopp Racing sets the fastest lap</span>
      <span className="soft">4.2 s ago</span>
    </ListButton>
  ),
  chosen: () => (
    <ListButton aria-pressed="true">
      <span>Yellow flag</span>
      <span className="soft">2.7 s ago</span>
    </ListButton>
  ),
  'cut, as it is too long': () => (
    <ListButton>
      <span>{'A name that goes on and on, '.repeat(12)}</span>
    </ListButton>
  ),
};
