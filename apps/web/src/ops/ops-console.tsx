import { useNavigate, useParams } from '@tanstack/react-router';
import { type ReactNode, Suspense, useEffect, useMemo, useState } from 'react';
import { useToken } from '../access/use-token.js';
import { NoRight, Notice } from '../shell/notice.js';
import { PageShell } from '../shell/page-shell.js';
import { StateBadge } from '../shell/state-badge.js';
import { useKeys } from '../shell/use-keys.js';
import { Asking } from './acts/asking.js';
import { LIVE } from './live-source.js';
import { OpsHead } from './ops-head.js';
import { OpsNav } from './ops-nav.js';
import { OpenSourceContext, type OpsSource, OpsSourceContext } from './ops-source.js';
import { PackBanner } from './pack/pack-banner.js';
import { PackDrop } from './pack/pack-drop.js';
import { Loading } from './parts/states.js';
import { ViewBoundary } from './parts/view-boundary.js';
import { PauseContext, useOps, usePause } from './use-ops.js';
import { keyOfView, OPS_VIEWS, type OpsView } from './views.js';

const KEYS = [
  { keys: ['1', '…', '0'], does: 'the views, in their order' },
  { keys: ['/'], does: 'search in the view' },
  { keys: ['j', 'k'], does: 'next and previous row' },
  { keys: ['p'], does: 'pause: nothing moves until you press it again' },
  { keys: ['Escape'], does: 'close what is open' },
  { keys: ['?'], does: 'these keys' },
];

/** The console of operations: its views at `/admin/ops/<view>`, over a running server or an opened support pack. */
export function OpsConsole() {
  const [opened, open] = useState<OpsSource | null>(null);
  const [paused, setPaused] = useState(false);
  const pause = useMemo(() => ({ paused, toggle: () => setPaused((before) => !before) }), [paused]);
  const { view: id = 'overview' } = useParams({ strict: false });
  const view = OPS_VIEWS.find((each) => each.id === id);
  useEffect(() => {
    document.title = `${view?.name ?? 'Operations'} · Operations · Ok, Box Box`;
  }, [view]);
  return (
    <OpsSourceContext value={opened ?? LIVE}>
      <OpenSourceContext value={open}>
        <PauseContext value={pause}>
          <Asking>
            <Console view={view} isPack={opened !== null} />
          </Asking>
        </PauseContext>
      </OpenSourceContext>
    </OpsSourceContext>
  );
}

function Console({ view, isPack }: { view: OpsView | undefined; isPack: boolean }) {
  const navigate = useNavigate();
  return (
    <PageShell keys={[...KEYS, ...(view?.keys ?? [])]} head={<OpsHead />}>
      <PackDrop>
        <div className="ops">
          <Guard needless={isPack}>
            <ConsoleKeys onView={(id) => void navigate({ to: '/admin/ops/$view', params: { view: id } })} />
            <OpsNav current={view?.id} />
            <div className="ops-view">
              {view !== undefined && <h1 className="visually-hidden">{view.name}</h1>}
              <PackBanner />
              <ViewBoundary key={`${view?.id} ${isPack}`} isPack={isPack}>
                <Suspense fallback={<Loading />}>{view === undefined ? <NoSuchView /> : <view.View />}</Suspense>
              </ViewBoundary>
            </div>
          </Guard>
        </div>
      </PackDrop>
    </PageShell>
  );
}

/** Shows what is inside to who may see it, where it is there; else why not, and the way in. */
function Guard({ needless, children }: { needless: boolean; children: ReactNode }) {
  const isSignedIn = useToken() !== null;
  const { data, missing } = useOps('summary', {}, { enabled: isSignedIn || needless });
  if (needless) return children;
  if (!isSignedIn) return <NoRight message="The console is for those who look after the show." capability="ops:read" />;
  if (missing?.kind === 'no_right') return <NoRight message={missing.message} capability={missing.capability} />;
  if (missing?.kind === 'not_there') return <SwitchedOff />;
  if (data === undefined && missing !== null) {
    return (
      <Notice title="The server does not answer">
        <StateBadge state="bad">nothing is known</StateBadge>
        <p>{missing.kind === 'away' ? missing.message : ''} This page tries again by itself.</p>
      </Notice>
    );
  }
  return data === undefined ? <Loading /> : children;
}

function SwitchedOff() {
  return (
    <Notice title="Operations are switched off">
      <p>
        This server runs without its console. Start it with <code>OPS_UI_ENABLED=1</code> in its environment;{' '}
        <code>METRICS_ENABLED=true</code> and <code>DIAGNOSTICS_ENABLED=true</code> switch on the figures beside it. The
        show goes on meanwhile: nothing of it depends on the console.
      </p>
    </Notice>
  );
}

function NoSuchView() {
  return (
    <Notice title="There is no such view">
      <p>The address may be mistyped, or the view is not part of this version. The list of views leads on.</p>
    </Notice>
  );
}

/** The keys that work in every view. */
function ConsoleKeys({ onView }: { onView: (id: string) => void }) {
  const { toggle } = usePause();
  useKeys((key) => {
    const view = OPS_VIEWS.find((_, place) => keyOfView(place) === key);
    if (view !== undefined) onView(view.id);
    else if (key === 'p') toggle();
    else if (key === '/') return focusSearch();
    else return false;
    return true;
  });
  return null;
}

function focusSearch(): boolean {
  const field = document.querySelector<HTMLInputElement>('input[data-ops-search]');
  field?.focus();
  field?.select();
  return field !== null;
}
