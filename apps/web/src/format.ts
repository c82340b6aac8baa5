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

/** How long ago, in the largest unit that says enough: `4 s`, `12 min`, `3 h`, `2 d`. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** `Lap 7/18`, or without the number of laps where the race has none. */
export function lapWords(leaderLap: number | null, limitLaps: number | null): string {
  if (leaderLap === null) return '';
  return limitLaps === null ? `Lap ${leaderLap}` : `Lap ${Math.min(leaderLap, limitLaps)}/${limitLaps}`;
}

/** A delay or how far behind a picture is, to a tenth: `30.0 s`, `0.4 s`. */
export function seconds(ms: number | null): string {
  return ms === null ? UNKNOWN : `${(ms / 1000).toFixed(1)} s`;
}

/** A delay as short as it can be said: `30 s`, `12.5 s`. */
export function delayWords(ms: number): string {
  return `${Number((ms / 1000).toFixed(3))} s`;
}

/** A number of bytes: `840 B`, `12.4 KB`, `3.1 MB`. */
export function bytes(count: number): string {
  if (count < 1_000) return `${count} B`;
  return count < 1_000_000 ? `${(count / 1_000).toFixed(1)} KB` : `${(count / 1_000_000).toFixed(1)} MB`;
}
