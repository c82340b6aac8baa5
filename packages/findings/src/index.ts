export { type Comparison, compareFindings, findingKey } from './compare-findings.js';
export {
  type Bound,
  type CauseEntry,
  type Check,
  causesOf,
  type DetectedMode,
  type Detector,
  type FailureMode,
} from './failure-mode.js';
export { CATALOGUE, DETECTORS, titleOf } from './failure-modes.js';
export { generatedFiles } from './generate/files.js';
export { BOX_MS, beforeOf, Detectors, LEFT_OUT_MS, type Look, runDetectors } from './run-detectors.js';
