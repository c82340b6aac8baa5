export type { ParsedSpec, SourceKind } from './define-source.js';
export { keepFilesPrivate, makePrivate, type PrivacyReport } from './files/private-files.js';
export { type DescribedSource, describeSources, type OpenOptions, openSource, parseSpec } from './open-source.js';
export { monotonicClock, type PaceClock, type PaceOptions, pace } from './pace.js';
export { PlaybackClock } from './playback-clock.js';
export {
  encodeRecordingHeader,
  encodeRecordingLine,
  frameNumbering,
  recordingLines,
} from './recording/recording-lines.js';
export { openRecordingWriter, type RecordingWriter } from './recording/recording-writer.js';
export * from './source.js';
export { generatedFiles } from './sources-table.js';
