import { DELAY_STATES } from '@okboxbox/protocol';
import { hasFinished } from '@okboxbox/race-view';
import { raceOf, useFeed, useFreshness } from '../feed/use-feed.js';
import { age, delayLabel } from '../format.js';
import { StateBadge } from './state-badge.js';

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
      return (
        <StateBadge state={DELAY_STATES[freshness.is].severity}>
          {DELAY_STATES[freshness.is].name.toLowerCase()}
        </StateBadge>
      );
    case 'fresh':
      return (
        <StateBadge state="ok">
          {isDelayed && delay !== null && delay.delayMs > 0 ? `delayed ${delayLabel(delay.delayMs)}` : 'live'}
        </StateBadge>
      );
    default:
      return freshness satisfies never;
  }
}
