import type { FeedState } from '@okboxbox/protocol';
import { createContext, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import { currentToken, onTokenChange } from '../access/token-store.js';
import { NoRight, Notice } from '../shell/notice.js';
import { PageShell } from '../shell/page-shell.js';
import { followFeed, subjectOf } from './feed-client.js';
import { type Holding, LiveStore } from './live-store.js';
import { SessionStrip } from './session-strip.js';
import { TimingTable } from './timing-table.js';

const KEYS = [
  { keys: ['↓', '↑'], does: 'select the next and previous car' },
  { keys: ['Enter'], does: 'open and close the laps of the car' },
  { keys: ['f'], does: 'pin the car to the top of the page' },
  { keys: ['/'], does: 'filter by number, name or class' },
  { keys: ['c'], does: 'show one class after the other' },
  { keys: ['Esc'], does: 'close, clear' },
  { keys: ['?'], does: 'these keys' },
];

const StoreContext = createContext<LiveStore | null>(null);

/** The store of the live page that a component stands on. */
export function useLiveStore(): LiveStore {
  const store = useContext(StoreContext);
  if (store === null) throw new Error('useLiveStore is used outside a live page.');
  return store;
}

/** Reads a part of the store; the component is drawn again only where that part is another value. */
export function useLive<T>(read: (store: LiveStore) => T): T {
  const store = useLiveStore();
  return useSyncExternalStore(store.subscribe, () => read(store));
}

/** Live timing of a session, or of whatever session a show is on. */
export function LivePage({ id }: { id: string }) {
  const [token, setToken] = useState(currentToken);
  useEffect(() => onTokenChange(() => setToken(currentToken())), []);
  // A new token starts over: what was held belonged to the old one's rights.
  return <Followed key={`${id} ${token}`} id={id} token={token} />;
}

/** One subject, followed with one token: both stay the same for as long as this is mounted. */
function Followed({ id, token }: { readonly id: string; readonly token: string | null }) {
  const [store] = useState(() => new LiveStore());
  useEffect(() => followFeed(subjectOf(id), token, store), [id, token, store]);
  return (
    <StoreContext value={store}>
      <PageShell keys={KEYS}>
        <Held id={id} />
      </PageShell>
    </StoreContext>
  );
}

function Held({ id }: { id: string }) {
  const holding = useLive((store) => kindOf(store.holding));
  const hasCars = useLive((store) => store.order.length > 0);
  useEffect(() => {
    if (holding !== 'race') document.title = `${id} · Ok, Box Box`;
  }, [holding, id]);
  switch (holding) {
    case 'nothing':
      return <Waiting />;
    case 'refusal':
      return <Refused id={id} />;
    case 'race':
      return (
        <>
          <Title />
          <SessionStrip />
          {hasCars ? (
            <TimingTable />
          ) : (
            <Notice title="No cars yet">
              <p>The session is there, and its relay has not sent a frame. Cars show up with the first one.</p>
            </Notice>
          )}
        </>
      );
    default:
      return holding satisfies never;
  }
}

function kindOf(holding: Holding): Holding['holding'] {
  return holding.holding;
}

function Refused({ id }: { id: string }) {
  const error = useLive((store) => (store.holding.holding === 'refusal' ? store.holding.error : null));
  if (error === null) return null;
  if (error.code === 'not_found') {
    return (
      <Notice title="Nothing is running here">
        <p>
          {error.message} As soon as a relay feeds <code>{id}</code>, it shows here by itself.
        </p>
      </Notice>
    );
  }
  return <NoRight message={error.message} capability={error.capability} />;
}

const SKELETONS = Array.from({ length: 14 }, (_, i) => `row ${i}`);

function Waiting() {
  const lost = useLive((store) => (store.connection.state === 'lost' ? store.connection.because : null));
  if (lost !== null) {
    return (
      <Notice title="The server does not answer">
        <p>{lost} This page tries again by itself, and goes on where it was.</p>
      </Notice>
    );
  }
  return (
    <div className="live" aria-busy="true">
      <span className="visually-hidden">Loading the session</span>
      <div className="strip">
        <span className="skeleton" style={{ width: 260, height: 28 }} />
      </div>
      {SKELETONS.map((key) => (
        <div key={key} className="skeleton-row">
          <span className="skeleton" />
          <span className="skeleton" />
          <span className="skeleton" />
        </div>
      ))}
    </div>
  );
}

/** The browser's title says who leads and where the race is. */
function Title() {
  const title = useLive((store) => (store.holding.holding === 'race' ? titleOf(store, store.holding.feed) : ''));
  useEffect(() => {
    document.title = title;
  }, [title]);
  return null;
}

function titleOf(store: LiveStore, { session, clock }: FeedState): string {
  const leader = store.info(store.order[0] ?? -1);
  const parts = [
    leader && `P1 #${leader.carNumber} ${leader.name}`,
    lapWords(clock.leaderLap, session.limitLaps),
    session.track,
    'Ok, Box Box',
  ];
  return parts.filter((part) => part).join(' · ');
}

/** `Lap 7/18`, or without the number of laps where the race has none. */
export function lapWords(leaderLap: number | null, limitLaps: number | null): string {
  if (leaderLap === null) return '';
  return limitLaps === null ? `Lap ${leaderLap}` : `Lap ${Math.min(leaderLap, limitLaps)}/${limitLaps}`;
}
