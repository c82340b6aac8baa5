import './picture.css';
import type { FeedState } from '@okboxbox/protocol';
import { clock, flagsShown, lapLabel, onAirAt, PHASES, towerRows } from '@okboxbox/race-view';
import { type ReactNode, useMemo } from 'react';
import type { FeedStore } from '../feed/feed-store.js';
import { isOld } from '../feed/freshness.js';
import { FeedContext, useFeed, useFreshness } from '../feed/use-feed.js';
import { useRace } from '../feed/use-race.js';
import { FlagChip } from '../kit/flag-chip.js';
import { FreshnessBadge } from '../kit/freshness-badge.js';
import { Screen } from './screen.js';
import { screenSource } from './screen-source.js';

const MAX_ROWS = 60;
/** A picture beside the controls is drawn this often, in ms. */
const REDRAW_MS = 500;

/** One picture of the show as it is on air, in small, with its clock and lap. `empty` is said while there is none. */
export function ScreenPicture(props: { title: string; store: FeedStore; empty: string }) {
  const { title, store } = props;
  const source = useMemo(() => screenSource(store), [store]);
  return (
    <FeedContext value={store}>
      <Framed {...props}>{() => <Screen source={source} label={`${title}: what is on air`} />}</Framed>
    </FeedContext>
  );
}

/** The race as it happens, as a compact tower with its clock and lap. */
export function RacePicture(props: { title: string; store: FeedStore; empty: string }) {
  return (
    <FeedContext value={props.store}>
      <Framed {...props}>{(race) => <Rows race={race} />}</Framed>
    </FeedContext>
  );
}

function Framed({
  title,
  store,
  empty,
  children,
}: {
  title: string;
  store: FeedStore;
  empty: string;
  children: (race: FeedState) => ReactNode;
}) {
  const race = useRace(store, REDRAW_MS);
  const freshness = useFreshness();
  const refusal = useFeed((each) => (each.holding.holding === 'refusal' ? each.holding.error.message : null));
  const isClosed = useFeed((each) => each.holding.holding === 'closed');
  if (race === null) {
    return (
      <section className="picture" aria-label={title}>
        <header>
          <h3>{title}</h3>
        </header>
        <p className="soft">
          {isClosed
            ? 'This picture’s connection was closed. Reload the page to connect again.'
            : refusal === null
              ? 'Waiting for the server.'
              : empty}
        </p>
      </section>
    );
  }
  const { session } = race;
  const ended = session.status === 'ended';
  return (
    <section className="picture" aria-label={title} data-stale={isOld(freshness) || undefined}>
      <header>
        <h3>{title}</h3>
        <FreshnessBadge />
      </header>
      <p className="picture-clock">
        <strong>{clock(race.clock.sessionTimeMs)}</strong>
        <span>
          {session.type === 'race' ? lapLabel(race.clock.leaderLap, session.limitLaps) : session.type}
          {ended ? ' · ended' : race.clock.phase === null ? '' : ` · ${PHASES[race.clock.phase]}`}
        </span>
        {!ended && <FlagChip flags={flagsShown(race)} />}
      </p>
      {children(race)}
    </section>
  );
}

function Rows({ race }: { race: FeedState }) {
  const at = useFeed((each) => each.at);
  const onAir = onAirAt(race.onAir, at);
  const rows = towerRows({ ...race, onAir }, { rows: MAX_ROWS, figure: 'interval', classNamed: null });
  return (
    <ol className="picture-rows">
      {rows.map((row) => (
        <li
          key={row.car}
          data-state={row.state}
          data-mark={row.isFeatured ? 'driver' : row.inBattle ? 'battle' : undefined}
        >
          <span className="position">{row.position}</span>
          <i style={{ background: row.colour ?? undefined }} />
          <span className="number">{row.carNumber}</span>
          <span className="name">{row.name}</span>
          <span className="figure">{row.figure}</span>
        </li>
      ))}
    </ol>
  );
}
