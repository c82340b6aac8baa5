/** What a trace hears with, for the bench that tells what it costs. */
export { type Ears, hear } from './hearing.js';
export { boundsOf, TraceLog } from './trace-log.js';
export { Tracing } from './tracing.js';
