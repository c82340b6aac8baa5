/** A point that a car's motion goes through. */
export interface Knot {
  /** Seconds on the session clock. */
  readonly time: number;
  /** Laps. */
  readonly progress: number;
  /** Laps a second, where it is known; else it follows from the knots around. */
  readonly speed?: number;
  /** At the line: the motion is straight for a moment, so that interpolated samples give the crossing back. */
  readonly line?: boolean;
}

/** Seconds before and after a crossing in which a car keeps its speed: a little more than a sample at 10 Hz. */
const STRAIGHT_S = 0.12;
/** The straight part takes at most this much of the time to the next knot: with more, the rest could not keep rising. */
const STRAIGHT_SHARE = 0.125;

/**
 * A motion that never goes back and whose speed has no steps: a piecewise cubic through the knots, its slopes
 * limited as Fritsch and Carlson describe (at most three times the mean speed on either side).
 */
export class Motion {
  readonly #times: Float64Array;
  readonly #progress: Float64Array;
  readonly #speeds: Float64Array;

  /**
   * @param knots At least one; times rise, progress does not fall.
   * @throws RangeError where they do not.
   */
  constructor(knots: readonly Knot[]) {
    const points = straightened(knots, speedsAt(knots));
    this.#times = Float64Array.from(points, (point) => point.time);
    this.#progress = Float64Array.from(points, (point) => point.progress);
    this.#speeds = Float64Array.from(points, (point) => point.speed);
  }

  /** Seconds: the first knot. */
  get from(): number {
    return this.#times[0]!;
  }

  /** Seconds: the last knot. */
  get to(): number {
    return this.#times[this.#times.length - 1]!;
  }

  /** Laps at a time; before the first knot and after the last the car stands there. */
  progressAt(time: number): number {
    const times = this.#times;
    const last = times.length - 1;
    if (time <= times[0]!) return this.#progress[0]!;
    if (time >= times[last]!) return this.#progress[last]!;
    let low = 0;
    let high = last;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (times[middle]! <= time) low = middle;
      else high = middle;
    }
    const span = times[high]! - times[low]!;
    const s = (time - times[low]!) / span;
    const start = this.#progress[low]!;
    const end = this.#progress[high]!;
    const way = end - start;
    const c0 = this.#speeds[low]! * span;
    const c1 = this.#speeds[high]! * span;
    // Hermite's cubic in powers of s; the clamp takes off what rounding adds at the ends.
    const gained = s * (c0 + s * (3 * way - 2 * c0 - c1 + s * (c0 + c1 - 2 * way)));
    return Math.min(Math.max(start + gained, start), end);
  }
}

interface Point {
  readonly time: number;
  readonly progress: number;
  readonly speed: number;
}

/** The speed at each knot, low enough for the cubics beside it to keep rising. */
function speedsAt(knots: readonly Knot[]): number[] {
  const means = knots.slice(1).map((knot, i) => meanSpeed(knots[i]!, knot));
  return knots.map((knot, i) => {
    const before = means[i - 1] ?? means[i] ?? 0;
    const after = means[i] ?? before;
    const wanted = knot.speed ?? between(knots, i, before, after);
    // Twice, not three times, at the line: cutting out the straight part lowers the mean speed around it.
    return Math.min(wanted, (knot.line ? 2 : 3) * Math.min(before, after));
  });
}

function meanSpeed(a: Knot, b: Knot): number {
  if (!(b.time > a.time && b.progress >= a.progress)) {
    throw new RangeError(`A car cannot go from lap ${a.progress} at ${a.time} s to lap ${b.progress} at ${b.time} s`);
  }
  return (b.progress - a.progress) / (b.time - a.time);
}

/** Fritsch and Butland's weighted harmonic mean of the speeds on both sides; 0 beside a stand. */
function between(knots: readonly Knot[], i: number, before: number, after: number): number {
  if (before === 0 || after === 0) return 0;
  const earlier = knots[i - 1];
  const later = knots[i + 1];
  if (earlier === undefined || later === undefined) return before;
  const knot = knots[i]!;
  const weightBefore = 2 * (later.time - knot.time) + (knot.time - earlier.time);
  const weightAfter = later.time - knot.time + 2 * (knot.time - earlier.time);
  return (weightBefore + weightAfter) / (weightBefore / before + weightAfter / after);
}

/** Puts a point shortly before and after each crossing. */
function straightened(knots: readonly Knot[], speeds: readonly number[]): Point[] {
  return knots.flatMap((knot, i) => {
    const { time, progress } = knot;
    const speed = speeds[i]!;
    const earlier = knots[i - 1];
    const later = knots[i + 1];
    if (!knot.line || !earlier || !later) return [{ time, progress, speed }];
    const before = Math.min(STRAIGHT_S, STRAIGHT_SHARE * (time - earlier.time));
    const after = Math.min(STRAIGHT_S, STRAIGHT_SHARE * (later.time - time));
    return [
      { time: time - before, progress: progress - speed * before, speed },
      { time, progress, speed },
      { time: time + after, progress: progress + speed * after, speed },
    ];
  });
}
