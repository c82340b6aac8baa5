export { DETECTORS } from './all-detectors.js';
export type { Bound, CauseEntry, Check, FailureMode } from './catalogue/failure-mode.js';
export { CATALOGUE, causesOf } from './catalogue.js';
export { type Comparison, compareFindings, findingKey } from './compare-findings.js';
export type { Detector } from './detector.js';
export { generatedFiles } from './generate/files.js';
export { BOX_MS, beforeOf, Detectors, LEFT_OUT_MS, type Look, runDetectors } from './run-detectors.js';
