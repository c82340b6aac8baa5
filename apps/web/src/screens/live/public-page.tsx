import { isRightEnd, RIGHT_ENDED } from '@okboxbox/protocol';
import { Link, useParams } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useToken } from '../../access/use-token.js';
import { FeedStore } from '../../feed/feed-store.js';
import { followPublic } from '../../feed/public-feed.js';
import { FeedContext, useFeed } from '../../feed/use-feed.js';
import { delayLabel } from '../../format.js';
import { Banner } from '../../kit/banner.js';
import { ClosedByOperations, Notice } from '../../kit/notice.js';
import { PageShell } from '../../kit/page-shell.js';
import { Waiting } from '../../kit/waiting.js';
import { FeedTitle } from './feed-title.js';
import { SessionStrip } from './session-strip.js';
import { TimingTable } from './timing-table.js';

const KEYS = [
  { keys: ['↓', '↑'], does: 'select the next and previous car' },
  { keys: ['Enter'], does: 'open and close the details of the car' },
  { keys: ['f'], does: 'pin the car to the top of the page' },
  { keys: ['/'], does: 'filter by number, name or class' },
  { keys: ['c'], does: 'show one class after the other' },
  { keys: ['Esc'], does: 'close, clear' },
  { keys: ['?'], does: 'show these keys' },
];

/**
 * The delayed timing of a show or a session, for anybody. It sends no token even where there is one: what it shows is
 * what the public sees.
 */
function PublicPage({ id }: { id: string }) {
  const [store] = useState(() => new FeedStore('broadcast'));
  useEffect(() => {
    const link = new URLSearchParams(location.search).get('link');
    const feed = followPublic(id, link, store);
    return () => feed.stop();
  }, [id, store]);
  return (
    <FeedContext value={store}>
      <PageShell keys={KEYS} head={<LiveLink id={id} />}>
        <Held />
      </PageShell>
    </FeedContext>
  );
}

/** The page at the address that is open. */
export function PublicRoute() {
  const { id } = useParams({ from: '/public/$id' });
  return <PublicPage key={id} id={id} />;
}

/** The way on for somebody who has signed in: this page shows the same to everyone. */
function LiveLink({ id }: { id: string }) {
  if (useToken() === null) return null;
  return (
    <Link className="head-link" to="/sessions/$id" params={{ id }}>
      Live timing
    </Link>
  );
}

function Held() {
  const holding = useFeed((store) => store.holding.holding);
  const reason = useFeed((store) => (store.holding.holding === 'closed' ? store.holding.reason : null));
  const error = useFeed((store) => (store.holding.holding === 'refusal' ? store.holding.error : null));
  const hasCars = useFeed((store) => store.order.length > 0);
  useEffect(() => {
    if (holding !== 'race') document.title = 'Timing · Ok, Box Box';
  }, [holding]);
  switch (holding) {
    case 'nothing':
      return <Waiting />;
    case 'refusal':
      // A join that is refused says that there is nothing; only a handshake says that the link is no good.
      return error === null || error.code === 'not_found' || error.code === 'not_available' ? (
        <NothingOnAir />
      ) : (
        <LinkIsOver why={error.message} />
      );
    case 'closed':
      if (reason === 'by_operations') return <ClosedByOperations />;
      return <LinkIsOver why={RIGHT_ENDED[isRightEnd(reason) ? reason : 'link_expired']} />;
    case 'race':
      return (
        <>
          <FeedTitle />
          <SessionStrip />
          <StandsStill />
          {hasCars ? <TimingTable laps={false} /> : <NothingOnAir />}
        </>
      );
    default:
      return holding satisfies never;
  }
}

/** One wording for what is not published, not yet there or not there any more: which of them is nobody's business. */
function NothingOnAir() {
  return (
    <Notice title="Nothing on air">
      <p>There is no public timing here now. It appears automatically when it starts.</p>
    </Notice>
  );
}

function LinkIsOver({ why }: { why: string }) {
  return (
    <Notice title="This link no longer works">
      <p>{why}</p>
    </Notice>
  );
}

/** Says why figures do not move, where that is on purpose. */
function StandsStill() {
  const state = useFeed((store) => store.delay?.state ?? null);
  const delayMs = useFeed((store) => store.delay?.delayMs ?? 0);
  if (state !== 'holding' && state !== 'paused') return null;
  return (
    <Banner>
      {state === 'holding'
        ? `The picture is held until it is ${delayLabel(delayMs)} behind the race, then continues automatically.`
        : 'The picture is paused. It will continue from here.'}
    </Banner>
  );
}
