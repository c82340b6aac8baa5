import type { EntryFigures } from '@okboxbox/protocol';
import { lapTime, UNKNOWN } from './format.js';
import { bestLapMark, lastLapMark, type TimeMark } from './marks.js';

/** A figure on air: an estimated one is written and drawn as such. */
export interface AirFigure {
  readonly text: string;
  readonly isEstimated: boolean;
}

/** A lap time on air, with its mark. */
export interface AirLap extends AirFigure, TimeMark {}

/**
 * A gap or an interval on air: `+1.284`, `2 L`; an estimated time as `~1.3`, since its thousandths mean nothing. Unknown is
 * a dash, and never estimated.
 */
export function airGap(ms: number | null, laps: number | null, isEstimated: boolean): AirFigure {
  if (laps !== null) return { text: `${laps} L`, isEstimated: false };
  if (ms === null) return { text: UNKNOWN, isEstimated: false };
  return isEstimated ? { text: `~${tenths(ms)}`, isEstimated } : { text: `+${lapTime(ms)}`, isEstimated };
}

/** The last lap of a car. An estimated one has no mark: nothing is proven by it. */
export function airLastLap(figures: EntryFigures): AirLap {
  const { lastLapMs, bestLapMs, lastLapMark: mark, provenance } = figures;
  return airLap(lastLapMs, provenance.lastLap === 'estimated', lastLapMark(mark, lastLapMs, bestLapMs));
}

/** The best lap of a car. */
export function airBestLap({ bestLapMs, bestLapMark: mark, provenance }: EntryFigures): AirLap {
  return airLap(bestLapMs, provenance.bestLap === 'estimated', bestLapMark(mark));
}

/** A duration that runs, with tenths: `23.4`, `1:02.3`. */
export function tenths(ms: number): string {
  const whole = lapTime(Math.max(0, Math.floor(ms / 100) * 100));
  return whole.slice(0, -2);
}

function airLap(ms: number | null, isEstimated: boolean, mark: TimeMark): AirLap {
  if (ms === null) return { text: UNKNOWN, isEstimated: false, tone: 'plain', mark: '' };
  return isEstimated
    ? { text: `~${tenths(ms)}`, isEstimated, tone: 'plain', mark: '' }
    : { text: lapTime(ms), isEstimated, ...mark };
}
