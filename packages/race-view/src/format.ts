/** Figures as a timing screen writes them. Unknown is a dash, never 0. */

export const UNKNOWN = '–';

/** A lap or sector: `1:47.309`, `34.120`. */
export function lapTime(ms: number | null): string {
  if (ms === null) return UNKNOWN;
  const minutes = Math.floor(ms / 60_000);
  const seconds = ((ms % 60_000) / 1000).toFixed(3);
  return minutes === 0 ? seconds : `${minutes}:${seconds.padStart(6, '0')}`;
}

/** A gap or interval: `+1.284`, `+1:02.310`, `2 L`. */
export function gap(ms: number | null, laps: number | null): string {
  if (laps !== null) return `${laps} L`;
  return ms === null ? UNKNOWN : `+${lapTime(ms)}`;
}

/** A session clock: `0:41:07`. */
export function clock(ms: number | null): string {
  if (ms === null) return UNKNOWN;
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** `Lap 7/18`, or without the number of laps where the race has none. */
export function lapLabel(leaderLap: number | null, limitLaps: number | null): string {
  if (leaderLap === null) return '';
  return limitLaps === null ? `Lap ${leaderLap}` : `Lap ${Math.min(leaderLap, limitLaps)}/${limitLaps}`;
}
