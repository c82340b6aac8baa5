import { UNKNOWN } from '@okboxbox/race-view';

/** Figures of pages: ages, delays and sizes. Those of a race are in race-view. */

/** How long ago, in the largest unit that says enough: `4 s`, `12 min`, `3 h`, `2 d`. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** A delay or how far behind a picture is, to a tenth: `30.0 s`, `0.4 s`. */
export function seconds(ms: number | null): string {
  return ms === null ? UNKNOWN : `${(ms / 1000).toFixed(1)} s`;
}

/** A delay as short as it can be said: `30 s`, `12.5 s`. */
export function delayLabel(ms: number): string {
  return `${Number((ms / 1000).toFixed(3))} s`;
}

/** A number of bytes: `840 B`, `12.4 KB`, `3.1 MB`. */
export function bytes(count: number): string {
  if (count < 1_000) return `${count} B`;
  return count < 1_000_000 ? `${(count / 1_000).toFixed(1)} KB` : `${(count / 1_000_000).toFixed(1)} MB`;
}
