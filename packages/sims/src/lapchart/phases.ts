import type { SessionPhase } from '@okboxbox/protocol';
import type { Chart, ChartCar, Crossing } from './read-chart.js';

/** Seconds on the session clock at which the phases of a running begin. */
export interface Phases {
  /** The first frame is not before. */
  readonly from: number;
  /** The start: a frame falls on it. */
  readonly green: number;
  readonly checkered: number;
  readonly cooldown: number;
  /** The last frame is not after. */
  readonly to: number;
}

const GRID_S = 5;
const COOLDOWN_S = 10;
/** The phase in which the last car crosses the line goes on for a moment, so that its crossing is seen in it. */
const AFTER_LAST_FINISH_S = 1;

/**
 * When a chart's phases began. A race is over for its winner at the last crossing of the car that came
 * furthest, and for the field when nobody crosses the line any more; other sessions just end.
 */
export function phasesOf({ cars, type }: Chart): Phases {
  const starts = cars.map(({ crossings }) => crossings[0]);
  const fromStart = starts.filter(({ lap }) => lap === 0);
  const green = earliest(fromStart.length > 0 ? fromStart : starts);
  const lasts = cars.map(lastCrossing);
  const end = lasts.reduce((latest, { time }) => Math.max(latest, time), green);
  const checkered = type === 'race' ? lasts.reduce(ahead).time : end;
  const lastFinish = lasts
    .filter((last) => last.lap > 0 && last.time >= checkered)
    .reduce((latest, { time }) => Math.max(latest, time), checkered);
  const cooldown = lastFinish + AFTER_LAST_FINISH_S;
  const from = type === 'race' ? Math.max(0, green - GRID_S) : green;
  return { from, green, checkered, cooldown, to: cooldown + COOLDOWN_S };
}

/** The phase at a time. */
export function phaseAt({ green, checkered, cooldown }: Phases, time: number): SessionPhase {
  if (time >= cooldown) return 'cooldown';
  if (time >= checkered) return 'checkered';
  return time >= green ? 'racing' : 'grid';
}

/** Whether a car took the chequered flag: its chart says so, or it crossed the line when the flag was out. */
export function tookTheFlag(car: ChartCar, { checkered }: Phases): boolean {
  const last = lastCrossing(car);
  return last.lap > 0 && (last.notes.finished || last.time >= checkered);
}

/** A car's last crossing; its start where it completed no lap. */
export function lastCrossing({ crossings }: ChartCar): Crossing {
  return crossings.at(-1) ?? crossings[0];
}

/** Which of two crossings is further, or as far but earlier. */
function ahead(a: Crossing, b: Crossing): Crossing {
  return b.lap > a.lap || (b.lap === a.lap && b.time < a.time) ? b : a;
}

function earliest(crossings: readonly Crossing[]): number {
  return crossings.reduce((least, { time }) => Math.min(least, time), Number.POSITIVE_INFINITY);
}
