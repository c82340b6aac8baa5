import '@fontsource-variable/inter/index.css';
import '@fontsource-variable/saira/wdth.css';
import '../kit/tokens.css';
import '../kit/base.css';
import './gallery.css';
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
} from '@tanstack/react-router';
import { createRoot } from 'react-dom/client';
import type { GalleryStates } from '../kit/gallery.js';

/** Every component of the kit: a file `kit/<component>.gallery.tsx` adds one. */
const COMPONENTS = import.meta.glob<{ readonly STATES: GalleryStates }>('../kit/*.gallery.tsx', { eager: true });

function Gallery() {
  return (
    <main className="gallery">
      <h1>Components</h1>
      {Object.entries(COMPONENTS).map(([file, { STATES }]) => {
        const name = file.replace('../kit/', '').replace('.gallery.tsx', '');
        return (
          <section key={name} id={name} aria-label={name}>
            <h2>{name}</h2>
            {Object.entries(STATES).map(([state, draw]) => (
              <figure key={state}>
                <figcaption>{state}</figcaption>
                <div className="gallery-state">{draw()}</div>
              </figure>
            ))}
          </section>
        );
      })}
    </main>
  );
}

// Links of components need a router; none of them leads anywhere here.
const root = createRootRoute({ notFoundComponent: Gallery });
const all = createRoute({ getParentRoute: () => root, path: '/', component: Gallery });
const router = createRouter({ routeTree: root.addChildren([all]), history: createMemoryHistory() });

const host = document.getElementById('root');
if (host === null) throw new Error('The document has no #root.');
createRoot(host).render(<RouterProvider router={router as never} />);
