import { createRootRoute, createRoute, createRouter, Link, lazyRouteComponent, Outlet } from '@tanstack/react-router';
import { LivePage } from './live/live-page.js';
import { OpsFailed } from './ops/ops-failed.js';
import { parseOpsSearch } from './ops/ops-search.js';
import { DeadLinkPage } from './public/dead-link-page.js';
import { PublicPage } from './public/public-page.js';
import { SessionList } from './sessions/session-list.js';
import { Notice } from './shell/notice.js';
import { PageShell } from './shell/page-shell.js';

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound });

const sessions = createRoute({ getParentRoute: () => root, path: '/', component: SessionList });

const live = createRoute({
  getParentRoute: () => root,
  path: '/sessions/$id',
  component: function Live() {
    const { id } = live.useParams();
    return <LivePage key={id} id={id} />;
  },
});

const publicTiming = createRoute({
  getParentRoute: () => root,
  path: '/public/$id',
  component: function Public() {
    const { id } = publicTiming.useParams();
    return <PublicPage key={id} id={id} />;
  },
});

const deadLink = createRoute({
  getParentRoute: () => root,
  path: '/l/$code',
  component: function Dead() {
    const { code } = deadLink.useParams();
    return <DeadLinkPage key={code} code={code} />;
  },
});

const director = createRoute({
  getParentRoute: () => root,
  path: '/sessions/$id/director',
  // The desk is loaded where somebody directs: the other pages do without its parts.
  component: lazyRouteComponent(() => import('./director/director-route.js'), 'DirectorRoute'),
});

const ops = createRoute({
  getParentRoute: () => root,
  path: '/admin/ops',
  validateSearch: parseOpsSearch,
  component: lazyRouteComponent(() => import('./ops/ops-route.js'), 'OpsRoute'),
  errorComponent: OpsFailed,
});
const opsViews = [
  createRoute({ getParentRoute: () => ops, path: '/' }),
  createRoute({ getParentRoute: () => ops, path: '$view' }),
] as const;

function NotFound() {
  return (
    <PageShell keys={[]}>
      <Notice title="There is no such page">
        <p>
          The address may be mistyped, or the page is not part of this version. <Link to="/">All sessions</Link>
        </p>
      </Notice>
    </PageShell>
  );
}

/** The addresses of the pages. */
export const router = createRouter({
  routeTree: root.addChildren([sessions, live, director, publicTiming, deadLink, ops.addChildren(opsViews)]),
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
