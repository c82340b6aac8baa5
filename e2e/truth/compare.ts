import type { Entry, Lap, RaceEvent } from '@okboxbox/protocol';

/** What was timed of a race; times in s on the session clock, unless the name says ms. */
export interface Truth {
  readonly green: number;
  readonly laps: readonly TrueLap[];
  readonly pits: readonly TrueStop[];
  readonly changes: readonly { readonly car: number; readonly at: number; readonly to: string }[];
  readonly finish: readonly TrueFinish[];
}

interface TrueLap {
  readonly car: number;
  readonly lap: number;
  readonly endMs: number;
  readonly lapMs: number;
  readonly sectorsMs: readonly (number | null)[];
  readonly driver?: string;
  readonly inLap?: boolean | null;
  readonly outLap?: boolean | null;
}

interface TrueStop {
  readonly car: number;
  readonly tin: number;
  readonly tout: number | null;
  readonly laneMs: number | null;
  readonly boxMs: number | null;
}

interface TrueFinish {
  readonly car: number;
  readonly position: number;
  readonly laps: number;
  readonly totalMs: number | null;
  readonly bestMs: number | null;
  readonly finished: boolean;
  readonly status?: string;
}

/** What the engine found of the same race. */
export interface Found {
  readonly entries: readonly Entry[];
  readonly laps: readonly Lap[];
  readonly events: readonly RaceEvent[];
}

/** A crossing further off than this is another one, in ms; a change or a stop likewise, in s. */
const SAME_CROSSING_MS = 500;
const SAME_STOP_S = 3;

/** Laps begun at `from` or later, compared with the truth. `worst` figures are in ms. */
export function compareLaps(truth: Truth, found: Found, from = 0) {
  const wanted = truth.laps.filter(({ endMs, lapMs }) => endMs - lapMs >= from * 1000);
  const placeOf = placesAtLine(truth);
  const report = { laps: wanted.length, missing: 0, otherNumber: 0, worstLap: 0, worstSector: 0, withoutSectors: 0 };
  const wrong = { places: 0, drivers: 0, inOrOut: 0, invalid: 0 };
  for (const lap of wanted) {
    const own = found.laps.find(
      ({ car, crossedAtMs }) => car === lap.car && Math.abs(crossedAtMs - lap.endMs) < SAME_CROSSING_MS,
    );
    if (own === undefined || own.lapTimeMs === null) {
      report.missing += 1;
      continue;
    }
    if (own.lap !== lap.lap) report.otherNumber += 1;
    report.worstLap = Math.max(report.worstLap, Math.abs(own.lapTimeMs - lap.lapMs));
    const sectors = own.sectorsMs.map((sector, i) => [sector, lap.sectorsMs[i]]);
    // Where lap 1 begins for sectors is told differently by each timing.
    if (lap.lap > 1 && !lap.sectorsMs.includes(null)) {
      if (sectors.length === 0 || own.sectorsMs.includes(null)) report.withoutSectors += 1;
      else report.worstSector = Math.max(report.worstSector, ...sectors.map(([a, b]) => Math.abs((a ?? 0) - (b ?? 0))));
    }
    if (own.position !== null && own.position !== placeOf(lap)) wrong.places += 1;
    if (lap.driver !== undefined && own.driver !== lap.driver) wrong.drivers += 1;
    if (lap.inLap != null && own.inLap !== lap.inLap) wrong.inOrOut += 1;
    if (lap.outLap != null && own.outLap !== lap.outLap) wrong.inOrOut += 1;
    if (!own.valid) wrong.invalid += 1;
  }
  const invented = found.laps.filter(
    (own) =>
      !truth.laps.some(({ car, endMs }) => car === own.car && Math.abs(own.crossedAtMs - endMs) < SAME_CROSSING_MS),
  );
  return { ...report, invented: invented.length, wrong };
}

/** Stops and driver changes since `from`, compared with the truth. */
export function compareStops({ pits, changes }: Truth, { events }: Found, from = 0) {
  const wanted = pits.filter(({ tin }) => tin >= from);
  const told = (name: RaceEvent['name'], car: number, at: number) =>
    events.filter(
      (event) => event.name === name && event.car === car && Math.abs(event.sessionTime - at) < SAME_STOP_S,
    );
  const report = { stops: wanted.length, untold: 0, worstLane: 0, worstBox: 0 };
  for (const { car, tin, tout, laneMs, boxMs } of wanted) {
    if (told('pit.entered', car, tin).length !== 1) report.untold += 1;
    if (tout === null || laneMs === null) continue;
    const [left] = told('pit.left', car, tout);
    const detail = left?.detail as { laneMs: number; boxMs: number } | undefined;
    if (detail === undefined) report.untold += 1;
    report.worstLane = Math.max(report.worstLane, Math.abs((detail?.laneMs ?? 0) - laneMs));
    if (boxMs !== null) report.worstBox = Math.max(report.worstBox, Math.abs((detail?.boxMs ?? 0) - boxMs));
  }
  const entered = events.filter((event) => event.name === 'pit.entered').length;
  const later = changes.filter(({ at }) => at >= from);
  const missed = later.filter(({ car, at, to }) => {
    const changed = told('driver.changed', car, at);
    return changed.length !== 1 || changed[0]?.detail?.to !== to;
  });
  return { ...report, invented: entered - wanted.length, changes: later.length, changesMissed: missed.length };
}

/** The classification, compared with the official one; a disqualification is not in what the sim shows on the track. */
export function compareFinish({ finish }: Truth, { entries, events }: Found) {
  const official = finish.filter(({ status }) => status !== 'DQ').sort((a, b) => a.position - b.position);
  const entryOf = (car: number) => entries.find((entry) => entry.car === car);
  const placed = official.map(({ car }) => entryOf(car)?.position ?? null);
  const outOfOrder = placed.filter((place, i) => i > 0 && (place ?? 0) <= (placed[i - 1] ?? 0)).length;
  const finishers = official.filter(({ finished }) => finished);
  const [winner] = finishers;
  let [worstGap, wrongGaps] = [0, 0];
  for (const { car, laps, totalMs } of finishers.slice(1)) {
    const entry = entryOf(car);
    if (winner === undefined || winner.totalMs === null || totalMs === null) continue;
    if (laps < winner.laps) wrongGaps += entry?.gapLaps === winner.laps - laps ? 0 : 1;
    else if (entry?.gapMs == null) wrongGaps += 1;
    else worstGap = Math.max(worstGap, Math.abs(entry.gapMs - (totalMs - winner.totalMs)));
  }
  return {
    classified: official.length,
    outOfOrder,
    otherLaps: official.filter(({ car, laps }) => (entryOf(car)?.lapsCompleted ?? 0) !== laps).length,
    notFinished: finishers.filter(({ car }) => entryOf(car)?.status !== 'finished').length,
    finishedEvents: events.filter(({ name }) => name === 'finished').length - finishers.length,
    worstGap,
    wrongGaps,
    otherBests: official.filter(
      ({ car, bestMs }) => bestMs !== null && Math.abs((entryOf(car)?.bestLapMs ?? 0) - bestMs) > 2,
    ).length,
  };
}

/** The place in which each lap was completed; cars within 2 ms of each other have either's. */
function placesAtLine({ laps }: Truth): (lap: TrueLap) => number {
  const places = new Map<TrueLap, number>();
  for (const number of new Set(laps.map(({ lap }) => lap))) {
    const same = laps.filter(({ lap }) => lap === number).sort((a, b) => a.endMs - b.endMs);
    for (const [i, lap] of same.entries()) places.set(lap, i + 1);
  }
  return (lap) => places.get(lap) as number;
}
