import { type FeedEvent, type FeedState, MOMENT_KINDS, unpackRow } from '@okboxbox/protocol';
import { battleSuggestions, closingSuggestions } from './battle-suggestions.js';
import { hasFinished } from './finished.js';
import { lapTime } from './format.js';
import { carName, carTag } from './names.js';
import { type PlacedCar, placedCars, type Suggestion } from './suggestion.js';

/** Events are suggested for this long on the session's clock, in ms. */
export const RECENT_MS = 90_000;
const INCIDENT_FOR_MS = 20_000;
const MESSAGE_FOR_MS = 10_000;
const FLAG_FOR_MS = 8_000;
const FINISH_FOR_MS = 12_000;
const BOARD_FOR_MS = 30_000;
/** Cars that must have finished before the results are worth showing; all of them, where there are fewer. */
const FINISHED_FOR_RESULTS = 3;

const INCIDENTS: Partial<Record<FeedEvent['name'], string>> = {
  stopped: 'has stopped on the track',
  'off.track': 'is off the track',
  towed: 'is towed to the pits',
  retired: 'has retired',
};

/** What is worth showing, in the order of `MOMENT_KINDS`. */
export function suggestionsOf(race: FeedState): readonly Suggestion[] {
  const order = placedCars(race);
  const made = [
    ...finishSuggestions(race, order),
    ...startSuggestions(race, order),
    ...eventSuggestions(race),
    ...battleSuggestions(race, order),
    ...closingSuggestions(race, order),
  ];
  return made.sort((a, b) => MOMENT_KINDS.indexOf(a.kind) - MOMENT_KINDS.indexOf(b.kind));
}

/** Events of the last while, newest first. */
function recentEvents({ clock, events }: FeedState): readonly FeedEvent[] {
  const now = clock.sessionTimeMs ?? 0;
  return events.filter(({ sessionTimeMs }) => now - sessionTimeMs <= RECENT_MS).reverse();
}

/** The grid while the cars stand on it or form up, and the start itself. */
function startSuggestions(race: FeedState, order: readonly PlacedCar[]): readonly Suggestion[] {
  const { session, clock } = race;
  if (session.type !== 'race') return [];
  if (clock.phase === 'grid' || clock.phase === 'formation') {
    if (order.length === 0) return [];
    const set = { results: { of: 'grid' }, driver: null, battle: null } as const;
    return [{ id: 'grid', kind: 'grid', words: 'Starting grid', set, forMs: BOARD_FOR_MS, atMs: null }];
  }
  const started = recentEvents(race).find(({ name, to }) => name === 'phase.changed' && to === 'racing');
  if (clock.phase !== 'racing' || started === undefined) return [];
  const set = { flag: { flag: 'green' }, results: null, driver: null, battle: null } as const;
  const { id, sessionTimeMs: atMs } = started;
  return [{ id: `start ${id}`, kind: 'start', words: 'The race starts', set, forMs: FLAG_FOR_MS, atMs }];
}

/** The chequered flag with who has won, and the results once the first cars are in. */
function finishSuggestions(race: FeedState, order: readonly PlacedCar[]): readonly Suggestion[] {
  if (!hasFinished(race)) return [];
  const made: Suggestion[] = [];
  const events = recentEvents(race);
  const winner = race.session.type === 'race' ? order[0] : undefined;
  const isIn = winner?.figures.status === 'finished';
  const ended = isIn
    ? events.find(({ name, car }) => name === 'finished' && car === winner.car)
    : events.find(({ name, to }) => name === 'phase.changed' && to === 'checkered');
  if (ended !== undefined && (isIn || race.session.type !== 'race')) {
    const set = { flag: { flag: 'checkered' }, battle: null, driver: isIn ? { car: winner.car } : null } as const;
    const words = isIn ? `Finish: ${carName(race, winner.car)}` : 'Chequered flag';
    made.push({ id: 'finish', kind: 'finish', words, set, forMs: FINISH_FOR_MS, atMs: ended.sessionTimeMs });
  }
  const finished = order.filter(({ figures }) => figures.status === 'finished').length;
  if (race.clock.phase === 'cooldown' || finished >= Math.min(FINISHED_FOR_RESULTS, Math.max(1, order.length))) {
    const set = { results: { of: 'classification' }, flag: null, driver: null, battle: null } as const;
    made.push({ id: 'results', kind: 'results', words: 'Results', set, forMs: BOARD_FOR_MS, atMs: null });
  }
  return made;
}

function eventSuggestions(race: FeedState): readonly Suggestion[] {
  const made = recentEvents(race).flatMap((event): Suggestion[] => {
    const { car, sessionTimeMs: atMs } = event;
    if (car === null) return [];
    const tag = carTag(race, car);
    const name = carName(race, car);
    const incident = INCIDENTS[event.name];
    if (incident !== undefined) {
      const set = { driver: { car }, battle: null };
      const kind = event.name === 'off.track' ? 'off-track' : 'incident';
      return [{ id: `incident ${car}`, kind, words: `${name} ${incident}`, set, forMs: INCIDENT_FOR_MS, atMs }];
    }
    if (event.name === 'best.session') {
      const text = `${name} ${lapTime(event.ms)}`;
      const set = { message: { title: 'Fastest lap', text }, driver: { car } };
      const words = `Fastest lap: ${text}`;
      return [{ id: `fastest ${event.id}`, kind: 'fastest-lap', words, set, forMs: MESSAGE_FOR_MS, atMs }];
    }
    const ofClass = event.name === 'pit.entered' ? leadOf(race, event) : null;
    if (ofClass !== null) {
      const set = { message: { title: 'Pit stop', text: `${name} comes in from the lead${ofClass}` }, driver: { car } };
      const words = `The leader${ofClass} pits: ${tag} ${name.slice(tag.length + 1)}`;
      return [{ id: `pits ${event.id}`, kind: 'leader-pits', words, set, forMs: MESSAGE_FOR_MS, atMs }];
    }
    return [];
  });
  const isFirst = (each: Suggestion, i: number) =>
    made.findIndex((other) => (each.kind === 'fastest-lap' ? other.kind === each.kind : other.id === each.id)) === i;
  return made.filter(isFirst);
}

/**
 * What a car led when it came into the pits, as words behind "the lead": the race, or its class where there are several,
 * for as long as it still leads that; `null` where it led nothing.
 */
function leadOf(race: FeedState, event: FeedEvent): string | null {
  if (wasLeader(race, event)) return '';
  const { classes } = race.session;
  const row = race.rows[event.car ?? -1];
  if (classes.length < 2 || row === undefined || unpackRow(row).classPosition !== 1) return null;
  const classId = race.entries.find(({ car }) => car === event.car)?.class;
  const ofClass = classes.find(({ id }) => id === classId);
  return ofClass === undefined ? null : ` of ${ofClass.name}`;
}

/** Whether a car led when it came into the pits: it still does, or lost the lead since. */
function wasLeader(race: FeedState, event: FeedEvent): boolean {
  const row = race.rows[event.car ?? -1];
  const leads = row !== undefined && unpackRow(row).position === 1;
  const after = race.events.find((each) => each.name === 'lead.changed' && each.id > event.id);
  return after === undefined ? leads : after.otherCar === event.car;
}
