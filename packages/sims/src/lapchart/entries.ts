import type { CarClass, SessionEntry, SessionLine } from '@okboxbox/protocol';
import type { Field, FieldCar } from './field.js';
import type { Chart } from './read-chart.js';

/** A car has another driver from a time on; seconds on the session clock. */
export interface DriverChange {
  readonly time: number;
  readonly car: number;
  readonly driver: { readonly id: string; readonly name: string };
}

/** The class of cars that the chart gives none. */
const ONLY_CLASS: CarClass = { id: 'all', name: 'All cars' };

/** What is known of a running before its first frame, and until a driver changes. */
export function sessionLineOf(chart: Chart, field: Field, capturedAt: number): SessionLine {
  const { track, cars } = chart;
  const grid = field.cars.flatMap(({ entry, gridPlace }) => {
    return gridPlace === null ? [] : [{ car: entry.car, position: gridPlace }];
  });
  return {
    kind: 'session',
    capturedAt,
    simSessionKey: chart.simSessionKey,
    type: chart.type,
    // The chart knows neither the track's length nor its sectors, nor what ended the race.
    track: { id: track.id, name: track.name, config: track.config, lengthM: null },
    limit: { laps: null, timeS: null },
    classes: classesOf(chart),
    entries: cars.map((car): SessionEntry => {
      const { carNumber, teamName, carModel } = car;
      const driver = { ...car.crossings[0].driver };
      const classId = car.classId ?? ONLY_CLASS.id;
      return { car: car.car, carNumber, teamName, driver, classId, carModel, pace: false };
    }),
    ...(grid.length > 0 ? { grid } : {}),
    teamRacing: cars.some(({ teamName }) => teamName !== null),
    positions: 'derived',
  };
}

/** The same session with one driver changed. */
export function withDriver(line: SessionLine, { car, driver }: DriverChange): SessionLine {
  const entries = line.entries.map((entry) => (entry.car === car ? { ...entry, driver: { ...driver } } : entry));
  return { ...line, entries };
}

/** All changes of driver, in order of time. */
export function driverChanges(field: Field): DriverChange[] {
  return field.cars.flatMap(changesOf).sort((a, b) => a.time - b.time);
}

/** A chart names who drove a lap to its end: the change is in the stand before that lap, else at its start. */
function changesOf(fieldCar: FieldCar): DriverChange[] {
  const { car, crossings } = fieldCar.entry;
  return crossings.flatMap(({ driver, time }, i) => {
    const previous = crossings[i - 1];
    if (previous === undefined || previous.driver.id === driver.id) return [];
    const since = crossings[i - 2]?.time ?? previous.time;
    return [{ car, driver, time: standBetween(fieldCar, since, time, previous.time) ?? previous.time }];
  });
}

/** The middle of the stand in the pits, between two times, that is nearest to a third. */
function standBetween({ runs }: FieldCar, since: number, until: number, near: number): number | null {
  const stands = runs
    .flatMap(({ marks }) => marks)
    .filter(({ surface, from, to }) => surface === 'pitStall' && from >= since && to <= until)
    .map(({ from, to }) => (from + to) / 2);
  return stands.sort((a, b) => Math.abs(a - near) - Math.abs(b - near))[0] ?? null;
}

function classesOf({ cars }: Chart): CarClass[] {
  const classes = new Map<string, CarClass>();
  for (const { classId, className } of cars) {
    if (classId === null) classes.set(ONLY_CLASS.id, ONLY_CLASS);
    else if (!classes.has(classId)) classes.set(classId, { id: classId, name: className ?? `Class ${classId}` });
  }
  return [...classes.values()];
}
