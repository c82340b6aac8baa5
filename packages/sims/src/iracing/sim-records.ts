import type { ResultsLine, SessionLine, SourceRecord } from '@okboxbox/protocol';
import { frameOfRow, type RowCars } from './frame-of-row.js';
import { LapTimes } from './lap-times.js';
import { CarFlags } from './messages-of-row.js';
import { resultsOfText } from './results-of-text.js';
import { sessionOfText } from './session-of-text.js';
import { numberOf, type TextMap } from './session-text.js';
import type { TelemetryRow } from './telemetry-row.js';

/** Cars without an index of their own in the text. */
const HIGHEST_CAR = 255;

/**
 * Makes records of what the sim shows: the session and its results whenever something in them changes, messages as they
 * come, a frame for each row in which the session clock has gone on.
 */
export class SimRecords {
  #text: TextMap | null = null;
  #sessionNum: number | null = null;
  #session: SessionLine | null = null;
  #results: ResultsLine | null = null;
  #flags = new CarFlags();
  #times = new LapTimes();
  #cars: RowCars = { all: [], own: null };
  #seq = 0;
  #sessionTime: number | null = null;

  /** Session time of the last frame in s; `null` before the first of a session. */
  get sessionTime(): number | null {
    return this.#sessionTime;
  }

  /**
   * What a row and the text beside it say. `text` is given where it has changed; before the first there is nothing to
   * say, since nobody knows whose row it is.
   */
  take(row: TelemetryRow, text: TextMap | null, capturedAt: number): SourceRecord[] {
    const sessionNum = row.value('SessionNum') ?? 0;
    const isNew = text !== null || sessionNum !== this.#sessionNum;
    if (text !== null) this.#text = text;
    if (this.#text === null) return [];
    const records: SourceRecord[] = [];
    if (isNew) records.push(...this.#retell(this.#text, sessionNum, capturedAt));
    const sessionTime = row.value('SessionTime');
    if (sessionTime === undefined || !(sessionTime >= 0 && sessionTime < 1e7) || sessionTime === this.#sessionTime) {
      return records;
    }
    this.#sessionTime = sessionTime;
    records.push(...this.#flags.take(row, this.#cars.all, capturedAt));
    this.#seq += 1;
    records.push(frameOfRow(row, this.#cars, this.#times, this.#seq, capturedAt));
    return records;
  }

  #retell(text: TextMap, sessionNum: number, capturedAt: number): SourceRecord[] {
    const records: SourceRecord[] = [];
    const session = sessionOfText(text, sessionNum, capturedAt);
    if (session.simSessionKey !== this.#session?.simSessionKey) {
      this.#results = null;
      this.#flags = new CarFlags();
      this.#times = new LapTimes();
      this.#sessionTime = null;
    }
    this.#sessionNum = sessionNum;
    this.#cars = { all: session.entries.map(({ car }) => car), own: ownCar(text) };
    if (this.#session === null || !isSame(this.#session, session)) {
      this.#session = session;
      records.push(session);
    }
    const results = resultsOfText(text, sessionNum, this.#times, capturedAt);
    if (results !== null && (this.#results === null || !isSame(this.#results, results))) {
      this.#results = results;
      records.push(results);
    }
    return records;
  }
}

function ownCar(text: TextMap): number | null {
  const car = numberOf(text, 'DriverInfo', 'DriverCarIdx');
  return car !== null && Number.isInteger(car) && car >= 0 && car <= HIGHEST_CAR ? car : null;
}

/** The same but for when it was captured. */
function isSame(before: SourceRecord, now: SourceRecord): boolean {
  return JSON.stringify({ ...before, capturedAt: 0 }) === JSON.stringify({ ...now, capturedAt: 0 });
}
