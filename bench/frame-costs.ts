/** An event of a trace that a browser has recorded, as far as it is read here. */
export interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds. */
  readonly ts: number;
  readonly dur?: number;
  /** Of `dur`, what the thread had the processor for. */
  readonly tdur?: number;
  readonly args?: { readonly data?: { readonly url?: string } };
}

/** What one frame of a page cost, in ms of the processor. */
export interface FrameCost {
  /** Script, style and layout since the frame before. */
  readonly ms: number;
  /** Whether a picture was drawn in it. The others move what a picture has set in motion. */
  readonly isPicture: boolean;
}

/** What a trace says of a page. */
export interface FrameCosts {
  readonly frames: readonly FrameCost[];
  /** Script, style and layout in times in which the browser had nothing else to do, in ms of the processor. */
  readonly idleMs: number;
}

/** Script, style and layout, as a trace names them. */
const COUNTED: readonly string[] = [
  ...['FireAnimationFrame', 'TimerFire', 'FunctionCall', 'EvaluateScript', 'v8.evaluateModule', 'RunMicrotasks'],
  ...['UpdateLayoutTree', 'Layout'],
];
/** What has to be recorded. */
export const FRAME_CATEGORIES = ['devtools.timeline', 'v8.execute'];
const IDLE = 'FireIdleCallback';
/** The browser's own name for one round of a page's animation frame callbacks, style and layout. */
const FRAME = 'AnimationFrame::Render';

/**
 * Reads what each frame of a page cost from a trace of `FRAME_CATEGORIES`: all script, style and layout of its main thread between
 * the end of one frame and the end of the next, each counted once. What `isLeftOut` names by the address of its script is not the
 * page's own work. Throws where the trace has no frames, as of a browser that names them otherwise.
 */
export function frameCosts(events: readonly TraceEvent[], isLeftOut: (url: string) => boolean): FrameCosts {
  const first = events.find(({ name }) => name === 'FireAnimationFrame');
  const mine = events
    .filter(({ pid, tid }) => pid === first?.pid && tid === first?.tid)
    .sort((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0));
  const ends = mine.filter(({ name, ph }) => name === FRAME && ph === 'e').map(({ ts }) => ts);
  if (ends.length === 0) throw new Error(`The trace has no ${FRAME}.`);
  const leftOut = mine.filter(({ name, args }) => name === 'FunctionCall' && isLeftOut(args?.data?.url ?? ''));
  const frames = ends.map(() => ({ ms: 0, isPicture: false }));
  let [at, until, idleMs] = [0, 0, 0];
  for (const { name, ph, ts, dur = 0, tdur = dur } of mine) {
    const isIdle = name === IDLE;
    // What happens within another one is in its time already.
    if (ph !== 'X' || ts < until || !(isIdle || COUNTED.includes(name))) continue;
    until = ts + dur;
    if (isIdle) idleMs += tdur / 1_000;
    if (isIdle || leftOut.some((call) => call.ts >= ts && call.ts < until)) continue;
    while ((ends[at] ?? Number.POSITIVE_INFINITY) < ts) at += 1;
    const frame = frames[at];
    if (frame === undefined) break;
    frame.ms += tdur / 1_000;
    frame.isPicture ||= name === 'FireAnimationFrame';
  }
  // The first one began before the trace did.
  return { frames: frames.slice(1), idleMs };
}
