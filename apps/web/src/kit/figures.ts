import { UNKNOWN } from '@okboxbox/race-view';

/** A figure as operations write it: the number, and its unit beside it, small. */
export interface Figure {
  readonly number: string;
  readonly unit: string;
}

const NOT_KNOWN: Figure = { number: UNKNOWN, unit: '' };
const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0, useGrouping: true });

/** A whole number with its thousands apart: `12,480`. */
export function whole(count: number | null | undefined): string {
  return count === null || count === undefined ? UNKNOWN : WHOLE.format(count);
}

/** How many of something there are, by its name: `1 message`, `12,480 messages`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${whole(count)} ${count === 1 ? one : many}`;
}

/** What happens a second: to a tenth below a hundred, whole above. */
export function perSecond(rate: number | null | undefined): Figure {
  if (rate === null || rate === undefined) return NOT_KNOWN;
  return { number: rate === 0 || rate >= 100 ? whole(rate) : rate.toFixed(1), unit: '/s' };
}

/** A time in the unit that it is read in: `0.4 ms`, `38 ms`, `1.2 s`, `61 s`, `4 min`, `2.1 h`. */
export function duration(ms: number | null | undefined): Figure {
  if (ms === null || ms === undefined) return NOT_KNOWN;
  const size = Math.abs(ms);
  if (size < 10) return { number: trimmed(ms, 1), unit: 'ms' };
  if (size < 1_000) return { number: whole(ms), unit: 'ms' };
  if (size < 60_000) return { number: trimmed(ms / 1_000, 1), unit: 's' };
  if (size < 600_000) return { number: whole(ms / 1_000), unit: 's' };
  return size < 7_200_000
    ? { number: whole(ms / 60_000), unit: 'min' }
    : { number: trimmed(ms / 3_600_000, 1), unit: 'h' };
}

/** Memory: `840 B`, `12.4 KB`, `318 MB`. */
export function size(bytes: number | null | undefined): Figure {
  if (bytes === null || bytes === undefined) return NOT_KNOWN;
  if (bytes < 1_000) return { number: whole(bytes), unit: 'B' };
  if (bytes < 1_000_000) return { number: trimmed(bytes / 1_000, 1), unit: 'KB' };
  return bytes < 100_000_000
    ? { number: trimmed(bytes / 1_000_000, 1), unit: 'MB' }
    : { number: whole(bytes / 1_000_000), unit: 'MB' };
}

/** A share of one: `4.1 %`. */
export function share(part: number | null | undefined): Figure {
  if (part === null || part === undefined) return NOT_KNOWN;
  return { number: trimmed(part * 100, 1), unit: '%' };
}

/** A figure in one text: `38 ms`. */
export function words({ number, unit }: Figure): string {
  return unit === '' ? number : `${number} ${unit}`;
}

/** A figure that can be above or below: `+12 ms`, `-3.2 s`. */
export function signed(ms: number | null | undefined): Figure {
  const figure = duration(ms);
  return ms !== null && ms !== undefined && ms > 0 ? { ...figure, number: `+${figure.number}` } : figure;
}

/** A time of the day to the second: `03:12:44`. */
export function timeOfDay(at: number): string {
  return new Date(at).toLocaleTimeString('en-GB', { hourCycle: 'h23' });
}

/** A time with its day where that is not today: `03:12:44`, `23 Nov 03:12:44`. */
export function momentOf(at: number): string {
  const day = new Date(at);
  if (day.toDateString() === new Date().toDateString()) return timeOfDay(at);
  return `${day.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })} ${timeOfDay(at)}`;
}

/** An id as short as it can be told apart by; the whole is in its title. */
export function shortId(id: string): string {
  return id.length <= 14 ? id : `${id.slice(0, 13)}…`;
}

function trimmed(value: number, digits: number): string {
  return value === 0 ? '0' : value.toFixed(digits);
}
