import './session-list.css';
import type { SessionSummary } from '@okboxbox/protocol';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type KeyboardEvent, useEffect } from 'react';
import { CallFailed, datedCall } from '../../access/call.js';
import { useToken } from '../../access/use-token.js';
import { useNow } from '../../feed/use-now.js';
import { NoRight, Notice } from '../../kit/notice.js';
import { PageShell } from '../../kit/page-shell.js';
import { Skeleton } from '../../kit/skeleton.js';
import { StateBadge } from '../../kit/state-badge.js';
import { listedFreshness } from './listed-freshness.js';

const KEYS = [
  { keys: ['↓', '↑'], does: 'next and previous session' },
  { keys: ['Enter'], does: 'open it' },
  { keys: ['?'], does: 'show these keys' },
];
const SKELETONS = ['a', 'b', 'c', 'd'];

/** All sessions that the visitor may see, running ones first. */
export function SessionList() {
  const sessions = useQuery({
    queryKey: ['sessions'],
    queryFn: () => datedCall<SessionSummary[]>('/api/sessions'),
    refetchInterval: 2_000,
    retry: false,
  });
  useEffect(() => {
    document.title = 'Sessions · Ok, Box Box';
  }, []);
  return (
    <PageShell keys={KEYS}>
      <Body sessions={sessions.data?.answer} aheadMs={sessions.data?.serverAheadMs ?? 0} error={sessions.error} />
    </PageShell>
  );
}

function Body({
  sessions,
  aheadMs,
  error,
}: {
  sessions: readonly SessionSummary[] | undefined;
  /** How far the server's clock is ahead, in ms. */
  aheadMs: number;
  error: Error | null;
}) {
  if (error instanceof CallFailed && error.problem !== null && error.problem.status < 500) {
    return <NoRight message={error.message} capability={error.problem.capability} />;
  }
  if (sessions === undefined && error !== null) {
    return (
      <Notice title="The server does not answer">
        <p>{error.message} This page tries again every two seconds.</p>
      </Notice>
    );
  }
  if (sessions === undefined) return <Loading />;
  if (sessions.length === 0) return <Empty />;
  const live = sessions.filter((session) => session.status === 'live');
  const ended = sessions.filter((session) => session.status === 'ended');
  return (
    <div className="sessions">
      <h1>Sessions</h1>
      {error !== null && <StateBadge state="bad">{`${error.message} This list may be out of date.`}</StateBadge>}
      <Group title="Running" sessions={live} aheadMs={aheadMs} />
      <Group title="Ended" sessions={ended} aheadMs={aheadMs} />
    </div>
  );
}

function Group({ title, sessions, aheadMs }: { title: string; sessions: readonly SessionSummary[]; aheadMs: number }) {
  const serverNow = useNow(1_000) + aheadMs;
  if (sessions.length === 0) return null;
  return (
    <section>
      <h2>{title}</h2>
      <ul className="session-rows">
        {sessions.map((session) => (
          <li key={session.sessionId}>
            <Link className="session-row" to="/sessions/$id" params={{ id: session.sessionId }} onKeyDown={moveFocus}>
              <span className="type">{session.type}</span>
              <span className="track">
                {session.track || 'Track unknown'}
                <small>
                  {session.podium.length > 0 ? <Podium session={session} /> : `${session.show} · ${session.sim}`}
                </small>
              </span>
              <span className="cars">{session.entryCount} cars</span>
              <span className="cars show">{startOf(session)}</span>
              <span className="when">
                <Freshness session={session} serverNow={serverNow} />
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Who came in first, second and third. */
function Podium({ session }: { session: SessionSummary }) {
  return session.podium.map(({ position, carNumber, name }) => (
    <span key={position} className="placed">
      <b>P{position}</b> #{carNumber} {name}
    </span>
  ));
}

function Freshness({ session, serverNow }: { session: SessionSummary; serverNow: number }) {
  const { state, text } = listedFreshness(session, serverNow);
  return <StateBadge state={state}>{text}</StateBadge>;
}

function startOf(session: SessionSummary): string {
  const start = new Date(session.startedAt);
  const time = start.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const isToday = start.toDateString() === new Date().toDateString();
  return isToday ? time : `${start.toLocaleDateString([], { day: 'numeric', month: 'short' })} ${time}`;
}

function Loading() {
  return (
    <div className="sessions" aria-busy="true">
      <h1>Sessions</h1>
      <ul className="session-rows">
        {SKELETONS.map((key) => (
          <li key={key} className="session-row">
            <Skeleton height={14} />
            <Skeleton height={20} width={'60%'} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Empty() {
  if (useToken() === null) {
    return (
      <NoRight message="No session is published. Sign in to see unpublished sessions." capability="session:live" />
    );
  }
  return (
    <Notice title="No session yet">
      <p>
        A session starts when a relay sends data. Start one with a test race:{' '}
        <code>npm start -- --source lapchart:FILE --speed 4</code>, or a relay with{' '}
        <code>okboxbox relay --source SPEC</code>. It appears here automatically.
      </p>
    </Notice>
  );
}

/** Arrow keys go from session to session. */
function moveFocus(event: KeyboardEvent<HTMLAnchorElement>): void {
  const step =
    event.key === 'ArrowDown' || event.key === 'j' ? 1 : event.key === 'ArrowUp' || event.key === 'k' ? -1 : 0;
  if (step === 0) return;
  const all = [...document.querySelectorAll<HTMLAnchorElement>('a.session-row')];
  all[all.indexOf(event.currentTarget) + step]?.focus();
  event.preventDefault();
}
