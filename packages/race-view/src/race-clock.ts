import type { FeedState } from '@okboxbox/protocol';
import { SESSION_TITLES } from './boards.js';
import { hasFinished } from './finished.js';
import { flagShown } from './flags.js';
import { clock, lapLabel } from './format.js';

/** What the clock on air says. */
export interface RaceClock {
  /** `Race`, `Qualifying`. */
  readonly session: string;
  /** What counts: laps of a race over laps, else time. */
  readonly main: string;
  /** What else is known: `Lap 7` of a race over time, the time of one over laps. */
  readonly beside: string;
  /** The colour of the flag that is out. */
  readonly flag: string;
}

/** The clock of a session. Time is what is left, where the sim says it; otherwise what has gone by. */
export function raceClock(feed: FeedState): RaceClock {
  const { session, clock: race } = feed;
  const title = SESSION_TITLES[session.type];
  const flag = flagShown(race.flags).colour;
  if (hasFinished(feed)) return { session: title, main: 'Finish', beside: '', flag: 'checkered' };
  if (session.status === 'ended') return { session: title, main: 'Ended', beside: '', flag: 'none' };
  const lap = session.type === 'race' ? lapLabel(race.leaderLap, session.limitLaps) : '';
  const left = race.remainingMs;
  const time = left === null ? clock(race.sessionTimeMs) : clock(left);
  if (session.limitLaps !== null && lap !== '')
    return { session: title, main: lap, beside: left === null ? '' : time, flag };
  return { session: title, main: time, beside: lap, flag };
}
