import type { SourceRecord } from '@okboxbox/protocol';
import type { ReadOptions, Source } from '../source.js';
import { SourceError } from '../source.js';
import { frameOfRow, type RowCars } from './frame-of-row.js';
import { LapTimes } from './lap-times.js';
import { sessionOfText } from './session-of-text.js';
import { numberOf, readSessionText } from './session-text.js';
import { openTelemetryFile, type TelemetryFile } from './telemetry-file.js';

/**
 * An iRacing telemetry file as a source: the own car alone, with its own data. Gives at most `hz` frames a second of the
 * file's rows.
 * @throws SourceError where the file cannot be read or lacks what a frame needs.
 */
export async function openIbt(path: string, spec: string, hz: number): Promise<Source> {
  const file = await openTelemetryFile(path);
  for (const name of ['SessionTime', 'LapDistPct']) {
    if (!file.variables.has(name)) {
      throw new SourceError(`${path} has no variable ${name}: it is not telemetry of a car on a track.`);
    }
  }
  return {
    info: { kind: 'ibt', spec, sim: 'iracing', playback: true, rateHz: Math.min(hz, file.tickRate) },
    read: (options) => recordsOf(path, file, hz, options ?? {}),
  };
}

async function* recordsOf(
  path: string,
  file: TelemetryFile,
  hz: number,
  { signal, onTrouble }: ReadOptions,
): AsyncGenerator<SourceRecord> {
  const text = readSessionText(file.sessionText);
  const car = carOf(numberOf(text, 'DriverInfo', 'DriverCarIdx'));
  const cars: RowCars = { all: [car], own: car };
  // Half a row's time below the step: the rows' times are not exact multiples of it.
  const step = 1 / hz - 0.5 / file.tickRate;
  let sessionNum: number | null = null;
  let times = new LapTimes();
  let seq = 0;
  let last = Number.NEGATIVE_INFINITY;
  let stoodStill = 0;
  let impossible = 0;
  let fellBack = 0;
  if (file.rowsSaid !== file.rowCount) {
    const message = `${path} should have ${file.rowsSaid} rows, but contains ${file.rowCount} complete ones.`;
    onTrouble?.({ message, isDamage: file.rowsSaid > file.rowCount });
  } else if (file.restBytes > 0) {
    onTrouble?.({
      message: `${path} has ${file.restBytes} extra bytes after its last row.`,
      isDamage: true,
    });
  }
  for await (const row of file.rows(signal)) {
    const sessionTime = row.value('SessionTime');
    if (sessionTime === undefined || !(sessionTime >= 0 && sessionTime < 1e7)) {
      impossible += 1;
      continue;
    }
    const capturedAt = file.startedAt + Math.round(sessionTime * 1000);
    const current: number = row.value('SessionNum') ?? 0;
    if (current !== sessionNum) {
      sessionNum = current;
      times = new LapTimes();
      last = Number.NEGATIVE_INFINITY;
      yield sessionOfText(text, current, capturedAt);
    }
    if (sessionTime === last) stoodStill += 1;
    if (sessionTime < last) fellBack += 1;
    if (sessionTime - last < step) continue;
    last = sessionTime;
    seq += 1;
    yield frameOfRow(row, cars, times, seq, capturedAt);
  }
  if (stoodStill > 0) {
    onTrouble?.({
      message: `${path} contains ${stoodStill} rows in which the session clock stopped; they are skipped.`,
    });
  }
  if (fellBack > 0) {
    onTrouble?.({
      message: `${path} contains ${fellBack} rows in which the session clock went back; they are skipped.`,
    });
  }
  if (impossible > 0) {
    onTrouble?.({
      message: `${path} contains ${impossible} rows with an impossible session time; they are skipped.`,
      isDamage: true,
    });
  }
}

function carOf(index: number | null): number {
  return index !== null && Number.isInteger(index) && index >= 0 && index <= 255 ? index : 0;
}
