import type { GalleryStates } from './gallery.js';
import { ClosedByOperations, NoRight, Notice } from './notice.js';

export const STATES: GalleryStates = {
  plain: () => (
    <Notice title="No cars yet">
      <p>Cars show up with the first frame.</p>
    </Notice>
  ),
  'no permission': () => (
    <NoRight message="Sign in to see the desk." capability="racebox:director:control" of="my-league" />
  ),
  'closed by an operator': () => <ClosedByOperations />,
};
