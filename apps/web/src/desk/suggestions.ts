import {
  type EntryFigures,
  type FeedEvent,
  type FeedState,
  MAX_BATTLE_CARS,
  type SlotsSet,
  unpackRow,
} from '@okboxbox/protocol';
import { carName, carTag, gap, lapTime } from '@okboxbox/race-view';

/** Something that may be worth putting on air now, made of the real-time race. */
export interface Suggestion {
  /** The same for as long as it is the same moment. */
  readonly id: string;
  readonly kind: 'incident' | 'leader-pits' | 'fastest-lap' | 'battle' | 'closing';
  readonly words: string;
  readonly set: SlotsSet;
  readonly forMs: number;
}

/** Events are suggested for this long on the session's clock, in ms. */
const RECENT_MS = 90_000;
/** A car this close and catching so much in a lap will soon be in a battle, in ms. */
const CLOSING_WITHIN_MS = 2_500;
const CLOSING_BY_MS = -200;
const BATTLE_FOR_MS = 20_000;
const MESSAGE_FOR_MS = 10_000;

const INCIDENTS: Partial<Record<FeedEvent['name'], string>> = {
  stopped: 'has stopped on the track',
  'off.track': 'is off the track',
  towed: 'is towed to the pits',
  retired: 'has retired',
};

/** What is worth showing, most urgent first. */
export function suggestionsOf(race: FeedState): readonly Suggestion[] {
  const order = carsInOrder(race);
  return [...eventSuggestions(race), ...battleSuggestions(race, order), ...closingSuggestions(race, order)];
}

interface Placed {
  readonly car: number;
  readonly figures: EntryFigures;
}

function carsInOrder({ rows }: FeedState): readonly Placed[] {
  return Object.entries(rows)
    .map(([car, row]) => ({ car: Number(car), figures: unpackRow(row) }))
    .filter(({ figures }) => figures.position !== null)
    .sort((a, b) => (a.figures.position ?? 0) - (b.figures.position ?? 0));
}

const URGENCY: readonly Suggestion['kind'][] = ['incident', 'leader-pits', 'fastest-lap'];

function eventSuggestions(race: FeedState): readonly Suggestion[] {
  const now = race.clock.sessionTimeMs ?? 0;
  const recent = race.events.filter(({ sessionTimeMs }) => now - sessionTimeMs <= RECENT_MS).reverse();
  const made = recent.flatMap((event): Suggestion[] => {
    const { car } = event;
    if (car === null) return [];
    const tag = carTag(race, car);
    const name = carName(race, car);
    const incident = INCIDENTS[event.name];
    if (incident !== undefined) {
      const set = { driver: { car }, battle: null };
      return [{ id: `incident ${car}`, kind: 'incident', words: `${name} ${incident}`, set, forMs: BATTLE_FOR_MS }];
    }
    if (event.name === 'best.session') {
      const text = `${name} ${lapTime(event.ms)}`;
      const set = { message: { title: 'Fastest lap', text }, driver: { car } };
      return [
        { id: `fastest ${event.id}`, kind: 'fastest-lap', words: `Fastest lap: ${text}`, set, forMs: MESSAGE_FOR_MS },
      ];
    }
    if (event.name === 'pit.entered' && wasLeader(race, event)) {
      const set = { message: { title: 'Pit stop', text: `${name} comes in from the lead` }, driver: { car } };
      const words = `The leader pits: ${tag} ${name.slice(tag.length + 1)}`;
      return [{ id: `pits ${event.id}`, kind: 'leader-pits', words, set, forMs: MESSAGE_FOR_MS }];
    }
    return [];
  });
  const isFirst = (each: Suggestion, i: number) =>
    made.findIndex((other) => (each.kind === 'fastest-lap' ? other.kind === each.kind : other.id === each.id)) === i;
  return made.filter(isFirst).sort((a, b) => URGENCY.indexOf(a.kind) - URGENCY.indexOf(b.kind));
}

/** Whether a car led when it came into the pits: it still does, or lost the lead since. */
function wasLeader(race: FeedState, event: FeedEvent): boolean {
  const row = race.rows[event.car ?? -1];
  const leads = row !== undefined && unpackRow(row).position === 1;
  const after = race.events.find((each) => each.name === 'lead.changed' && each.id > event.id);
  return after === undefined ? leads : after.otherCar === event.car;
}

/** Battles that the timing engine sees, of measured intervals only; the closest first. */
function battleSuggestions(race: FeedState, order: readonly Placed[]): readonly Suggestion[] {
  const battles = new Map<number, Placed[]>();
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
      const closestMs = Math.min(...measured.map(({ figures }) => figures.intervalMs ?? Number.POSITIVE_INFINITY));
      const all = [head, ...behind].map(({ car }) => car);
      const names = all.length === 2 ? all.map((car) => carName(race, car)) : all.map((car) => carTag(race, car));
      const words = `Battle for P${head.figures.position}: ${names.join(', ')} · ${gap(closestMs, null)}`;
      const set = { battle: { cars: all }, driver: null };
      return [{ id: `battle ${head.car}`, kind: 'battle', words, set, forMs: BATTLE_FOR_MS, closestMs }];
    })
    .sort((a, b) => a.closestMs - b.closestMs)
    .map(({ closestMs: _, ...suggestion }) => suggestion);
}

/** Cars that come closer to the one ahead and are not in a battle yet. */
function closingSuggestions(race: FeedState, order: readonly Placed[]): readonly Suggestion[] {
  return order.flatMap((placed, i): Suggestion[] => {
    const ahead = order[i - 1];
    const { figures, car } = placed;
    const { intervalMs, trendMs } = figures;
    if (ahead === undefined || figures.inPit || ahead.figures.inPit || figures.battle !== null) return [];
    if (!isMeasured(figures) || intervalMs === null || intervalMs > CLOSING_WITHIN_MS) return [];
    if (trendMs === null || trendMs > CLOSING_BY_MS) return [];
    const words = `${carName(race, car)} closes on ${carTag(race, ahead.car)} · ${gap(intervalMs, null)}, ${(-trendMs / 1000).toFixed(1)} s a lap`;
    const set = { battle: { cars: [ahead.car, car] }, driver: null };
    return [{ id: `closing ${car}`, kind: 'closing', words, set, forMs: BATTLE_FOR_MS }];
  });
}

function isMeasured({ provenance, intervalMs }: EntryFigures): boolean {
  return intervalMs !== null && provenance.interval === 'measured';
}
