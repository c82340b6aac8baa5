import { type CarStatus, type EntryFigures, type LapMark, UNKNOWN_FIGURES } from '@okboxbox/protocol';
import type { DemoLap } from './laps.js';
import { type DemoCar, type DemoStory, progressAt, STOPPED_S, timeAt } from './story.js';

/** Cars as close as this are in a battle, in ms. */
const BATTLE_MS = 900;
/** A car that has left the pit lane is on its out lap for this long, in s. */
const OUT_LAP_S = 90;

/** A car at one instant of the demo race. */
export interface DemoStanding {
  readonly of: DemoCar;
  readonly progress: number;
}

/** The cars in the order of the race at an instant. */
export function orderAt({ cars }: DemoStory, at: number): readonly DemoStanding[] {
  return cars
    .map((of) => ({ of, progress: progressAt(of, at) }))
    .sort((a, b) => b.progress - a.progress || finishOf(a.of) - finishOf(b.of) || a.of.entry.car - b.of.entry.car);
}

/** The figures of all cars at an instant, by the car; `laps` are those completed until then. */
export function figuresAt(story: DemoStory, laps: readonly DemoLap[], at: number): ReadonlyMap<number, EntryFigures> {
  const order = orderAt(story, at);
  const last = new Map<DemoCar, DemoLap>();
  const bests = new Map<DemoCar | string, number>();
  for (const lap of laps) {
    last.set(lap.of, lap);
    for (const key of ['', lap.of.entry.class, lap.of]) bests.set(key, Math.min(lap.ms, bests.get(key) ?? lap.ms));
  }
  const figures = new Map<number, EntryFigures>();
  order.forEach((standing, place) => {
    const { of, progress } = standing;
    const ofClass = order.filter((each) => each.of.entry.class === of.entry.class);
    const classPlace = ofClass.indexOf(standing);
    const rival = ofClass[classPlace - 1];
    const lastLap = last.get(of) ?? null;
    const bestLapMs = bests.get(of) ?? null;
    const markOf = (ms: number | null): LapMark =>
      ms === null || ms !== bestLapMs
        ? 'none'
        : ms === bests.get('')
          ? 'session'
          : ms === bests.get(of.entry.class)
            ? 'class'
            : 'personal';
    const toLeader = behind(order[0], standing, at);
    const toNext = behind(order[place - 1], standing, at);
    const toClassLeader = behind(ofClass[0], standing, at);
    const toRival = behind(rival, standing, at);
    const stops = of.stops.filter(({ boxAt }) => boxAt <= at);
    const inPit = of.stops.some(({ enterAt, leftAt }) => enterAt <= at && at < leftAt);
    const status = statusAt(of, at, inPit);
    const isBattle =
      rival !== undefined && isClose(toRival.ms) && status === 'running' && statusOf(rival) === 'running';
    const rivalFigures = rival && figures.get(rival.of.entry.car);
    const battle = isBattle ? (rivalFigures?.battle ?? rival.of.entry.car) : null;
    if (isBattle && rivalFigures) figures.set(rival.of.entry.car, { ...rivalFigures, battle });
    // A few cars send so little that what lies between them and others can only be estimated.
    const between = of.entry.car % 9 === 4 ? 'estimated' : 'measured';
    figures.set(of.entry.car, {
      ...UNKNOWN_FIGURES,
      position: place + 1,
      classPosition: classPlace + 1,
      status,
      inPit,
      lap: at < 0 ? 0 : Math.max(1, Math.floor(progress) + (of.finish !== null && at >= of.finish.at ? 0 : 1)),
      lapsCompleted: Math.max(0, Math.floor(progress)),
      progress,
      gapMs: toLeader.ms,
      gapLaps: toLeader.laps,
      intervalMs: toNext.ms,
      intervalLaps: toNext.laps,
      classGapMs: toClassLeader.ms,
      classGapLaps: toClassLeader.laps,
      classIntervalMs: toRival.ms,
      classIntervalLaps: toRival.laps,
      lastLapMs: lastLap?.ms ?? null,
      bestLapMs,
      lastLapMark: markOf(lastLap?.ms ?? null),
      bestLapMark: markOf(bestLapMs),
      sectorsMs: lastLap?.sectorsMs ?? [null, null, null],
      pitStops: stops.length,
      driveThroughs: 0,
      stintLaps: Math.max(0, Math.floor(progress) - Math.ceil(stintFrom(of, at))),
      trendMs: rival === undefined || toRival.ms === null ? null : trend(rival.of, of, progress),
      battle,
      gridPosition: of.gridPosition,
      provenance: {
        position: 'measured',
        gap: toLeader.ms === null && toLeader.laps === null ? null : between,
        interval: toNext.ms === null && toNext.laps === null ? null : between,
        lastLap: lastLap && 'measured',
        bestLap: lastLap && 'measured',
        sectors: lastLap && 'measured',
      },
    });
  });
  return figures;

  function statusOf({ of }: DemoStanding) {
    return figures.get(of.entry.car)?.status;
  }
}

function finishOf({ finish }: DemoCar): number {
  return finish?.at ?? Number.POSITIVE_INFINITY;
}

function isClose(ms: number | null): boolean {
  return ms !== null && ms < BATTLE_MS;
}

function statusAt({ stoppedAt, finish, stops }: DemoCar, at: number, inPit: boolean): CarStatus {
  if (stoppedAt !== null && at >= stoppedAt) return at < stoppedAt + STOPPED_S ? 'stopped' : 'retired';
  if (finish !== null && at >= finish.at) return 'finished';
  if (inPit) return 'pit';
  return stops.some(({ leftAt }) => leftAt <= at && at < leftAt + OUT_LAP_S) ? 'outLap' : 'running';
}

/** How far a car is behind one ahead of it, as the timing has it: a time below a lap, or whole laps. */
function behind(
  ahead: DemoStanding | undefined,
  self: DemoStanding,
  at: number,
): { readonly ms: number | null; readonly laps: number | null } {
  const unknown = { ms: null, laps: null };
  if (ahead === undefined || ahead === self || at <= 0) return unknown;
  if (self.of.stoppedAt !== null && at >= self.of.stoppedAt) return unknown;
  const laps = Math.floor(ahead.progress - self.progress + 1e-9);
  if (laps >= 1) return { ms: null, laps };
  const selfAt = Math.min(at, self.of.finish?.at ?? at);
  return { ms: Math.max(0, Math.round((selfAt - timeAt(ahead.of, self.progress)) * 1000)), laps: null };
}

/** How the interval has changed since a lap before, at the same place of the track; `null` in the first lap. */
function trend(ahead: DemoCar, self: DemoCar, progress: number): number | null {
  if (progress < 1.1) return null;
  const interval = (where: number) => timeAt(self, where) - timeAt(ahead, where);
  return Math.round((interval(progress) - interval(progress - 1)) * 1000);
}

/** Where the car left the pit lane last, or the grid. */
function stintFrom(of: DemoCar, at: number): number {
  const left = of.stops.findLast(({ leftAt }) => leftAt <= at);
  return left === undefined ? 0 : progressAt(of, left.leftAt);
}
