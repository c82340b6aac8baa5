import { clock, flagShown, flagsShown, lapLabel, PHASES } from '@okboxbox/race-view';
import './session-strip.css';
import { useFeed } from '../../feed/use-feed.js';
import { FlagChip } from '../../kit/flag-chip.js';
import { FreshnessBadge } from '../../kit/freshness-badge.js';

/** What the session is, where it stands, and how fresh the page is. */
export function SessionStrip() {
  const session = useFeed((store) => (store.holding.holding === 'race' ? store.holding.feed.session : null));
  const race = useFeed((store) => (store.holding.holding === 'race' ? store.holding.feed.clock : null));
  if (session === null || race === null) return null;
  const ended = session.status === 'ended';
  const lap = session.type === 'race' ? lapLabel(race.leaderLap, session.limitLaps) : '';
  const phase = ended ? 'Ended' : race.phase === null ? 'Not started' : PHASES[race.phase];
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
              title="The source reports only when cars cross the line. Positions and gaps in between are interpolated."
            >
              positions interpolated
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
