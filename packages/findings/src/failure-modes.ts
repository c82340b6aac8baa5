import { MODE as DETECTOR_FAILED } from './detector-failed/mode.js';
import { EVERY_DETECTOR } from './every-detector.js';
import type { DetectedMode, FailureMode } from './failure-mode.js';

/** Every failure mode that is looked for, in the order of the runbook. */
export const DETECTORS: readonly DetectedMode[] = EVERY_DETECTOR.toSorted((a, b) => a.mode.place - b.mode.place);

/** Every failure mode: those that are looked for, and that of a detector that fails itself. */
export const CATALOGUE: readonly FailureMode[] = [...DETECTORS.map(({ mode }) => mode), DETECTOR_FAILED];

/** The title of a failure mode; a code that is not known, as of a newer server, is its own title. */
export function titleOf(code: string): string {
  return CATALOGUE.find((mode) => mode.code === code)?.title ?? code;
}
