// Every kind of source, one line each.
export { demo } from './demo/definition.js';
export { ibt } from './iracing/ibt.js';
export { iracing } from './iracing/live.js';
export { memory } from './iracing/memory.js';
export { lapchart } from './lapchart/definition.js';
export { recording } from './recording/definition.js';
