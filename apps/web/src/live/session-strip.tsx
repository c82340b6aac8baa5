import { flagsShown, hasFinished } from '../feed/finished.js';
import { raceOf, useFeed, useFreshness } from '../feed/use-feed.js';
import { age, clock, delayWords, lapWords } from '../format.js';
import { FlagChip } from '../shell/flag-chip.js';
import { flagShown } from '../shell/flags.js';
import { StateBadge } from '../shell/state-badge.js';
import { PHASES } from './phases.js';

/** What the session is, where it stands, and how fresh the page is. */
export function SessionStrip() {
  const session = useFeed((store) => (store.holding.holding === 'race' ? store.holding.feed.session : null));
  const race = useFeed((store) => (store.holding.holding === 'race' ? store.holding.feed.clock : null));
  if (session === null || race === null) return null;
  const ended = session.status === 'ended';
  const lap = session.type === 'race' ? lapWords(race.leaderLap, session.limitLaps) : '';
  const phase = ended ? 'Ended' : race.phase === null ? 'Not begun' : PHASES[race.phase];
  return (
    <section className="strip" aria-label="Session">
      <div className="strip-name">
        <h1>
          {session.track || 'Session'}
          {session.trackConfig !== null && <small>{session.trackConfig}</small>}
        </h1>
        <p>
          <span className="type">{session.type}</span> · {session.show} · {phase}
          {session.positionsDerived && (
            <span
              className="derived"
              title="The source knows when cars crossed the line. Where they were in between is worked out from that, and gaps between lines with it."
            >
              positions derived
            </span>
          )}
        </p>
      </div>
      <FlagChip flags={flagsShown({ session, clock: race })} />
      <div className="strip-clock">
        {lap !== '' && <strong>{lap}</strong>}
        <span title={race.remainingMs === null ? 'Session time' : 'Remaining'}>
          {clock(race.remainingMs ?? race.sessionTimeMs)}
        </span>
      </div>
      <div className="strip-fresh">
        <FreshnessBadge />
      </div>
      <p className="visually-hidden" aria-live="polite">
        {phase}. {flagShown(race.flags).words}.
      </p>
    </section>
  );
}

/** How fresh what is shown is, in a word, and for a delayed picture how far behind it is on purpose. */
export function FreshnessBadge() {
  const freshness = useFreshness();
  const delay = useFeed((store) => store.delay);
  const isFinished = useFeed((store) => {
    const race = raceOf(store);
    return race !== null && hasFinished(race);
  });
  const isDelayed = useFeed((store) => store.audience === 'broadcast');
  switch (freshness.is) {
    case 'lost':
      return <StateBadge state="bad">{`reconnecting ${age(freshness.forMs)}`}</StateBadge>;
    case 'final':
      return <StateBadge state="off">{isFinished ? 'final' : 'ended'}</StateBadge>;
    case 'no frame':
      return <StateBadge state="warn">no frame yet</StateBadge>;
    case 'stale':
      return <StateBadge state="warn">{`stale ${age(freshness.forMs)}`}</StateBadge>;
    case 'holding':
    case 'paused':
      return <StateBadge state="warn">{freshness.is}</StateBadge>;
    case 'fresh':
      return (
        <StateBadge state="ok">
          {isDelayed && delay !== null && delay.delayMs > 0 ? `delayed ${delayWords(delay.delayMs)}` : 'live'}
        </StateBadge>
      );
    default:
      return freshness satisfies never;
  }
}
