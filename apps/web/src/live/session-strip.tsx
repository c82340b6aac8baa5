import type { SessionPhase } from '@okboxbox/protocol';
import { age, clock } from '../format.js';
import { FlagChip, flagShown } from '../shell/flag-chip.js';
import { StateBadge } from '../shell/state-badge.js';
import { useNow } from '../shell/use-now.js';
import { lapWords, useLive } from './live-page.js';

const PHASES: Readonly<Record<SessionPhase, string>> = {
  grid: 'Grid',
  formation: 'Formation lap',
  racing: 'Racing',
  checkered: 'Chequered flag',
  cooldown: 'Cool-down',
};

/** Without news for this long, what a page shows is stale, in ms. */
export const STALE_MS = 3_000;

/** What the session is, where it stands, and how fresh the page is. */
export function SessionStrip() {
  const session = useLive((store) => (store.holding.holding === 'race' ? store.holding.feed.session : null));
  const race = useLive((store) => (store.holding.holding === 'race' ? store.holding.feed.clock : null));
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
      <FlagChip flags={ended ? ['checkered'] : race.flags} />
      <div className="strip-clock">
        {lap !== '' && <strong>{lap}</strong>}
        <span title={race.remainingMs === null ? 'Session time' : 'Remaining'}>
          {clock(race.remainingMs ?? race.sessionTimeMs)}
        </span>
      </div>
      <Freshness ended={ended} />
      <p className="visually-hidden" aria-live="polite">
        {phase}. {flagShown(race.flags).words}.
      </p>
    </section>
  );
}

function Freshness({ ended }: { ended: boolean }) {
  const connection = useLive((store) => store.connection);
  const freshAt = useLive((store) => store.freshAt);
  const now = useNow(500);
  const since = freshAt === null ? null : now - freshAt;
  return (
    <div className="strip-fresh">
      {connection.state === 'lost' ? (
        <StateBadge state="bad">{`reconnecting ${age(now - connection.since)}`}</StateBadge>
      ) : ended ? (
        <StateBadge state="off">final</StateBadge>
      ) : since === null ? (
        <StateBadge state="warn">no frame yet</StateBadge>
      ) : since > STALE_MS ? (
        <StateBadge state="warn">{`stale ${age(since)}`}</StateBadge>
      ) : (
        <StateBadge state="ok">live</StateBadge>
      )}
    </div>
  );
}
