import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { SourceRecord } from '@okboxbox/protocol';
import { sharedData } from '../../testing/shared-data.js';
import { frameOfRow } from '../frame-of-row.js';
import { LapTimes } from '../lap-times.js';
import { resultsOfText } from '../results-of-text.js';
import { sessionOfText } from '../session-of-text.js';
import { numberOf, type TextMap, type TextNode } from '../session-text.js';
import type { TelemetryRow } from '../telemetry-row.js';

/** One instant of a live session, kept by others as JSON: the whole session text and every variable. */
export interface Snapshot {
  readonly name: string;
  readonly text: TextMap;
  readonly row: TelemetryRow;
}

const FOLDER = sharedData('iracing/snapshots');

/** Names of the snapshots; empty where the data are not there. */
export function snapshotNames(): string[] {
  if (!existsSync(FOLDER)) return [];
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json.gz'))
    .map((file) => basename(file, '.json.gz'))
    .sort();
}

const opened = new Map<string, Snapshot>();

export function openSnapshot(name: string): Snapshot {
  const known = opened.get(name) ?? readSnapshot(name);
  opened.set(name, known);
  return known;
}

function readSnapshot(name: string): Snapshot {
  const json = JSON.parse(gunzipSync(readFileSync(join(FOLDER, `${name}.json.gz`))).toString()) as {
    session: Record<string, unknown>;
    telemetry: Record<string, { value: readonly (number | boolean | string)[] }>;
  };
  const columns = new Map(Object.entries(json.telemetry).map(([variable, { value }]) => [variable, value.map(Number)]));
  const values = (variable: string) => columns.get(variable) ?? [];
  return {
    name,
    text: textOfJson(json.session) as TextMap,
    row: { values, value: (variable) => values(variable)[0] },
  };
}

/** What a relay would send of the instant: the session, the sim's results so far, a frame. */
export function recordsOf({ name, text, row }: Snapshot): SourceRecord[] {
  const capturedAt = Number(name);
  const sessionNum = row.value('SessionNum') ?? 0;
  const session = sessionOfText(text, sessionNum, capturedAt);
  const times = new LapTimes();
  const results = resultsOfText(text, sessionNum, times, capturedAt);
  const own = numberOf(text, 'DriverInfo', 'DriverCarIdx');
  const cars = { all: session.entries.map(({ car }) => car), own };
  return [session, ...(results ? [results] : []), frameOfRow(row, cars, times, 1, capturedAt)];
}

/** The text's numbers had become numbers in JSON; in the sim's own form everything is text. */
function textOfJson(value: unknown): TextNode {
  if (Array.isArray(value)) return value.map((each) => textOfJson(each) as TextMap);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, textOfJson(each)]));
  }
  return value === null || value === undefined ? '' : String(value);
}
