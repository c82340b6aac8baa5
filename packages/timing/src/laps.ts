import { visibleText } from '@okboxbox/protocol';
import { takeBestLap } from './bests.js';
import type { CarState } from './car-state.js';
import { takeLapEnd } from './flag.js';
import { clearHistory } from './history.js';
import { areLapsKnown, isPlaceKnown } from './joining.js';
import { type Crossing, START_LINE } from './motion.js';
import { isImpossible, keepClean } from './possible.js';
import { keepReference } from './reference.js';
import { isBeforeStart, type TimingState } from './state.js';
import { countsAsBest } from './verdicts.js';

/** Takes a crossing: ends and begins laps and sectors. Crossings come in order of time. */
export function takeCrossing(state: TimingState, crossing: Crossing): void {
  const { car } = crossing;
  if (isBeforeStart(state)) return;
  if (crossing.sector === START_LINE) {
    restartLap(state, crossing);
    return;
  }
  if (crossing.sector > 0) {
    car.sectorBegins[crossing.sector] = crossing.how === 'measured' ? crossing.at : null;
    return;
  }
  if (car.finish) return;
  if (crossing.lap >= 1 && isNoLap(state, crossing)) {
    goOn(car);
    return;
  }
  if (crossing.lap >= 1) endLap(state, crossing);
  beginLap(state, crossing);
}

function beginLap(state: TimingState, { car, lap, at, how }: Crossing): void {
  const isRace = state.session?.type === 'race';
  if (lap < 1 && isRace) {
    // The first time over the line begins nothing that counts: lap 1 runs from green.
    if (car.lapBegin === null && state.greenAt !== null) car.lapBegin = { from: 'green', at: state.greenAt };
    return;
  }
  car.lapBegin = how === 'moved' ? null : { from: 'line', at };
  car.lapFrom = lap;
  car.lapInPit = car.onPitRoad;
  car.lapBroken = how !== 'measured';
  car.lapEstimated = how === 'estimated';
  car.sectorBegins = sectorBegins(state, how === 'measured' ? at : null);
}

/** A lap that nobody can have driven is none, unless the sim has counted it. */
function isNoLap(state: TimingState, { car, lap, at, how }: Crossing): boolean {
  if (car.lapBegin === null || how === 'moved' || car.counted !== null) return false;
  return isImpossible(state, car, lap, (at - car.lapBegin.at) * 1000);
}

/** The lap under way goes on: what ended it was no crossing that counts. */
function goOn(car: CarState): void {
  clearHistory(car.history);
  car.progress = (car.progress as number) - 1;
  car.furthest -= 1;
  car.movedFrom -= 1;
  car.lapBroken = true;
}

/** Where finish and start are not at one place, the lap runs from the start. */
function restartLap(state: TimingState, { car, at }: Crossing): void {
  if (car.lapBegin?.from !== 'line' || car.lapBroken) return;
  car.lapBegin = { from: 'line', at };
  car.sectorBegins = sectorBegins(state, at);
}

/** Where the sectors of a new lap began: the first at the line, the others not yet. */
export function sectorBegins(state: TimingState, lineAt: number | null): (number | null)[] {
  const begins: (number | null)[] = new Array(state.session?.track.sectorStarts?.length ?? 0).fill(null);
  if (begins.length > 0) begins[0] = lineAt;
  return begins;
}

function endLap(state: TimingState, { car, lap, at, how }: Crossing): void {
  const begin = car.lapBegin;
  const estimated = car.lapEstimated || how === 'estimated';
  // The sim has counted it, but nobody can have driven it in this time.
  const isDoubtful = begin !== null && how !== 'moved' && isImpossible(state, car, lap, (at - begin.at) * 1000);
  const lapTimeMs = begin === null || how === 'moved' || isDoubtful ? null : Math.round((at - begin.at) * 1000);
  const valid = lapTimeMs !== null && !car.lapBroken && !estimated;
  const sectorsMs = car.sectorBegins.map((from, sector) => {
    const last = sector + 1 === car.sectorBegins.length;
    const to = last ? (how === 'measured' ? at : null) : (car.sectorBegins[sector + 1] ?? null);
    return from === null || to === null ? null : Math.round((to - from) * 1000);
  });
  const before = state.completions[lap] ?? 0;
  state.completions[lap] = before + 1;
  const entry = state.entries[car.car];
  state.laps.push({
    car: car.car,
    carNumber: entry?.carNumber ?? '',
    driver: driverOf(car, lap, visibleText(entry?.driver?.name)),
    lap,
    ...(!areLapsKnown(state) && { countedFrom: 'seen' as const }),
    lapTimeMs,
    from: begin?.from ?? 'line',
    sectorsMs,
    crossedAtMs: Math.round(at * 1000),
    position: state.session?.type === 'race' && isPlaceKnown(state, lap) ? before + 1 : null,
    inPit: car.lapInPit || car.onPitRoad,
    inLap: car.inLap === lap,
    outLap: car.outLap === lap,
    valid,
    provenance: estimated || how === 'moved' ? 'estimated' : 'measured',
  });
  car.lapsDone = lap;
  car.crossedAt = at;
  car.lastLapMs = lapTimeMs;
  car.lastLapEstimated = estimated;
  car.lastSectorsMs = sectorsMs;
  car.lastLapMark = 'none';
  const inPit = car.lapInPit || car.onPitRoad;
  if (begin !== null && lapTimeMs !== null && countsAsBest({ valid, from: begin.from, inPit })) {
    takeBest(state, car, lapTimeMs, at);
    keepReference(state, car, lap, begin.at, lapTimeMs);
    keepClean(state, car, lapTimeMs);
  }
  takeLapEnd(state, car, lap, at);
}

/** A lap in which the car came in is the driver's who drove it, also where another sits in it when it ends. */
function driverOf({ inLap, inDriver }: CarState, lap: number, driver: string | null): string | null {
  return inLap === lap ? inDriver : driver;
}

function takeBest(state: TimingState, car: CarState, lapTimeMs: number, at: number): void {
  if (car.bestLapMs !== null && lapTimeMs >= car.bestLapMs) return;
  car.lastLapMark = 'personal';
  car.bestIsOfficial = false;
  car.bestLapAt = at;
  takeBestLap(state, car, lapTimeMs, at);
}
