import { defineFileSource } from '../files/define-file-source.js';
import { openIbt } from './ibt-source.js';

/** A telemetry file that iRacing has written. */
export const ibt = defineFileSource({
  kind: 'ibt',
  description: "iRacing's telemetry file: only the driver's own car",
  examples: ['ibt:red-bull-ring.ibt'],
  open: (path, { spec, hz }) => openIbt(path, spec, hz()),
});
