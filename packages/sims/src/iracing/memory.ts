import { defineFileSource } from '../files/define-file-source.js';
import { openMemory } from './memory-source.js';

/** An image of a running iRacing's memory. */
export const memory = defineFileSource({
  kind: 'memory',
  description: "an image of iRacing's live memory, plain or gzipped",
  examples: ['memory:daytona.bin.gz'],
  open: (path, { spec }) => openMemory(path, spec),
});
