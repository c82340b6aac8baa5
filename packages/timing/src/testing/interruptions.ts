import type { SessionPhase } from '@okboxbox/protocol';
import { positionAt, reachedAt, type Way } from './way.js';

/** What interrupts a race: a red flag under which all stand and then roll on, or a caution that bunches the field. */
export interface Interruption {
  readonly kind: 'red' | 'caution';
  /** When it begins, in s from green. */
  readonly from: number;
  /** For how long the field stands under a red flag, and then rolls to the restart, in s. */
  readonly standS: number;
  readonly rollS: number;
  /** What the sim's phase does under a red flag. */
  readonly phases: 'back' | 'kept';
}

/** A caution takes this long, in s; behind the pace car the leader drives at this share of its speed. */
const CAUTION_S = 60;
const PACE_SHARE = 0.3;
/** How far cars are apart in the bunched field, in laps. */
const BUNCHED = 0.004;

/** When an interruption is over, in s from green. */
export function endOf({ kind, from, standS, rollS }: Interruption): number {
  return from + (kind === 'caution' ? CAUTION_S : standS + rollS);
}

/** What a session shows at a time in its race, apart from the chequered flag. */
export function shownAt(
  interruptions: readonly Interruption[],
  time: number,
): { readonly state: SessionPhase; readonly flags: string[] } {
  const now = interruptions.find((each) => time >= each.from && time < endOf(each));
  if (now === undefined) return { state: 'racing', flags: ['green'] };
  if (now.kind === 'caution') return { state: 'racing', flags: ['caution'] };
  if (now.phases === 'kept') return { state: 'racing', flags: ['red'] };
  return time < now.from + now.standS ? { state: 'grid', flags: ['red'] } : { state: 'formation', flags: ['green'] };
}

/** How a car's own time, by which its way is planned, goes with that of the session: by these pairs, and evenly between. */
export class OwnClock {
  readonly #pairs: [session: number, own: number][] = [[-1e4, -1e4]];

  /** From a time of the session on, the car needs `seconds` for what it would have done until `own`. */
  interrupt(from: number, seconds: number, own: number): void {
    this.#pairs.push([from, this.own(from)], [from + seconds, own]);
  }

  /** The car's own time at a time of the session. */
  own(time: number): number {
    return mapped(this.#pairs, time, 0);
  }

  /** The first time of the session at which the car's own time was so late. */
  session(own: number): number {
    return mapped(this.#pairs, own, 1);
  }

  /** When the speed of the car changes at once, in session time. */
  get changes(): readonly number[] {
    return this.#pairs.map(([session]) => session);
  }
}

function mapped(pairs: readonly (readonly [number, number])[], value: number, by: 0 | 1): number {
  const to = by === 0 ? 1 : 0;
  const next = pairs.findIndex((pair) => pair[by] >= value);
  const before = pairs[next < 0 ? pairs.length - 1 : Math.max(0, next - 1)] as readonly [number, number];
  const after = next < 0 ? undefined : pairs[next];
  if (after === undefined || after[by] === before[by]) return before[to] + value - before[by];
  return before[to] + ((value - before[by]) / (after[by] - before[by])) * (after[to] - before[to]);
}

/** The clocks of all cars of a race with these interruptions, which follow one another. */
export function clocksOf(ways: readonly Way[], interruptions: readonly Interruption[]): OwnClock[] {
  const clocks = ways.map(() => new OwnClock());
  for (const interruption of interruptions) {
    if (interruption.kind === 'caution') bunch(ways, clocks, interruption.from);
    else for (const clock of clocks) stand(clock, interruption);
  }
  return clocks;
}

function stand(clock: OwnClock, { from, standS, rollS }: Interruption): void {
  const own = clock.own(from);
  clock.interrupt(from, standS, own);
  clock.interrupt(from + standS, rollS, own + PACE_SHARE * rollS);
}

/** Every car closes up to the one ahead of it on the track, on its own lap. */
function bunch(ways: readonly Way[], clocks: readonly OwnClock[], from: number): void {
  const places = ways.map((way, car) => positionAt(way, (clocks[car] as OwnClock).own(from)));
  const lead = Math.max(...places);
  const behind = (car: number) => lead - (places[car] as number);
  const row = [...places.keys()].sort((a, b) => (behind(a) % 1) - (behind(b) % 1));
  row.forEach((car, place) => {
    const target = lead + (CAUTION_S * PACE_SHARE) / 20 - Math.floor(behind(car)) - place * BUNCHED;
    (clocks[car] as OwnClock).interrupt(from, CAUTION_S, reachedAt(ways[car] as Way, target));
  });
}
