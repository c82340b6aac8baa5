import { type ChartRow, lapChart } from '../lapchart/chart-schema.js';
import { type Chart, chartOf } from '../lapchart/read-chart.js';

/** One crossing of a chart in short: the lap, its time in seconds, and anything else that the row says. */
export type ShortRow = readonly [lap: number, seconds: number, more?: Partial<ChartRow>];

/** Rows as the results service gives them; a car's number is its group. */
export function rowsOf(group: number, rows: readonly ShortRow[]): Record<string, unknown>[] {
  return rows.map(([lap, seconds, more], i) => {
    const before = rows[i - 1]?.[1];
    return {
      group_id: group,
      name: `Driver ${group}`,
      cust_id: group,
      display_name: `Driver ${group}`,
      lap_number: lap,
      flags: 0,
      session_time: Math.round(seconds * 10_000),
      lap_time: before === undefined ? -1 : Math.round((seconds - before) * 10_000),
      car_number: String(group),
      lap_events: [],
      lap_position: 1,
      ...more,
    };
  });
}

/** A chart's JSON. */
export function chartJson(rows: readonly Record<string, unknown>[], info: Record<string, unknown> = {}) {
  return {
    session_info: {
      subsession_id: 1,
      simsession_number: 0,
      simsession_type: 6,
      event_type: 5,
      start_time: '2022-01-02T10:15:00Z',
      track: { track_id: 9, track_name: 'Somewhere', config_name: '' },
      ...info,
    },
    laps: rows,
  };
}

/** A chart of some cars' rows. */
export function chartFrom(rows: readonly Record<string, unknown>[], info: Record<string, unknown> = {}): Chart {
  return chartOf(lapChart.parse(chartJson(rows, info)));
}

/** Crossings at a steady pace, from a start on. */
export function steady(laps: number, secondsALap: number, start = 100): ShortRow[] {
  return Array.from({ length: laps + 1 }, (_, lap) => [lap, start + lap * secondsALap]);
}
