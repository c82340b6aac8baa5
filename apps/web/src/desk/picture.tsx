import './picture.css';
import type { OnAir } from '@okboxbox/protocol';
import { clock, flagsShown, lapLabel, onAirAt, PHASES, towerRows } from '@okboxbox/race-view';
import type { FeedStore } from '../feed/feed-store.js';
import { isOld } from '../feed/freshness.js';
import { FeedContext, useFeed, useFreshness } from '../feed/use-feed.js';
import { useRace } from '../feed/use-race.js';
import { FlagChip } from '../kit/flag-chip.js';
import { FreshnessBadge } from '../kit/freshness-badge.js';

const MAX_ROWS = 60;

/** One picture of the race as a compact tower, with its own clock and lap. */
export function Picture({ title, store, empty }: { title: string; store: FeedStore; empty: string }) {
  return (
    <FeedContext value={store}>
      <Drawn title={title} store={store} empty={empty} />
    </FeedContext>
  );
}

function Drawn({ title, store, empty }: { title: string; store: FeedStore; empty: string }) {
  const race = useRace(store);
  const freshness = useFreshness();
  const refusal = useFeed((each) => (each.holding.holding === 'refusal' ? each.holding.error.message : null));
  const isClosed = useFeed((each) => each.holding.holding === 'closed');
  const at = useFeed((each) => each.at);
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
  const rows = towerRows(
    { ...race, onAir: onAirAt(race.onAir, at) },
    { rows: MAX_ROWS, figure: 'interval', classNamed: null },
  );
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
        <FlagChip flags={flagsShown(race)} />
      </p>
      <ol className="picture-rows">
        {rows.map((row) => (
          <li key={row.car} data-state={row.state} data-mark={markOf(row.car, race.onAir)}>
            <span className="position">{row.position}</span>
            <i style={{ background: row.colour ?? undefined }} />
            <span className="number">{row.carNumber}</span>
            <span className="name">{row.name}</span>
            <span className="figure">{row.figure}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function markOf(car: number, onAir: OnAir): 'driver' | 'battle' | undefined {
  if (onAir.driver?.car === car) return 'driver';
  return onAir.battle?.cars.includes(car) ? 'battle' : undefined;
}
