import type { RecordingHeader, SourceRecord } from '@okboxbox/protocol';

/** The first line of a recording, with its line end. */
export function encodeRecordingHeader(header: RecordingHeader): string {
  return `${JSON.stringify(header)}\n`;
}

/** A record as one line of a recording, with its line end: every number as it is, so that a race re-timed is the same race. */
export function encodeRecordingLine(record: SourceRecord): string {
  return `${JSON.stringify(record)}\n`;
}

/** Makes a function that gives frames the numbers 1, 2, 3, … and leaves other records as they are. */
export function frameNumbering(): (record: SourceRecord) => SourceRecord {
  let seq = 0;
  return (record) => (record.kind === 'frame' ? { ...record, seq: ++seq } : record);
}

/** A recording as text, line by line as it is read: frames are numbered anew from 1. */
export async function* recordingLines(
  header: RecordingHeader,
  records: AsyncIterable<SourceRecord> | Iterable<SourceRecord>,
): AsyncGenerator<string> {
  yield encodeRecordingHeader(header);
  const numbered = frameNumbering();
  for await (const record of records) yield encodeRecordingLine(numbered(record));
}
