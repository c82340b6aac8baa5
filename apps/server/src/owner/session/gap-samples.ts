import { type CarGap, GAP_STEP_MS, packTopicRow, type TopicRow } from '@okboxbox/protocol';
import { standings, type TimingState } from '@okboxbox/timing';

/** A session's samples of the gaps, and the step of session time that the newest frame was in. */
export interface GapSamples {
  readonly rows: TopicRow[];
  step: number;
}

/**
 * Adds the sample that is due at a state's newest frame: the first one of each step of session time, so that the log does
 * not depend on how often relays send.
 */
export function sampleGaps(samples: GapSamples, timing: TimingState): void {
  if (timing.sessionTime === null) return;
  const sessionTimeMs = Math.round(timing.sessionTime * 1000);
  const step = Math.floor(sessionTimeMs / GAP_STEP_MS);
  if (step <= samples.step) return;
  samples.step = step;
  const cars = standings(timing)
    .filter(({ figures }) => figures.position !== null)
    .sort((a, b) => (a.figures.position as number) - (b.figures.position as number))
    .map(({ car, figures: { gapMs, gapLaps } }): CarGap => {
      return { car, gapMs: gapMs === null ? null : Math.round(gapMs), gapLaps };
    });
  if (cars.length > 0) samples.rows.push(packTopicRow('gaps', { sessionTimeMs, cars }));
}
