import { type EntryFigures, type EntryInfo, type FeedState, packRow } from '@okboxbox/protocol';
import type { FeedStore } from '../feed/feed-store.js';

/** A small made-up race, to set an overlay up without a server. */

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
  officialStatus: null,
}));
const SECOND = 1_000;
/** Two cars change places so often. */
const OVERTAKE_EVERY = 4;
const LAP_SECONDS = 90;

/** The state so many seconds into the made-up race; the same for the same second. */
export function demoState(second: number): FeedState {
  const order = ENTRIES.map(({ car }) => car);
  for (let past = OVERTAKE_EVERY; past <= second; past += OVERTAKE_EVERY) {
    const at = 1 + ((past * 7) % (order.length - 1));
    const [ahead, behind] = [order[at - 1] ?? 0, order[at] ?? 0];
    order[at - 1] = behind;
    order[at] = ahead;
  }
  let gapMs = 0;
  const rows = Object.fromEntries(
    order.map((car, i) => {
      const intervalMs = i === 0 ? 0 : 600 + ((car * 977 + second * 53) % 2_400);
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
    onAir: {
      scene: null,
      tower: { until: null },
      driver: second % 40 >= 20 ? { car: 4, until: null } : null,
      battle: second % 40 < 12 ? { cars: [order[2] ?? 2, order[3] ?? 3], until: null } : null,
      message: null,
      flag: null,
      results: null,
    },
  };
}

/** Lets the made-up race run in a store. */
export function runDemo(store: FeedStore): void {
  let second = 0;
  const tick = () => {
    const now = Date.now();
    store.begin('demo', second, now, demoState(second), now);
    second += 1;
  };
  store.connect({ state: 'live' });
  tick();
  setInterval(tick, SECOND);
}

function figures(position: number, gapMs: number, intervalMs: number, inPit: boolean): EntryFigures {
  const isFirst = position === 1;
  return {
    position,
    classPosition: position,
    status: inPit ? 'pit' : 'running',
    lap: null,
    lapsCompleted: null,
    progress: null,
    gapMs: isFirst ? null : gapMs,
    gapLaps: null,
    intervalMs: isFirst ? null : intervalMs,
    intervalLaps: null,
    classGapMs: isFirst ? null : gapMs,
    classGapLaps: null,
    classIntervalMs: isFirst ? null : intervalMs,
    classIntervalLaps: null,
    lastLapMs: null,
    bestLapMs: null,
    lastLapMark: 'none',
    bestLapMark: 'none',
    sectorsMs: [],
    pitStops: 0,
    driveThroughs: 0,
    stintLaps: null,
    inPit,
    trendMs: null,
    battle: null,
    provenance: { position: null, gap: null, interval: null, lastLap: null, bestLap: null, sectors: null },
  };
}
