import { createRootRoute, createRoute, createRouter, Link, lazyRouteComponent, Outlet } from '@tanstack/react-router';
import { parseOpsSearch } from './console/ops-search.js';
import { Notice } from './kit/notice.js';
import { PageFailed } from './kit/page-failed.js';
import { PageShell } from './kit/page-shell.js';

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound });

// Each page is loaded when it is opened, with the styles that it needs and no others.
const sessions = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: lazyRouteComponent(() => import('./screens/sessions/session-list.js'), 'SessionList'),
});

const live = createRoute({
  getParentRoute: () => root,
  path: '/sessions/$id',
  component: lazyRouteComponent(() => import('./screens/live/live-page.js'), 'LiveRoute'),
});

const publicTiming = createRoute({
  getParentRoute: () => root,
  path: '/public/$id',
  component: lazyRouteComponent(() => import('./screens/live/public-page.js'), 'PublicRoute'),
});

const deadLink = createRoute({
  getParentRoute: () => root,
  path: '/l/$code',
  component: lazyRouteComponent(() => import('./screens/link/dead-link-page.js'), 'DeadLinkRoute'),
});

const director = createRoute({
  getParentRoute: () => root,
  path: '/sessions/$id/director',
  component: lazyRouteComponent(() => import('./desk/director-page.js'), 'DirectorRoute'),
});

const ops = createRoute({
  getParentRoute: () => root,
  path: '/admin/ops',
  validateSearch: parseOpsSearch,
  component: lazyRouteComponent(() => import('./console/console.js'), 'OpsConsole'),
});
const opsViews = [
  createRoute({ getParentRoute: () => ops, path: '/' }),
  createRoute({ getParentRoute: () => ops, path: '$view' }),
] as const;

function NotFound() {
  return (
    <PageShell keys={[]}>
      <Notice title="Page not found">
        <p>
          Check the address: there is no page here in this version. <Link to="/">All sessions</Link>
        </p>
      </Notice>
    </PageShell>
  );
}

/** The addresses of the pages. */
export const router = createRouter({
  routeTree: root.addChildren([sessions, live, director, publicTiming, deadLink, ops.addChildren(opsViews)]),
  defaultErrorComponent: PageFailed,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
