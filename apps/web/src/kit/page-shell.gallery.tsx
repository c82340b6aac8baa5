import type { GalleryStates } from './gallery.js';
import { PageShell } from './page-shell.js';

export const STATES: GalleryStates = {
  'signed out': () => (
    <PageShell keys={[]}>
      <p>What the page shows.</p>
    </PageShell>
  ),
  'with a link in the head': () => (
    <PageShell
      keys={[]}
      head={
        <a className="head-link" href="#page-shell">
          Live timing
        </a>
      }
    >
      <p>What the page shows.</p>
    </PageShell>
  ),
};
