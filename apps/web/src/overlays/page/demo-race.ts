import {
  type EntryFigures,
  type EntryInfo,
  type FeedState,
  NO_TOPICS,
  type OnAir,
  PLAIN_SLOTS,
  type PlainSlot,
  packRow,
  type Slot,
  UNKNOWN_FIGURES,
} from '@okboxbox/protocol';
import type { FeedStore } from '../../feed/feed-store.js';

/** A demo race, to set an overlay up without a server. */

const FIELD: readonly (readonly [carNumber: string, name: string])[] = [
  ['4', 'A. Lindqvist'],
  ['11', 'T. Okafor'],
  ['16', 'M. Castellanos-Rivera'],
  ['22', 'J. Brandt'],
  ['7', 'S. Moreau'],
  ['63', 'K. Tanaka'],
  ['81', 'R. van der Meer'],
  ['5', 'L. Novak'],
  ['44', 'D. Silva'],
  ['27', 'P. Haugen'],
  ['18', 'E. Rossi'],
  ['90', 'C. Whitfield'],
  ['33', 'N. Kowalczyk'],
  ['14', 'B. Aydin'],
  ['77', 'V. Laine'],
  ['10', 'F. Duarte'],
  ['31', 'O. Petrenko'],
  ['23', 'H. Nguyen'],
  ['2', 'G. Fischer'],
  ['99', 'W. Adeyemi'],
];
const ENTRIES: readonly EntryInfo[] = FIELD.map(([carNumber, name], car) => ({
  car,
  carNumber,
  name,
  teamName: null,
  driver: null,
  class: null,
  carModel: null,
  crew: [],
  officialStatus: null,
}));
const SECOND = 1_000;
/** Two cars change places this often, in seconds. */
const OVERTAKE_EVERY = 4;
const LAP_SECONDS = 90;

/** The state of the demo race that a seed makes, `second` seconds after its start; the slot of the overlay is on air. */
export function demoState(second: number, seed: number, slot: Slot | null): FeedState {
  const order = ENTRIES.map(({ car }) => car);
  for (let past = OVERTAKE_EVERY; past <= second; past += OVERTAKE_EVERY) {
    const at = 1 + ((past * 7 + seed) % (order.length - 1));
    const [ahead, behind] = [order[at - 1] ?? 0, order[at] ?? 0];
    order[at - 1] = behind;
    order[at] = ahead;
  }
  let gapMs = 0;
  const rows = Object.fromEntries(
    order.map((car, i) => {
      const intervalMs = i === 0 ? 0 : 600 + ((car * 977 + second * 53 + seed * 131) % 2_400);
      gapMs += intervalMs;
      return [car, packRow(figures(i + 1, gapMs, intervalMs, (car * 31 + second) % 97 < 3))];
    }),
  );
  const leaderLap = 1 + Math.floor(second / LAP_SECONDS);
  return {
    session: {
      sessionId: 'demo',
      show: 'demo',
      status: 'live',
      sim: 'demo',
      type: 'race',
      track: 'Monza',
      trackConfig: null,
      sectorStarts: [],
      limitLaps: 30,
      limitTimeS: null,
      classes: [],
      positionsDerived: false,
      startedAt: 0,
    },
    clock: {
      sessionTimeMs: second * SECOND,
      phase: 'racing',
      flags: ['green'],
      remainingMs: null,
      remainingLaps: null,
      leaderLap,
    },
    entries: ENTRIES,
    rows,
    events: [],
    topics: NO_TOPICS,
    onAir: onAirOf(second, order, slot),
  };
}

/** What is cued: the tower, now and then a driver and a battle, and always something in the overlay's own slot. */
function onAirOf(second: number, order: readonly number[], slot: Slot | null): OnAir {
  const until = null;
  const isOn = (each: Slot, now: boolean) => now || each === slot;
  const plain = PLAIN_SLOTS.map((each) => [each, each === 'tower' || each === slot ? { until } : null]);
  return {
    ...(Object.fromEntries(plain) as Pick<OnAir, PlainSlot>),
    scene: null,
    driver: isOn('driver', second % 40 >= 20) ? { car: 4, until } : null,
    battle: isOn('battle', second % 40 < 12) ? { cars: [order[2] ?? 2, order[3] ?? 3], until } : null,
    message: slot === 'message' ? { title: 'Race control', text: 'Track limits at turn 4 are monitored', until } : null,
    flag: slot === 'flag' ? { flag: 'yellow', until } : null,
    results: slot === 'results' ? { of: 'classification', until } : null,
  };
}

/** Lets the demo race of a seed run in a store. */
export function runDemo(store: FeedStore, seed: number, slot: Slot | null): void {
  let second = 0;
  const tick = () => {
    const now = Date.now();
    store.begin('demo', second, now, demoState(second, seed, slot), now);
    second += 1;
  };
  store.connect({ state: 'live' });
  tick();
  setInterval(tick, SECOND);
}

function figures(position: number, gapMs: number, intervalMs: number, inPit: boolean): EntryFigures {
  const isFirst = position === 1;
  return {
    ...UNKNOWN_FIGURES,
    position,
    classPosition: position,
    status: inPit ? 'pit' : 'running',
    inPit,
    gapMs: isFirst ? null : gapMs,
    intervalMs: isFirst ? null : intervalMs,
    classGapMs: isFirst ? null : gapMs,
    classIntervalMs: isFirst ? null : intervalMs,
    pitStops: 0,
    driveThroughs: 0,
  };
}
