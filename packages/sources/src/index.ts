export { type OpenOptions, openSource, type ParsedSpec, parseSpec, type ReadableKind } from './open-source.js';
export { monotonicClock, type PaceClock, type PaceOptions, pace } from './pace.js';
export { PlaybackClock } from './playback-clock.js';
export { keepFilesPrivate, makePrivate, type PrivacyReport } from './private-files.js';
export {
  encodeRecordingHeader,
  encodeRecordingLine,
  frameNumbering,
  recordingLines,
} from './recording/recording-lines.js';
export { openRecordingWriter, type RecordingWriter } from './recording/recording-writer.js';
export * from './source.js';
export { describeSources, SOURCE_KINDS, type SourceKind } from './source-kinds.js';
