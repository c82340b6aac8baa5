import {
  parseUntrustedJson,
  type RecordingHeader,
  recordingHeader,
  type SourceRecord,
  sourceRecord,
} from '@okboxbox/protocol';
import { SourceError } from '../source.js';
import type { TextLine } from './text-lines.js';

/** The version of recordings that is read here. */
const VERSION = 1;

/**
 * Reads the first line of a recording.
 * @throws SourceError where the file is no recording, or one of another version.
 */
export function parseHeader(line: TextLine | undefined, path: string): RecordingHeader {
  if (line === undefined) throw notARecording(path, 'it is empty');
  let value: unknown;
  try {
    value = parseUntrustedJson(line.text);
  } catch {
    throw notARecording(path, `line ${line.number} is not JSON`);
  }
  if (typeof value !== 'object' || value === null || !('kind' in value) || value.kind !== 'recording') {
    throw notARecording(path, `line ${line.number} is not a header`);
  }
  if ('version' in value && value.version !== VERSION) {
    throw new SourceError(
      `${path} is a recording of version ${JSON.stringify(value.version)}, and only version ${VERSION} is read here: read it with the Ok, Box Box that wrote it, or a newer one`,
    );
  }
  const header = recordingHeader.safeParse(value);
  if (!header.success) throw notARecording(path, `its header is wrong at ${firstIssue(header.error)}`);
  return header.data;
}

/**
 * Reads a line behind the header.
 * @throws SourceError that names the file, the line and what is wrong.
 */
export function parseRecord(line: TextLine, path: string): SourceRecord {
  let value: unknown;
  try {
    value = parseUntrustedJson(line.text);
  } catch {
    throw damaged(path, line.number, line.ended ? 'is not JSON' : 'is cut off in the middle of a record');
  }
  const record = sourceRecord.safeParse(value);
  if (!record.success) throw damaged(path, line.number, `is not a record of a recording: ${firstIssue(record.error)}`);
  return record.data;
}

/** The error that ends the reading of a recording: everything before that line was good. */
export function damaged(path: string, line: number, why: string): SourceError {
  return new SourceError(
    `${path}: line ${line} ${why}. The ${line - 1} lines before it are good: remove the rest of the file, or record it again.`,
  );
}

function notARecording(path: string, why: string): SourceError {
  return new SourceError(
    `${path} is not a recording: ${why}. A recording begins with {"kind":"recording","version":${VERSION},…}, and is one JSON object a line.`,
  );
}

function firstIssue(error: { readonly issues: readonly { readonly path: PropertyKey[]; readonly message: string }[] }) {
  const [issue] = error.issues;
  return issue === undefined ? 'its structure' : `"${issue.path.join('.')}": ${issue.message}`;
}
