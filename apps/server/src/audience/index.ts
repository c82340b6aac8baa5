export { LineMaker } from './line-maker.js';
export { LiveAudience } from './live-audience.js';
export { type Delay, dueAt, paused, positionOf, resumed, withDelay } from './playhead.js';
export { ShowBroadcast } from './show-broadcast.js';
