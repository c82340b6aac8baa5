import { constants, PerformanceObserver } from 'node:perf_hooks';

/** Names of its kinds of work; `weak` clears what only weak references held. */
export const GC_KINDS = ['minor', 'major', 'incremental', 'weak'] as const;
export type GcKind = (typeof GC_KINDS)[number];

const KIND_OF: Readonly<Record<number, GcKind>> = {
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weak',
};
/** The longest pause is that of the last seconds, this number of them. */
const SECONDS = 60;

/** Watches the garbage collector: how often it paused the server and for how long, by what it did. */
export class GarbageCollectorWatch {
  /** Since the beginning; times in ms. */
  readonly pauses: Readonly<Record<GcKind, { count: number; totalMs: number }>> = {
    minor: { count: 0, totalMs: 0 },
    major: { count: 0, totalMs: 0 },
    incremental: { count: 0, totalMs: 0 },
    weak: { count: 0, totalMs: 0 },
  };
  readonly #observer: PerformanceObserver;
  /** The longest of each second of the last minute, and which second that is. */
  readonly #longest = new Float64Array(SECONDS);
  readonly #second = new Float64Array(SECONDS).fill(Number.NEGATIVE_INFINITY);

  constructor() {
    this.#observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const { kind } = (entry as unknown as { readonly detail: { readonly kind: number } }).detail;
        this.note(KIND_OF[kind] ?? 'minor', entry.startTime, entry.duration);
      }
    });
    this.#observer.observe({ entryTypes: ['gc'] });
  }

  /** Counts a pause that began at `startedAt` (ms since the process began) and took so long. */
  note(kind: GcKind, startedAt: number, tookMs: number): void {
    const pauses = this.pauses[kind];
    pauses.count += 1;
    pauses.totalMs += tookMs;
    const second = Math.floor(startedAt / 1_000);
    const i = second % SECONDS;
    this.#longest[i] = this.#second[i] === second ? Math.max(this.#longest[i] as number, tookMs) : tookMs;
    this.#second[i] = second;
  }

  /** The longest pause of the last minute, in ms. */
  pauseMaxMs(now: number = performance.now()): number {
    const oldest = Math.floor(now / 1_000) - SECONDS;
    const longest = this.#longest.reduce(
      (max, ms, i) => ((this.#second[i] as number) > oldest && ms > max ? ms : max),
      0,
    );
    return Math.round(longest * 10) / 10;
  }

  close(): void {
    this.#observer.disconnect();
  }
}
