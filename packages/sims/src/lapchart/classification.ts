import type { ResultsLine, SessionType } from '@okboxbox/protocol';
import type { Field, FieldCar } from './field.js';
import { lastCrossing } from './phases.js';

/**
 * The classification by the sim's rule: a race by laps completed and then by who completed them first, other
 * sessions by best lap. Cars that were never in the world come last.
 */
export function classificationOf(field: Field, type: SessionType, capturedAt: number): ResultsLine {
  const rows = field.cars.map(rowOf);
  rows.sort(type === 'race' ? byLaps : byBestLap);
  const winner = rows[0];
  const placesOfClass = new Map<string | null, number>();
  return {
    kind: 'results',
    capturedAt,
    official: true,
    rows: rows.map(({ fieldCar, laps, time, bestLapMs, lastLapMs }, i) => {
      const { car, classId } = fieldCar.entry;
      const classPosition = (placesOfClass.get(classId) ?? 0) + 1;
      placesOfClass.set(classId, classPosition);
      const lapsDown = type === 'race' && winner ? winner.laps - laps : 0;
      const gapMs = type === 'race' && winner && lapsDown === 0 ? (time - winner.time) * 1000 : null;
      return {
        car,
        position: i + 1,
        classPosition,
        lapsCompleted: laps,
        lapsDown,
        gapMs: gapMs === null ? null : Math.round(gapMs * 10) / 10,
        bestLapMs,
        lastLapMs,
        status: statusOf(fieldCar),
      };
    }),
  };
}

interface Row {
  readonly fieldCar: FieldCar;
  readonly started: boolean;
  readonly laps: number;
  /** Seconds: of the last crossing. */
  readonly time: number;
  readonly bestLapMs: number | null;
  readonly lastLapMs: number | null;
}

function rowOf(fieldCar: FieldCar): Row {
  const { crossings } = fieldCar.entry;
  const last = lastCrossing(fieldCar.entry);
  const lapTimes = crossings.flatMap(({ lapTimeMs }) => lapTimeMs ?? []);
  return {
    fieldCar,
    started: fieldCar.runs.length > 0,
    laps: last.lap,
    time: last.time,
    bestLapMs: lapTimes.length > 0 ? lapTimes.reduce((best, each) => Math.min(best, each)) : null,
    lastLapMs: last.lapTimeMs,
  };
}

function byLaps(a: Row, b: Row): number {
  return Number(b.started) - Number(a.started) || b.laps - a.laps || a.time - b.time;
}

function byBestLap(a: Row, b: Row): number {
  if (a.bestLapMs !== null && b.bestLapMs !== null) return a.bestLapMs - b.bestLapMs;
  return Number(b.bestLapMs !== null) - Number(a.bestLapMs !== null) || byLaps(a, b);
}

function statusOf({ runs, finished }: FieldCar): string {
  if (runs.length === 0) return 'notInWorld';
  return finished ? 'finished' : 'retired';
}
