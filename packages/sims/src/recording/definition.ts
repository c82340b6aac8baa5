import { defineFileSource } from '../files/define-file-source.js';
import { openRecording } from './recording-source.js';

/** A recording that a relay or `okboxbox record` has written. */
export const recording = defineFileSource({
  kind: 'recording',
  description: 'a recording, plain or gzipped (.jsonl, .jsonl.gz)',
  examples: ['recording:race.jsonl.gz'],
  open: (path, { spec }) => openRecording(path, spec),
});
