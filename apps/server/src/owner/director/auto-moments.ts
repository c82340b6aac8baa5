import { type FeedState, type MomentKind, unpackRow } from '@okboxbox/protocol';
import { hasFinished, RECENT_MS, type Suggestion, suggestionsOf } from '@okboxbox/race-view';
import { feedStateOf } from '../audience/feed-view.js';
import { feedEventOf } from '../session/race-logs.js';
import type { SessionState } from '../session/session-state.js';

/** Something that happened is worth showing for this long, in ms on the session's clock: nobody cuts to what is long over. */
const FRESH_MS: Readonly<Partial<Record<MomentKind, number>>> = {
  finish: 30_000,
  start: 15_000,
  incident: 20_000,
  'off-track': 8_000,
  'leader-pits': 20_000,
  'fastest-lap': 30_000,
};
/** Until the leader is on this lap, every lap is the fastest one. */
const FASTEST_FROM_LAP = 4;
/** On the first lap everybody is in a battle. */
const BATTLES_FROM_LAP = 2;
/** Under these nobody races for places. */
const NEUTRAL_FLAGS: ReadonlySet<string> = new Set(['yellow', 'yellowWaving', 'caution', 'cautionWaving', 'red']);
const BATTLES: ReadonlySet<MomentKind> = new Set(['lead-battle', 'battle', 'closing']);
const RACE_ALONE: ReadonlySet<MomentKind> = new Set([...BATTLES, 'leader-pits']);
const INCIDENTS: ReadonlySet<MomentKind> = new Set(['incident', 'off-track']);

/** A session's state as suggestions are made of it: with all events of the last while, which in a large field are many. */
export function raceOf(state: SessionState): FeedState {
  const { events, sessionTime } = state.timing;
  let from = events.length;
  for (; from > 0; from--) {
    const event = events[from - 1];
    // Events stand in the order in which they were found; one that was found late does not end the search.
    if (event === undefined || event.sessionTime * 1000 < (sessionTime ?? 0) * 1000 - 2 * RECENT_MS) break;
  }
  return { ...feedStateOf(state, null), events: events.slice(from).map(feedEventOf) };
}

/** The moments that a show which runs itself may air now, the most important first. */
export function momentsWorthAiring(race: FeedState): readonly Suggestion[] {
  return suggestionsOf(race).filter((moment) => isFresh(moment, race) && fits(moment, race));
}

function isFresh({ kind, atMs }: Suggestion, { clock }: FeedState): boolean {
  const within = FRESH_MS[kind];
  return within === undefined || atMs === null || (clock.sessionTimeMs ?? 0) - atMs <= within;
}

/** Whether a director would show a moment of this kind at this point of the session. */
function fits({ kind, set }: Suggestion, race: FeedState): boolean {
  const { session, clock } = race;
  if (session.type !== 'race') return !RACE_ALONE.has(kind);
  const isUnderWay = clock.phase !== null && clock.phase !== 'grid' && clock.phase !== 'formation';
  if (!isUnderWay) return kind === 'grid';
  if (INCIDENTS.has(kind)) return !hasFinished(race);
  const lap = clock.leaderLap ?? 0;
  const isNeutral = clock.flags.some((flag) => NEUTRAL_FLAGS.has(flag));
  if (kind === 'fastest-lap') return lap >= FASTEST_FROM_LAP && !isNeutral;
  if (!BATTLES.has(kind)) return true;
  const cars = typeof set.battle === 'object' ? (set.battle?.cars ?? []) : [];
  const areRacing = cars.every((car) => unpackRow(race.rows[car] ?? []).status === 'running');
  return lap >= BATTLES_FROM_LAP && !isNeutral && areRacing;
}
