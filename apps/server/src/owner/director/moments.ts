import { MAX_BEHIND_MS, type Moment, type RaceEvent } from '@okboxbox/protocol';
import type { TimingState } from '@okboxbox/timing';

/** Events that can be seen on a stream. */
const VISIBLE: ReadonlySet<RaceEvent['name']> = new Set([
  'phase.changed',
  'flag.changed',
  'lead.changed',
  'overtake',
  'best.session',
  'pit.entered',
  'pit.left',
  'off.track',
  'stopped',
  'finished',
]);
/** Most moments of a list. */
const MAX_MOMENTS = 40;

/**
 * What was seen lately and can be matched with the stream's picture, newest first: race events, and one car's crossings
 * of the line. `instantOf` says when an instant of the sim's clock, in ms, was on the server's.
 */
export function momentsOf(
  timing: TimingState,
  car: number | undefined,
  instantOf: (sessionTimeMs: number) => number | null,
  now: number,
): Moment[] {
  const moments: Moment[] = [];
  const add = (sessionTimeMs: number, moment: Omit<Moment, 'at'>) => {
    const at = instantOf(sessionTimeMs);
    if (at === null || at < now - MAX_BEHIND_MS || moments.length >= MAX_MOMENTS) return false;
    moments.push({ ...moment, at: Math.round(at) });
    return true;
  };
  for (let i = timing.laps.length - 1; car !== undefined && i >= 0; i--) {
    const lap = timing.laps[i];
    if (lap?.car !== car) continue;
    const crossing = { id: `crossing:${car}:${lap.lap}`, name: 'crossing' as const, lap: lap.lap, car };
    if (!add(lap.crossedAtMs, { ...crossing, otherCar: null, to: null })) break;
  }
  for (let i = timing.events.length - 1, old = 0; i >= 0 && old < 10; i--) {
    const event = timing.events[i] as RaceEvent;
    if (!VISIBLE.has(event.name)) continue;
    const to = event.detail?.to;
    const isRecent = add(event.sessionTime * 1000, {
      id: `event:${event.id}`,
      name: event.name,
      lap: event.lap,
      car: event.car ?? null,
      otherCar: event.otherCar ?? null,
      to: Array.isArray(to) ? to.join(', ') : typeof to === 'string' ? to : null,
    });
    // Events stand in the order they were found; one found late may be followed by older ones.
    if (!isRecent) old += 1;
  }
  return moments.sort((a, b) => b.at - a.at);
}
