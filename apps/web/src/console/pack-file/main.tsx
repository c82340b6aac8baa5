import './fonts.css';
import '../../kit/tokens.css';
import '../../kit/base.css';
import { PACK_ELEMENT_ID } from '@okboxbox/protocol';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  Outlet,
  RouterProvider,
  redirect,
} from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { Notice } from '../../kit/notice.js';
import { PageFailed } from '../../kit/page-failed.js';
import { OpsConsole } from '../console.js';
import { parseOpsSearch } from '../ops-search.js';
import { type PackSource, packSource } from '../pack/pack-source.js';
import { readPack } from '../pack/read-pack.js';

/** The console over the support pack that stands in this document. Nothing is loaded: the views stand behind the `#`. */

function sourceOfDocument(): PackSource {
  const held = JSON.parse(document.getElementById(PACK_ELEMENT_ID)?.textContent ?? 'null') as unknown;
  if (typeof held !== 'string')
    throw new Error(
      'This file contains no support pack. "okboxbox doctor PACK.json --html FILE" makes one with a pack.',
    );
  return packSource(readPack(held), 'pack-of-file');
}

function routerOver(source: PackSource) {
  const root = createRootRoute({ component: Outlet, notFoundComponent: () => <PackPages source={source} /> });
  const first = createRoute({
    getParentRoute: () => root,
    path: '/',
    beforeLoad: () => {
      throw redirect({ to: '/admin/ops/$view', params: { view: 'pack' }, replace: true });
    },
  });
  const ops = createRoute({
    getParentRoute: () => root,
    path: '/admin/ops',
    validateSearch: parseOpsSearch,
    component: () => <PackPages source={source} />,
  });
  const views = [
    createRoute({ getParentRoute: () => ops, path: '/' }),
    createRoute({ getParentRoute: () => ops, path: '$view' }),
  ];
  return createRouter({
    routeTree: root.addChildren([first, ops.addChildren(views)]),
    history: createHashHistory(),
    defaultErrorComponent: PageFailed,
  });
}

function PackPages({ source }: { source: PackSource }) {
  return <OpsConsole home={source} />;
}

function page(): ReactNode {
  try {
    return <RouterProvider router={routerOver(sourceOfDocument())} />;
  } catch (error) {
    return (
      <Notice title="The support pack cannot be opened">
        <p>{(error as Error).message}</p>
      </Notice>
    );
  }
}

const root = document.getElementById('root');
if (root === null) throw new Error('The document has no #root.');
createRoot(root).render(<QueryClientProvider client={new QueryClient()}>{page()}</QueryClientProvider>);
