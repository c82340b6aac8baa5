import type { Frame } from '@okboxbox/protocol';

/** A car seen to cross the line, by interpolation between two samples and nothing else. */
export interface SeenCrossing {
  readonly car: number;
  /** Seconds on the session clock. */
  readonly time: number;
}

/** Finds all crossings in frames, from fractions of a lap as 32-bit floats; a crossing is a step from high to low. */
export function crossingsSeen(frames: Iterable<Frame>): SeenCrossing[] {
  const before = new Map<number, { pct: number; time: number }>();
  const seen: SeenCrossing[] = [];
  for (const { cars, sessionTime } of frames) {
    for (const sample of cars) {
      const pct = Math.fround(sample.pct);
      const last = before.get(sample.car);
      if (last !== undefined && last.pct > 0.7 && pct >= 0 && pct < 0.3) {
        const share = (1 - last.pct) / (1 - last.pct + pct);
        seen.push({ car: sample.car, time: last.time + share * (sessionTime - last.time) });
      }
      if (pct >= 0) before.set(sample.car, { pct, time: sessionTime });
      else before.delete(sample.car);
    }
  }
  return seen;
}
