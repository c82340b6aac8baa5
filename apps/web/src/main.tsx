import '@fontsource-variable/inter/index.css';
import '@fontsource-variable/saira/wdth.css';
import './kit/tokens.css';
import './kit/base.css';
import { nameCommand } from '@okboxbox/protocol';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { createRoot } from 'react-dom/client';
import { onSignInLink, signInFromAddress } from './access/sign-in.js';
import { onTokenChange } from './access/token-store.js';
import { Banner } from './kit/banner.js';
import { router } from './routes.js';

/** How the command is called on the server's machine; the server says it in the document. */
const command = document.querySelector<HTMLMetaElement>('meta[name=okboxbox-command]')?.content;
if (command !== undefined) nameCommand(command);

const queries = new QueryClient();
onTokenChange(() => void queries.resetQueries());

const root = document.getElementById('root');
if (root === null) throw new Error('The document has no #root.');
const drawn = createRoot(root);

/** Draws the page, with what went wrong where somebody came by a sign-in link. */
function draw(problem: string | null): void {
  drawn.render(
    <QueryClientProvider client={queries}>
      {problem !== null && <Banner role="alert">{problem}</Banner>}
      <RouterProvider router={router} />
    </QueryClientProvider>,
  );
}

draw(await signInFromAddress());
onSignInLink(draw);
