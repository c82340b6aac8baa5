import { z } from 'zod';

/** What a frame can count. */
const MAX_LAPS = 32_000;

/**
 * What is read of a lap chart as iRacing's results service gives it (`lap_chart_data`). Objects are loose:
 * the service adds fields now and then.
 */

const id = z.union([z.number(), z.string()]);
const name = z.string();
/** 1/10000 s; −1 for none. The bound is 115 days. */
const ticks = z.number().min(-1e11).max(1e11);

/** What a chart says of the session as a whole. */
export const sessionInfo = z.looseObject({
  subsession_id: id,
  simsession_number: z.number().int(),
  simsession_type: z.number().int().nullish(),
  event_type: z.number().int().nullish(),
  start_time: z.string().refine((text) => Number.isFinite(Date.parse(text)), { message: 'is not a time' }),
  track: z.looseObject({ track_id: id.nullish(), track_name: name, config_name: name.nullish() }),
});

/** A car crossing the line. */
export const chartRow = z.looseObject({
  /** The entry: a driver, or a team (then often below 0). */
  group_id: id,
  name: name.nullish(),
  /** Who drove this lap. */
  cust_id: id.nullish(),
  display_name: name.nullish(),
  car_number: z.union([z.string(), z.number()]),
  /** Laps completed; 0 at the start. */
  lap_number: z.number().int().max(MAX_LAPS),
  flags: z.number().int().nullish(),
  session_time: ticks,
  lap_time: ticks.nullish(),
  /** Place at this crossing; 0 for none. */
  lap_position: z.number().int().nullish(),
  lap_events: z.array(z.string()).nullish(),
  car_class_id: id.nullish(),
  car_class_name: name.nullish(),
  car_name: name.nullish(),
});

/** A whole chart. */
export const lapChart = z.looseObject({ session_info: sessionInfo, laps: z.array(chartRow).min(1) });

/** The chart's own words for the session. */
export type SessionInfo = z.infer<typeof sessionInfo>;
/** One crossing in the chart's own words. */
export type ChartRow = z.infer<typeof chartRow>;
/** A chart that has passed its schema. */
export type LapChart = z.infer<typeof lapChart>;
