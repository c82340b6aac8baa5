export { hasFinished } from './flag.js';
export { fillIn, foldRecord } from './fold.js';
export { SourceTimer } from './source-timer.js';
export { entryInfos, standings } from './standings.js';
export { createTiming, type TimingState } from './state.js';
export { withVerdicts } from './verdicts.js';
