import './console.css';
import { useNavigate, useParams } from '@tanstack/react-router';
import { type ReactNode, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import { useToken } from '../access/use-token.js';
import { age } from '../format.js';
import { Button } from '../kit/button.js';
import { Dialog } from '../kit/dialog.js';
import { momentOf } from '../kit/figures.js';
import { KeyHint } from '../kit/key-hint.js';
import { NoRight, Notice } from '../kit/notice.js';
import { PageShell } from '../kit/page-shell.js';
import { StateBadge } from '../kit/state-badge.js';
import { Loading } from '../kit/states.js';
import { useKeys } from '../kit/use-keys.js';
import { Asking } from './actions/asking.js';
import { OpsLink, useOpsSearch, withoutEmpty } from './ops-search.js';
import {
  HomeSourceContext,
  LIVE,
  OpenSourceContext,
  type OpsSource,
  OpsSourceContext,
  useOpsSource,
} from './ops-source.js';
import { PackBanner } from './pack/pack-banner.js';
import { PackDrop } from './pack/pack-drop.js';
import { standingOf } from './status-labels.js';
import { PauseContext, useOps, usePause, useStaleness } from './use-ops.js';
import { ViewBoundary } from './view-boundary.js';
import { keyOfView, OPS_VIEWS, type OpsView } from './views.js';

const KEYS = [
  { keys: ['1', '…', '0'], does: 'open a view' },
  { keys: ['/'], does: 'search in the view' },
  { keys: ['j', 'k'], does: 'next and previous row' },
  { keys: ['p'], does: 'pause and resume updates' },
  { keys: ['Escape'], does: 'close what is open' },
  { keys: ['?'], does: 'show these keys' },
];

/**
 * The console of operations: its views at `/admin/ops/<view>`, over a running server or an opened support pack. `home` is
 * what is shown while nothing else has been opened.
 */
export function OpsConsole({ home = LIVE }: { home?: OpsSource }) {
  const [opened, open] = useState<OpsSource | null>(null);
  const [paused, setPaused] = useState(false);
  const pause = useMemo(() => ({ paused, toggle: () => setPaused((before) => !before) }), [paused]);
  const { view: id = 'overview' } = useParams({ strict: false });
  const view = OPS_VIEWS.find((each) => each.id === id);
  useEffect(() => {
    document.title = `${view?.name ?? 'Operations'} · Operations · Ok, Box Box`;
  }, [view]);
  const source = opened ?? home;
  return (
    <HomeSourceContext value={home}>
      <OpsSourceContext value={source}>
        <OpenSourceContext value={open}>
          <PauseContext value={pause}>
            <Asking>
              <Console view={view} isPack={source.at !== null} isAlone={home.at !== null} />
            </Asking>
          </PauseContext>
        </OpenSourceContext>
      </OpsSourceContext>
    </HomeSourceContext>
  );
}

function Console({ view, isPack, isAlone }: { view: OpsView | undefined; isPack: boolean; isAlone: boolean }) {
  const navigate = useNavigate();
  return (
    <PageShell keys={[...KEYS, ...(view?.keys ?? [])]} head={<OpsHead />} isAlone={isAlone}>
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
  if (!isSignedIn) return <NoRight message="The console is for the operators of the show." capability="ops:read" />;
  if (missing?.kind === 'no_right') return <NoRight message={missing.message} capability={missing.capability} />;
  if (missing?.kind === 'not_there') return <SwitchedOff />;
  if (data === undefined && missing !== null) {
    return (
      <Notice title="The server does not answer">
        <StateBadge state="bad">unknown</StateBadge>
        <p>{missing.kind === 'away' ? missing.message : ''} This page retries automatically.</p>
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
        <code>METRICS_ENABLED=true</code> and <code>DIAGNOSTICS_ENABLED=true</code> also switch on metrics and
        diagnostics. The show does not depend on the console.
      </p>
    </Notice>
  );
}

function NoSuchView() {
  return (
    <Notice title="View not found">
      <p>Check the address, or choose a view from the list.</p>
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

/** Show health, in the head of every view, and whether the updates are paused. */
function OpsHead() {
  const source = useOpsSource();
  const [{ sessionId }] = useOpsSearch();
  const navigate = useNavigate();
  const { paused, toggle } = usePause();
  const read = useOps('summary', {}, { enabled: false });
  const staleMs = useStaleness(read);
  if (read.data === undefined) return <span className="soft">Operations</span>;
  const { shape, word } = standingOf(read.data, paused ? null : staleMs);
  return (
    <span className="ops-head">
      <StateBadge state={shape}>{word}</StateBadge>
      {source.at !== null && <span className="ops-frozen">Support pack of {momentOf(source.at)}</span>}
      {source.at === null && staleMs !== null && <span className="ops-old">{age(staleMs)} old</span>}
      {source.at === null && (
        <Button className="ops-pause" aria-pressed={paused} onClick={toggle}>
          {paused ? 'Paused' : 'Pause'} <KeyHint>p</KeyHint>
        </Button>
      )}
      {source.at === null && (
        <Button
          className="ops-export"
          onClick={() =>
            void navigate({
              to: '/admin/ops/$view',
              params: { view: 'pack' },
              search: withoutEmpty({ sessionId }),
            })
          }
        >
          Export Support Pack
        </Button>
      )}
    </span>
  );
}

/** As many views as a phone has under the thumb; the rest are behind "More". */
const UNDER_THE_THUMB = 4;

/** The list of views: at the side of a wide page, at the foot of a narrow one. */
function OpsNav({ current }: { current: string | undefined }) {
  const more = useRef<HTMLDialogElement>(null);
  const others = OPS_VIEWS.slice(UNDER_THE_THUMB);
  const isAmongOthers = others.some((view) => view.id === current);
  useEffect(() => {
    if (current !== undefined) more.current?.close();
  }, [current]);
  return (
    <nav className="ops-nav" aria-label="Views">
      <ul>
        {OPS_VIEWS.map((view, place) => (
          <li key={view.id} data-under-thumb={place < UNDER_THE_THUMB || undefined}>
            <OpsLink view={view.id} {...(view.id === current && { className: 'current' })}>
              <span>{view.name}</span>
              <KeyHint>{keyOfView(place)}</KeyHint>
            </OpsLink>
          </li>
        ))}
        {others.length > 0 && (
          <li className="ops-more">
            <button type="button" data-current={isAmongOthers || undefined} onClick={() => more.current?.showModal()}>
              {isAmongOthers ? others.find((view) => view.id === current)?.name : 'More'}
            </button>
          </li>
        )}
      </ul>
      <Dialog className="ops-sheet" ref={more} aria-label="More views">
        <ul>
          {others.map((view) => (
            <li key={view.id}>
              <OpsLink view={view.id}>{view.name}</OpsLink>
            </li>
          ))}
        </ul>
        <form method="dialog">
          <Button type="submit">Close</Button>
        </form>
      </Dialog>
    </nav>
  );
}
