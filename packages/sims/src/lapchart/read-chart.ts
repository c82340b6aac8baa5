import { MAX_CARS, parseUntrustedJson, type SessionType } from '@okboxbox/protocol';
import { FileTooLarge, fileBytes } from '../files/file-bytes.js';
import { GzipDamage } from '../files/gunzip.js';
import { SourceError } from '../source.js';
import { type ChartRow, type LapChart, lapChart, type SessionInfo } from './chart-schema.js';

/** What a lap chart tells of a crossing beside its time. */
export interface LapNotes {
  readonly pitted: boolean;
  readonly tow: boolean;
  readonly offTrack: boolean;
  /** The car was out of the world for a moment. */
  readonly blink: boolean;
  readonly finished: boolean;
}

/** A car at the line. */
export interface Crossing {
  /** Seconds on the session clock. */
  readonly time: number;
  /** Laps completed at it; 0 at the start. */
  readonly lap: number;
  /** `null` where the service counts the lap as invalid. */
  readonly lapTimeMs: number | null;
  /** Place at it; `null` for none. */
  readonly position: number | null;
  readonly driver: { readonly id: string; readonly name: string };
  readonly notes: LapNotes;
}

/** A car and its crossings, their times rising; the first is its start. */
export interface ChartCar {
  /** Order of first appearance in the chart. */
  readonly car: number;
  readonly carNumber: string;
  readonly teamName: string | null;
  readonly classId: string | null;
  readonly className: string | null;
  readonly carModel: string | null;
  readonly crossings: readonly [Crossing, ...Crossing[]];
}

/** A lap chart, read and put in order. */
export interface Chart {
  /** The same for every chart of the same running. */
  readonly simSessionKey: string;
  readonly type: SessionType;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly track: { readonly id: string | null; readonly name: string; readonly config: string | null };
  readonly cars: readonly ChartCar[];
  /** Rows that contradict others and were left out, in words. */
  readonly oddities: readonly string[];
}

const NO_NOTES: LapNotes = { pitted: false, tow: false, offTrack: false, blink: false, finished: false };
const TICKS_A_SECOND = 10_000;
const TICKS_A_MS = 10;
/** Nobody crosses the line for as long as this in any session, and no lap takes as long, in ticks: 3 hours. */
const LONGEST_PAUSE = 3 * 3_600 * TICKS_A_SECOND;
/** No session lasts as long, in ticks: a week. */
const LONGEST_SESSION = 7 * 86_400 * TICKS_A_SECOND;
/** The service's bits for what its `lap_events` say in words; the finish has no word. */
const BITS = { pitted: 0x2, offTrack: 0x4, blink: 0x100, tow: 0x800, finished: 0x4000 } as const;

/** A chart of 60 cars over 24 hours has 30 MB; what unpacks to more than this was made to harm. */
const MAX_BYTES = 256 * 1024 * 1024;

/**
 * Reads a lap chart, plain or gzipped.
 * @throws SourceError where the file is not a lap chart.
 */
export async function readChart(path: string): Promise<Chart> {
  const value = await readJson(path);
  const chart = lapChart.safeParse(value);
  if (!chart.success) {
    const [issue] = chart.error.issues;
    throw notAChart(path, `"${issue?.path.join('.')}": ${issue?.message}`);
  }
  const ordered = chartOf(chart.data);
  if (ordered.cars.length === 0) throw notAChart(path, 'no row of "laps" has a lap and a time');
  const times = ordered.cars.flatMap(({ crossings }) => crossings.map(({ time }) => time));
  const first = times.reduce((least, time) => Math.min(least, time), Number.POSITIVE_INFINITY);
  const last = times.reduce((most, time) => Math.max(most, time), 0);
  if ((last - first) * TICKS_A_SECOND > LONGEST_SESSION) {
    throw notAChart(
      path,
      `its laps are spread over ${Math.round((last - first) / 86_400)} days, more than the 7 of a session`,
    );
  }
  if (ordered.cars.length > MAX_CARS) {
    throw notAChart(path, `it has ${ordered.cars.length} cars, more than the ${MAX_CARS} of a frame`);
  }
  return ordered;
}

async function readJson(path: string): Promise<unknown> {
  const pieces: Uint8Array[] = [];
  try {
    for await (const piece of fileBytes(path, MAX_BYTES)) pieces.push(piece);
  } catch (error) {
    if (error instanceof GzipDamage) throw notAChart(path, 'its gzip data are cut off or damaged');
    if (error instanceof FileTooLarge) throw notAChart(path, error.message);
    throw new SourceError(`${path} cannot be read (${(error as Error).message}): check its permissions`);
  }
  try {
    return parseUntrustedJson(Buffer.concat(pieces).toString('utf8'));
  } catch {
    throw notAChart(path, 'it is not JSON');
  }
}

/** Puts a lap chart's rows in order, car by car. */
export function chartOf({ session_info, laps }: LapChart): Chart {
  const rowsByGroup = new Map<string, ChartRow[]>();
  const oddities: string[] = [];
  for (const row of rowsOfSession(laps, oddities)) {
    const rows = rowsByGroup.get(String(row.group_id));
    if (rows) rows.push(row);
    else rowsByGroup.set(String(row.group_id), [row]);
  }
  const cars: ChartCar[] = [];
  for (const rows of rowsByGroup.values()) {
    const [first, ...others] = withStart(crossingsOf(rows, oddities));
    if (first) cars.push({ car: cars.length, ...identityOf(rows), crossings: [first, ...others] });
  }
  return {
    simSessionKey: `${session_info.subsession_id}:${session_info.simsession_number}`,
    type: sessionType(session_info),
    startedAt: Date.parse(session_info.start_time),
    track: {
      id: session_info.track.track_id == null ? null : String(session_info.track.track_id),
      name: session_info.track.track_name,
      config: session_info.track.config_name || null,
    },
    cars,
    oddities,
  };
}

/** Rows without those far away from all the others in time: one absurd number must not make a race of 115 days. */
function rowsOfSession(laps: readonly ChartRow[], oddities: string[]): readonly ChartRow[] {
  const sorted = [...laps].sort((a, b) => a.session_time - b.session_time);
  let most: ChartRow[] = [];
  let current: ChartRow[] = [];
  for (const row of sorted) {
    const before = current.at(-1);
    if (before !== undefined && before.session_time >= 0 && row.session_time - before.session_time > LONGEST_PAUSE) {
      current = [];
    }
    current.push(row);
    if (current.length > most.length) most = current;
  }
  const kept = new Set(most);
  for (const row of sorted) {
    if (kept.has(row) || row.session_time < 0) continue;
    oddities.push(
      `Car ${row.car_number}: lap ${row.lap_number} at ${row.session_time / TICKS_A_SECOND} s is over 3 hours away from all other laps, and is skipped.`,
    );
  }
  return laps.filter((row) => kept.has(row));
}

/** The service's numbers of session kinds; 3 to 5 have practice and the two forms of qualifying. */
function sessionType({ simsession_type, event_type }: SessionInfo): SessionType {
  switch (simsession_type) {
    case 6:
      return 'race';
    case 4:
    case 5:
      return 'qualify';
    case 2:
    case 3:
      return 'practice';
    default:
      return event_type == null || event_type === 5 ? 'race' : 'practice';
  }
}

function identityOf(rows: readonly ChartRow[]): Omit<ChartCar, 'car' | 'crossings'> {
  const first = rows[0]!;
  const isTeam = rows.some((row) => row.cust_id != null && String(row.cust_id) !== String(row.group_id));
  return {
    carNumber: String(first.car_number),
    teamName: isTeam ? (first.name ?? null) : null,
    classId: first.car_class_id == null ? null : String(first.car_class_id),
    className: first.car_class_name ?? null,
    carModel: first.car_name ?? null,
  };
}

/** A car's crossings in order, without those that lie before the one with a lower lap. */
function crossingsOf(rows: readonly ChartRow[], oddities: string[]): Crossing[] {
  const sorted = rows.filter((row) => row.lap_number >= 0 && row.session_time >= 0);
  sorted.sort((a, b) => a.lap_number - b.lap_number || a.session_time - b.session_time);
  const crossings: Crossing[] = [];
  for (const row of sorted) {
    const crossing = crossingOf(row);
    const previous = crossings.at(-1);
    if (previous && !(crossing.lap > previous.lap && crossing.time > previous.time)) {
      oddities.push(
        `Car ${row.car_number}: lap ${crossing.lap} at ${crossing.time} s does not follow lap ${previous.lap} at ${previous.time} s, and is skipped.`,
      );
    } else {
      crossings.push(crossing);
    }
  }
  return crossings;
}

/** A car whose start is missing from the chart began its first lap as long before as that lap took. */
function withStart(crossings: readonly Crossing[]): readonly Crossing[] {
  const first = crossings[0];
  if (first === undefined || first.lap === 0 || first.lapTimeMs === null) return crossings;
  const time = Math.max(0, first.time - first.lapTimeMs / 1000);
  return [{ ...first, time, lap: first.lap - 1, lapTimeMs: null, position: null, notes: NO_NOTES }, ...crossings];
}

function crossingOf(row: ChartRow): Crossing {
  const words = row.lap_events ?? [];
  const bits = row.flags ?? 0;
  return {
    time: row.session_time / TICKS_A_SECOND,
    lap: row.lap_number,
    lapTimeMs:
      row.lap_time != null && row.lap_time > 0 && row.lap_time < LONGEST_PAUSE ? row.lap_time / TICKS_A_MS : null,
    position: row.lap_position != null && row.lap_position > 0 ? row.lap_position : null,
    driver: {
      id: String(row.cust_id ?? row.group_id),
      name: row.display_name ?? row.name ?? String(row.car_number),
    },
    notes: {
      pitted: words.includes('pitted') || (bits & BITS.pitted) !== 0,
      tow: words.includes('tow') || (bits & BITS.tow) !== 0,
      offTrack: words.includes('off track') || (bits & BITS.offTrack) !== 0,
      blink: words.includes('discontinuity') || (bits & BITS.blink) !== 0,
      finished: (bits & BITS.finished) !== 0,
    },
  };
}

function notAChart(path: string, why: string): SourceError {
  return new SourceError(
    `${path} is not a lap chart: ${why}. Use the JSON of iRacing's results service that contains "session_info" and "laps".`,
  );
}
