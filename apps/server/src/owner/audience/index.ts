export { type Delay, dueAt, paused, positionOf, resumed, withDelay } from '../../directory/playhead.js';
export { LineMaker } from './line-maker.js';
export { LiveAudience } from './live-audience.js';
export { ShowBroadcast } from './show-broadcast.js';
