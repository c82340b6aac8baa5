import { Link, useParams } from '@tanstack/react-router';
import { useEffect, useMemo, useState } from 'react';
import { useToken } from '../access/use-token.js';
import { followFeed, subjectOf } from '../feed/feed-client.js';
import { FeedStore } from '../feed/feed-store.js';
import { FeedContext, raceOf, useFeed } from '../feed/use-feed.js';
import { NoRight, Notice } from '../kit/notice.js';
import { PageShell } from '../kit/page-shell.js';
import { LoadingRows, Waiting } from '../kit/waiting.js';
import { Asking } from './confirm-dialog.js';
import { Desk } from './desk.js';
import { DeskClient } from './desk-client.js';
import { DESK_KEYS } from './desk-keys.js';
import { DeskStore } from './desk-store.js';
import { DeskContext, type DeskWorld, useDeskStore, useDeskWorld } from './use-desk.js';
import { InShowLook } from './worn-look.js';

/** The director's desk of a show; the address names the show or one of its sessions. */
function DirectorPage({ id }: { id: string }) {
  const token = useToken();
  useEffect(() => {
    document.title = `Director · ${id} · Ok, Box Box`;
  }, [id]);
  return id.startsWith('sess_') ? (
    <OfSession key={`${id} ${token}`} sessionId={id} token={token} />
  ) : (
    <OfShow key={`${id} ${token}`} show={id} token={token} />
  );
}

/** The desk at the address that is open. */
export function DirectorRoute() {
  const { id } = useParams({ from: '/sessions/$id/director' });
  return <DirectorPage key={id} id={id} />;
}

/** Finds the show of a session, and opens its desk. */
function OfSession({ sessionId, token }: { sessionId: string; token: string | null }) {
  const [store] = useState(() => new FeedStore('live'));
  useEffect(() => {
    const feed = followFeed(
      { subject: subjectOf(sessionId), audience: 'live', token, clientKind: 'director', surface: 'desk' },
      store,
    );
    return () => feed.stop();
  }, [sessionId, token, store]);
  return (
    <FeedContext value={store}>
      <ShowFound sessionId={sessionId} token={token} />
    </FeedContext>
  );
}

function ShowFound({ sessionId, token }: { sessionId: string; token: string | null }) {
  const show = useFeed((store) => raceOf(store)?.session.show ?? null);
  const error = useFeed((store) => (store.holding.holding === 'refusal' ? store.holding.error : null));
  if (show !== null) return <OfShow show={show} token={token} />;
  return (
    <PageShell keys={DESK_KEYS}>
      {error === null ? (
        <Waiting />
      ) : error.code === 'not_found' ? (
        <Notice title="Session not found">
          <p>
            {error.message} A show has its desk under its name, even before its first session:{' '}
            <code>/sessions/SHOW/director</code>. <Link to="/">All sessions</Link>
          </p>
          <p>
            Requested: <code>{sessionId}</code>
          </p>
        </Notice>
      ) : (
        <NoRight message={error.message} capability={error.capability} of={sessionId} />
      )}
    </PageShell>
  );
}

/** One show's desk with one token: both stay the same for as long as this is mounted. */
function OfShow({ show, token }: { show: string; token: string | null }) {
  const stores = useMemo(
    () => ({
      store: new DeskStore(),
      live: new FeedStore('live'),
      broadcast: new FeedStore('broadcast'),
      publicPicture: new FeedStore('broadcast'),
    }),
    [],
  );
  const [client, setClient] = useState<DeskClient | null>(null);
  useEffect(() => {
    const as = { subject: { show }, token, clientKind: 'director', surface: 'desk' } as const;
    const feeds = [
      followFeed({ ...as, audience: 'live' }, stores.live),
      followFeed({ ...as, audience: 'broadcast' }, stores.broadcast),
      // Without the director's token: what everybody gets, and nothing while the show is not published.
      followFeed({ ...as, audience: 'broadcast', token: null }, stores.publicPicture),
    ];
    const made = new DeskClient(show, token, stores.store);
    setClient(made);
    return () => {
      made.stop();
      for (const feed of feeds) feed.stop();
    };
  }, [show, token, stores]);
  if (client === null) return null;
  const world: DeskWorld = { show, client, ...stores };
  return (
    <DeskContext value={world}>
      <PageShell keys={DESK_KEYS} head={<HeadLinks show={show} />}>
        <Held />
      </PageShell>
    </DeskContext>
  );
}

function HeadLinks({ show }: { show: string }) {
  return (
    <span className="head-links">
      <Link className="head-link" to="/sessions/$id" params={{ id: show }}>
        Live timing
      </Link>
      <a className="head-link" href={`/public/${show}`} target="_blank" rel="noreferrer">
        Public page
      </a>
    </span>
  );
}

function Held() {
  const { show } = useDeskWorld();
  const holding = useDeskStore((store) => store.holding.holding);
  const error = useDeskStore((store) => (store.holding.holding === 'refusal' ? store.holding.error : null));
  const lost = useDeskStore((store) => (store.connection.state === 'lost' ? store.connection.because : null));
  switch (holding) {
    case 'desk':
      return (
        <Asking>
          <InShowLook>
            <Desk />
          </InShowLook>
        </Asking>
      );
    case 'refusal':
      return <NoRight message={error?.message ?? ''} capability={error?.capability} of={show} />;
    case 'nothing':
      return lost === null ? (
        <LoadingRows />
      ) : (
        <Notice title="The server does not answer">
          <p>{lost} This page retries automatically. What is on air continues.</p>
        </Notice>
      );
    default:
      return holding satisfies never;
  }
}
