export { DRILLS } from './all-drills.js';
export { DRILLED_CODES, type Drill, type DrilledCode, type Fix, type ServerDrill, type SystemDrill } from './drill.js';
export { FindingsTail } from './findings-tail.js';
export { CLEARED_WITHIN_MS, FOUND_WITHIN_MS, inWords, untilCleared, untilSilent, watchFor } from './judge.js';
export { documentOf, strangers } from './matrix.js';
export { type DrillResult, resultLine, runDrill } from './run-drill.js';
export { ServerUnderTest, SHOW } from './server-under-test.js';
export { type SystemLike, TestSystem } from './test-system.js';
