import { defineSource } from '../define-source.js';
import { monotonicClock } from '../pace.js';
import { openLive } from './live-source.js';
import { whyNoLiveSim, windowsSim } from './windows-memory.js';

/** A running iRacing on this PC. */
export const iracing = defineSource({
  kind: 'iracing',
  spec: 'iracing',
  description: "iRacing's live shared memory (Windows)",
  examples: ['iracing'],
  availability: whyNoLiveSim,
  parse: () => null,
  open: async (_options, { spec, hz }) => openLive(windowsSim(), spec, hz, monotonicClock),
});
