import { Button } from './button.js';
import { Dialog } from './dialog.js';
import type { GalleryStates } from './gallery.js';

export const STATES: GalleryStates = {
  open: () => (
    <Dialog open aria-label="Delete the scene?">
      <h2>Delete the scene “Intro”?</h2>
      <p>It is deleted for every director of the show.</p>
      <form method="dialog">
        <Button type="submit">Cancel</Button>
      </form>
    </Dialog>
  ),
};
