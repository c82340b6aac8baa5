import { Button } from './button.js';
import type { GalleryStates } from './gallery.js';
import { Panel } from './panel.js';

export const STATES: GalleryStates = {
  plain: () => (
    <Panel title="Slow queries">
      <p>No slow queries.</p>
    </Panel>
  ),
  'with a note': () => (
    <Panel title="Statements" aside="our own, over the last 5 minutes">
      <p className="soft">No statement yet.</p>
    </Panel>
  ),
  'with a button': () => (
    <Panel title="Delay" aside={<Button>Pause</Button>}>
      <p>Running 30 s behind</p>
    </Panel>
  ),
  'with a problem': () => (
    <Panel title="Open a pack">
      <p className="problem" role="alert">
        This file is not a support pack.
      </p>
    </Panel>
  ),
};
