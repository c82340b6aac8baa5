import type { FeedState, Lap, RaceEvent, SessionSummary } from '@okboxbox/protocol';
import type { ColumnType, Generated } from 'kysely';

/** A column of JSON: read as its value, written as text. */
type Json<T> = ColumnType<T, string, string>;

/** The database's tables. Instants are milliseconds since the epoch. */
export interface Tables {
  shows: { show: string; created_at: number };
  sessions: {
    session_id: string;
    show: string;
    started_at: number;
    /** `null` while it runs. */
    ended_at: number | null;
    end_reason: string | null;
    summary: Json<SessionSummary>;
    /** How many of the engine's laps and race events are stored: where writing goes on. */
    laps_stored: number;
    events_stored: number;
    /** The version of the timing rules that its rows were made by. */
    rules_version: Generated<number>;
    /** The last state that viewers had, once the session has ended and all of it is stored. */
    final: Json<FeedState> | null;
  };
  entries: {
    session_id: string;
    car: number;
    car_number: string;
    name: string;
    team_name: string | null;
    class: string | null;
  };
  /** Who has driven a car, by name: sims do not always give an id. */
  drivers: { session_id: string; car: number; name: string };
  laps: {
    session_id: string;
    /** Place in the order of crossing, from 0. */
    nr: number;
    car: number;
    lap: number;
    lap_time_ms: number | null;
    body: Json<Lap>;
  };
  race_events: { session_id: string; nr: number; name: string; car: number | null; body: Json<RaceEvent> };
  settings: { key: string; value: Json<unknown> };
  audit: { id: Generated<number>; at: number; who: string; action: string; detail: Json<unknown> };
}
