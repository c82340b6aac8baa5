import type { Section } from '../section.js';
import { config } from './config.js';
import { events } from './events.js';
import { database, history, snapshot } from './insight.js';
import { findings, sessions, summary } from './overview.js';
import { parity } from './parity.js';
import { samples } from './samples.js';
import { sockets } from './sockets.js';
import { trace } from './trace.js';

/** The parts of a pack that come from somewhere, in their order; after them comes `ids`, which is made of the others. */
export const SECTIONS: readonly Section[] = [
  ...[summary, findings, snapshot, sessions, sockets, events],
  ...[parity, database, history, samples, trace, config],
];
