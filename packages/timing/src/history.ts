/**
 * Where a car was when: a ring of (progress, session time), the stuff that gaps are made of. Plain typed arrays,
 * so that it can be copied with the rest of the state.
 */
export interface History {
  readonly progress: Float64Array;
  readonly time: Float64Array;
  /** Index of the next point to be written, and how many there are. */
  next: number;
  count: number;
}

/** Points kept: at one a thousandth of a lap about 1.2 laps. */
const POINTS = 1_280;
/** Forward movement, in laps, that earns a new point. */
const STEP = 0.001;

export function createHistory(): History {
  return { progress: new Float64Array(POINTS), time: new Float64Array(POINTS), next: 0, count: 0 };
}

export function clearHistory(history: History): void {
  history.count = 0;
}

/** Adds a point where the car has moved on by a step since the last. */
export function remember(history: History, progress: number, time: number): void {
  if (history.count > 0) {
    const last = (history.next + POINTS - 1) % POINTS;
    if (progress - (history.progress[last] as number) < STEP) return;
  }
  history.progress[history.next] = progress;
  history.time[history.next] = time;
  history.next = (history.next + 1) % POINTS;
  if (history.count < POINTS) history.count += 1;
}

/** Where a car is now: beyond the last point of its history by less than a step. */
export interface Now {
  readonly progress: number;
  readonly time: number;
}

/** When the car was at a progress, by linear interpolation; `null` outside what is covered. */
export function timeAt(history: History, progress: number, now: Now): number | null {
  const { count, next } = history;
  if (count === 0 || progress > now.progress) return null;
  const oldest = (next + POINTS - count) % POINTS;
  const at = (i: number) => (oldest + i) % POINTS;
  const last = at(count - 1);
  if (progress < (history.progress[oldest] as number)) return null;
  if (progress >= (history.progress[last] as number)) {
    return between(progress, history.progress[last] as number, history.time[last] as number, now.progress, now.time);
  }
  let low = 0;
  let high = count - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((history.progress[at(middle)] as number) <= progress) low = middle;
    else high = middle;
  }
  return between(
    progress,
    history.progress[at(low)] as number,
    history.time[at(low)] as number,
    history.progress[at(high)] as number,
    history.time[at(high)] as number,
  );
}

function between(progress: number, p0: number, t0: number, p1: number, t1: number): number {
  return p1 <= p0 ? t0 : t0 + ((progress - p0) / (p1 - p0)) * (t1 - t0);
}
