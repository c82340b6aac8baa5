import { isRightEnd, RIGHT_ENDED } from '@okboxbox/protocol';
import { Link, useParams } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { offersDesk } from '../../access/rights-shown.js';
import { useToken } from '../../access/use-token.js';
import { followFeed, subjectOf } from '../../feed/feed-client.js';
import { FeedStore } from '../../feed/feed-store.js';
import { FeedContext, raceOf, useFeed } from '../../feed/use-feed.js';
import { ClosedByOperations, NoRight, Notice } from '../../kit/notice.js';
import { PageShell } from '../../kit/page-shell.js';
import { Waiting } from '../../kit/waiting.js';
import { FeedTitle } from './feed-title.js';
import { SessionStrip } from './session-strip.js';
import { TimingTable } from './timing-table.js';

const KEYS = [
  { keys: ['↓', '↑'], does: 'select the next and previous car' },
  { keys: ['Enter'], does: 'open and close the laps of the car' },
  { keys: ['f'], does: 'pin the car to the top of the page' },
  { keys: ['/'], does: 'filter by number, name or class' },
  { keys: ['c'], does: 'show one class after the other' },
  { keys: ['Esc'], does: 'close, clear' },
  { keys: ['?'], does: 'show these keys' },
];

/** Live timing of a session, or of whatever session a show is on. */
function LivePage({ id }: { id: string }) {
  const token = useToken();
  // A new token starts over: what was held belonged to the old one's rights.
  return <Followed key={`${id} ${token}`} id={id} token={token} />;
}

/** The page at the address that is open. */
export function LiveRoute() {
  const { id } = useParams({ from: '/sessions/$id' });
  return <LivePage key={id} id={id} />;
}

/** One subject, followed with one token: both stay the same for as long as this is mounted. */
function Followed({ id, token }: { readonly id: string; readonly token: string | null }) {
  const [store] = useState(() => new FeedStore('live'));
  useEffect(() => {
    const subject = subjectOf(id);
    const feed = followFeed({ subject, audience: 'live', token, clientKind: 'dashboard', surface: 'web' }, store);
    return () => feed.stop();
  }, [id, token, store]);
  return (
    <FeedContext value={store}>
      <PageShell keys={KEYS} head={<DeskLink id={id} token={token} />}>
        <Held id={id} />
      </PageShell>
    </FeedContext>
  );
}

/** The way to the show's desk, for those who may direct it. */
function DeskLink({ id, token }: { id: string; token: string | null }) {
  const shown = useFeed((store) => raceOf(store)?.session.show ?? null);
  const show = shown ?? (id.startsWith('sess_') ? null : id);
  if (show === null || !offersDesk(token, show)) return null;
  return (
    <Link className="head-link" to="/sessions/$id/director" params={{ id: show }}>
      Director’s desk
    </Link>
  );
}

function Held({ id }: { id: string }) {
  const holding = useFeed((store) => store.holding.holding);
  const hasCars = useFeed((store) => store.order.length > 0);
  useEffect(() => {
    if (holding !== 'race') document.title = `${id} · Ok, Box Box`;
  }, [holding, id]);
  switch (holding) {
    case 'nothing':
      return <Waiting />;
    case 'closed':
    case 'refusal':
      return <Refused id={id} />;
    case 'race':
      return (
        <>
          <FeedTitle />
          <SessionStrip />
          {hasCars ? (
            <TimingTable laps />
          ) : (
            <Notice title="No cars yet">
              <p>The session has started, but its relay has not sent a frame yet. Cars appear with the first frame.</p>
            </Notice>
          )}
        </>
      );
    default:
      return holding satisfies never;
  }
}

function Refused({ id }: { id: string }) {
  const error = useFeed((store) => (store.holding.holding === 'refusal' ? store.holding.error : null));
  const reason = useFeed((store) => (store.holding.holding === 'closed' ? store.holding.reason : null));
  if (reason === 'by_operations') return <ClosedByOperations />;
  if (error === null)
    return (
      <NoRight message={RIGHT_ENDED[isRightEnd(reason) ? reason : 'token_expired']} capability="session:live" of={id} />
    );
  if (error.code === 'not_found') {
    return (
      <Notice title="No session here">
        <p>
          {error.message} As soon as a relay sends <code>{id}</code>, it is shown here.
        </p>
      </Notice>
    );
  }
  return <NoRight message={error.message} capability={error.capability} of={id} />;
}
