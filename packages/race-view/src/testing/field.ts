import {
  type EntryFigures,
  type FeedEvent,
  type FeedState,
  NO_TOPICS,
  NOTHING_CUED,
  packRow,
  UNKNOWN_FIGURES,
} from '@okboxbox/protocol';

const BLANK: EntryFigures = {
  ...UNKNOWN_FIGURES,
  pitStops: 0,
  driveThroughs: 0,
  provenance: {
    position: 'measured',
    gap: 'measured',
    interval: 'measured',
    lastLap: 'measured',
    bestLap: 'measured',
    sectors: 'measured',
  },
};

/** A car of a made-up field: what differs from a car that nothing is known of but its place. */
export interface FieldCar extends Partial<EntryFigures> {
  readonly class?: string;
  readonly officialStatus?: string;
}

/** A race with these cars at positions 1, 2, …; car 0 has the number 10, car 1 the number 11, and so on. */
export function fieldOf(cars: readonly FieldCar[], over: Partial<FeedState> = {}): FeedState {
  return {
    session: {
      sessionId: 'sess_1',
      show: 'cup',
      status: 'live',
      sim: 'iracing',
      type: 'race',
      track: 'Monza',
      trackConfig: null,
      sectorStarts: [],
      limitLaps: 18,
      limitTimeS: null,
      classes: [],
      positionsDerived: false,
      startedAt: 0,
    },
    clock: {
      sessionTimeMs: 600_000,
      phase: 'racing',
      flags: ['green'],
      remainingMs: null,
      remainingLaps: null,
      leaderLap: 7,
    },
    entries: cars.map((each, car) => ({
      car,
      carNumber: String(car + 10),
      name: `Driver ${car + 10}`,
      teamName: null,
      driver: null,
      class: each.class ?? null,
      carModel: null,
      crew: [],
      officialStatus: each.officialStatus ?? null,
    })),
    rows: Object.fromEntries(
      cars.map(({ class: _, officialStatus: __, ...figures }, car) => [
        car,
        packRow({ ...BLANK, position: car + 1, classPosition: car + 1, ...figures }),
      ]),
    ),
    events: [],
    onAir: NOTHING_CUED,
    topics: NO_TOPICS,
    ...over,
  };
}

/** A race event, now unless it says otherwise. */
export function eventOf(id: number, name: FeedEvent['name'], over: Partial<FeedEvent> = {}): FeedEvent {
  return {
    id,
    name,
    sessionTimeMs: 600_000,
    lap: 7,
    car: null,
    otherCar: null,
    ms: null,
    count: null,
    to: null,
    ...over,
  };
}
