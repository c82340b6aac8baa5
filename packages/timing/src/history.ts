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

/** Moves what is kept by a number of laps: the scale has changed, not the car. */
export function shiftHistory(history: History, laps: number): void {
  if (laps === 0) return;
  for (let i = 0; i < POINTS; i++) history.progress[i] = (history.progress[i] as number) + laps;
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

/** A car by its newest sample: beyond the last point of its history by less than a step. */
export interface Followed {
  readonly history: History;
  readonly progress: number | null;
  /** Seconds on the session clock. */
  readonly sampledAt: number;
}

/** When a car was at a progress, by linear interpolation; `null` outside what is covered. */
export function timeAt(car: Followed, progress: number): number | null {
  const { history } = car;
  const { count, next } = history;
  if (count === 0 || car.progress === null || progress > car.progress) return null;
  const places = history.progress;
  const oldest = next >= count ? next - count : next - count + POINTS;
  const last = next === 0 ? POINTS - 1 : next - 1;
  const first = places[oldest] as number;
  const end = places[last] as number;
  if (progress < first) return null;
  if (progress >= end) return between(progress, end, history.time[last] as number, car.progress, car.sampledAt);
  // Points lie nearly evenly: begin where an even spread has it, move by as much as that is off, and widen from there.
  const perLap = (count - 1) / (end - first);
  const even = Math.min(count - 2, Math.floor((progress - first) * perLap));
  const off = progress - (places[wrapped(oldest + even)] as number);
  let low = Math.max(0, Math.min(count - 2, even + Math.floor(off * perLap)));
  let high = low + 1;
  for (let step = 1; (places[wrapped(oldest + low)] as number) > progress; step *= 2) {
    high = low;
    low = Math.max(0, low - step);
  }
  for (let step = 1; (places[wrapped(oldest + high)] as number) <= progress; step *= 2) {
    low = high;
    high = Math.min(count - 1, high + step);
  }
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((places[wrapped(oldest + middle)] as number) <= progress) low = middle;
    else high = middle;
  }
  const from = wrapped(oldest + low);
  const to = wrapped(oldest + high);
  return between(
    progress,
    places[from] as number,
    history.time[from] as number,
    places[to] as number,
    history.time[to] as number,
  );
}

function wrapped(index: number): number {
  return index < POINTS ? index : index - POINTS;
}

function between(progress: number, p0: number, t0: number, p1: number, t1: number): number {
  return p1 <= p0 ? t0 : t0 + ((progress - p0) / (p1 - p0)) * (t1 - t0);
}
