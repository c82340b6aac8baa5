export { hasFinished } from './flag.js';
export { fillIn, foldRecord } from './fold.js';
export { TIMING_RULES_VERSION, UNNUMBERED_RULES } from './rules-version.js';
export { SourceTimer } from './source-timer.js';
export { entryInfos, standings } from './standings.js';
export { createTiming, type TimingState } from './state.js';
export { createShape, learnShape, SHAPE_POINTS, SHAPE_SIZE, shapeOn, type TrackShape } from './track-shape.js';
export { withVerdicts } from './verdicts.js';
