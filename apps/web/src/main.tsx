import '@fontsource-variable/inter/index.css';
import '@fontsource-variable/saira/wdth.css';
import './style/tokens.css';
import './style/base.css';
import './style/shell.css';
import './style/sessions.css';
import './style/live.css';
import './style/session-strip.css';
import './style/timing-table.css';
import './style/car-panel.css';
import './style/director.css';
import './style/director-pictures.css';
import './style/director-delay.css';
import './style/director-cue.css';
import './style/director-lists.css';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { createRoot } from 'react-dom/client';
import { onSignInLink, signInFromAddress } from './access/sign-in.js';
import { onTokenChange } from './access/token-store.js';
import { router } from './routes.js';

const queries = new QueryClient();
onTokenChange(() => void queries.resetQueries());

const root = document.getElementById('root');
if (root === null) throw new Error('The document has no #root.');
const drawn = createRoot(root);

/** Draws the page, with what went wrong where somebody came by a sign-in link. */
function draw(problem: string | null): void {
  drawn.render(
    <QueryClientProvider client={queries}>
      {problem !== null && (
        <p role="alert" className="banner">
          {problem}
        </p>
      )}
      <RouterProvider router={router} />
    </QueryClientProvider>,
  );
}

draw(await signInFromAddress());
onSignInLink(draw);
