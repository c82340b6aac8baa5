import { type EntryFigures, type FeedState, MAX_BATTLE_CARS } from '@okboxbox/protocol';
import { gap } from './format.js';
import { carName, carTag } from './names.js';
import type { PlacedCar, Suggestion } from './suggestion.js';

/** A car this close and catching so much in a lap will soon be in a battle, in ms. */
const CLOSING_WITHIN_MS = 2_500;
const CLOSING_BY_MS = -200;
const BATTLE_FOR_MS = 20_000;

/**
 * Battles that the timing engine sees, of measured intervals only: those for the lead of the race or of a class first, and
 * the closest first among others.
 */
export function battleSuggestions(race: FeedState, order: readonly PlacedCar[]): readonly Suggestion[] {
  const battles = new Map<number, PlacedCar[]>();
  for (const placed of order) {
    const { battle } = placed.figures;
    if (battle === null || placed.figures.inPit) continue;
    battles.set(battle, [...(battles.get(battle) ?? []), placed]);
  }
  return [...battles.values()]
    .flatMap((cars): (Suggestion & { readonly closestMs: number })[] => {
      const [head, ...behind] = cars.slice(0, MAX_BATTLE_CARS);
      const measured = behind.filter(({ figures }) => isMeasured(figures));
      if (head === undefined || measured.length === 0 || measured.length < behind.length) return [];
      const closestMs = Math.min(...measured.map(({ figures }) => betweenMs(figures) ?? Number.POSITIVE_INFINITY));
      const all = [head, ...behind].map(({ car }) => car);
      const names = all.length === 2 ? all.map((car) => carName(race, car)) : all.map((car) => carTag(race, car));
      const isForLead = (head.figures.classPosition ?? head.figures.position) === 1;
      const words = `Battle for ${stake(race, head)}: ${names.join(', ')} · ${gap(closestMs, null)}`;
      const set = { battle: { cars: all }, driver: null };
      const kind = isForLead ? 'lead-battle' : 'battle';
      return [{ id: `battle ${head.car}`, kind, words, set, forMs: BATTLE_FOR_MS, atMs: null, closestMs }];
    })
    .sort((a, b) => Number(b.kind === 'lead-battle') - Number(a.kind === 'lead-battle') || a.closestMs - b.closestMs)
    .map(({ closestMs: _, ...suggestion }) => suggestion);
}

/** What the car at the head of a battle defends: `the lead`, `P4`, `the lead of GT3`, `P2 in GT3`. */
function stake({ session, entries }: FeedState, { car, figures }: PlacedCar): string {
  const classId = entries.find((entry) => entry.car === car)?.class;
  const ofClass = session.classes.length > 1 ? session.classes.find(({ id }) => id === classId) : undefined;
  const isOverall = ofClass === undefined || figures.position === 1 || figures.classPosition === null;
  const place = isOverall ? figures.position : figures.classPosition;
  if (place === 1) return isOverall ? 'the lead' : `the lead of ${ofClass.name}`;
  return isOverall ? `P${place}` : `P${place} in ${ofClass.name}`;
}

/** Cars that come closer to the one ahead and are not in a battle yet. */
export function closingSuggestions(race: FeedState, order: readonly PlacedCar[]): readonly Suggestion[] {
  return order.flatMap((placed, i): Suggestion[] => {
    const ahead = order[i - 1];
    const { figures, car } = placed;
    const { intervalMs, trendMs } = figures;
    if (ahead === undefined || figures.inPit || ahead.figures.inPit || figures.battle !== null) return [];
    if (!isMeasured(figures) || intervalMs === null || intervalMs > CLOSING_WITHIN_MS) return [];
    if (trendMs === null || trendMs > CLOSING_BY_MS) return [];
    const words = `${carName(race, car)} closes on ${carTag(race, ahead.car)} · ${gap(intervalMs, null)}, ${(-trendMs / 1000).toFixed(1)} s a lap`;
    const set = { battle: { cars: [ahead.car, car] }, driver: null };
    return [{ id: `closing ${car}`, kind: 'closing', words, set, forMs: BATTLE_FOR_MS, atMs: null }];
  });
}

/** To the car ahead in class, which is the one that it fights. */
function betweenMs({ classIntervalMs, intervalMs }: EntryFigures): number | null {
  return classIntervalMs ?? intervalMs;
}

function isMeasured(figures: EntryFigures): boolean {
  return betweenMs(figures) !== null && figures.provenance.interval === 'measured';
}
