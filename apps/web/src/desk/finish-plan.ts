import type { DeskState, MeasuredDelay } from '@okboxbox/protocol';
import { delayLabel } from '../format.js';

/** What a director chooses when a show is finished. */
export interface FinishChoice {
  /** How long the results are on air, in ms; `null`: none are cued. */
  readonly forMs: number | null;
  readonly publish: 'leave' | 'unpublish';
}

/** How long results can be on air, in ms. */
export const RESULTS_FOR_MS = [15_000, 30_000, 60_000, 120_000, 300_000] as const;

/** What finishing does and when, step by step, counted from the press. Where the pictures are paused, nobody knows when. */
export function finishSteps(
  { forMs, publish }: FinishChoice,
  { delay, published }: Pick<DeskState, 'delay' | 'published'>,
): string[] {
  const steps: string[] = [];
  const isPaused = delay?.state === 'paused';
  const [graphicsMs, publicMs] = behindMs(delay);
  const when = (ms: number) =>
    isPaused ? 'when the picture continues' : ms === 0 ? 'at once' : `in ${delayLabel(ms)}`;
  if (forMs !== null) {
    const same = graphicsMs === publicMs;
    steps.push(
      `The results air alone with the picture: ${when(graphicsMs)}${same || isPaused ? '' : `, for the public ${when(publicMs)}`}.`,
      `They leave after ${delayLabel(forMs)}.`,
    );
  }
  if (publish === 'leave') steps.push(published ? 'The show stays published.' : 'The show stays unpublished.');
  else if (!published) steps.push('The show is not published: nothing else changes.');
  else if (isPaused) steps.push('When the public picture continues and has shown that, the show is unpublished.');
  else steps.push(`When the public has seen that, ${when(publicMs + (forMs ?? 0))}, the show is unpublished.`);
  return steps;
}

/** What a director is to know before a show is finished now; `null` where its race has finished. */
export function finishWarning({ isRunning, hasFinished }: { isRunning: boolean; hasFinished: boolean }): string | null {
  if (!isRunning) return 'No session is running: results cannot be put on air.';
  return hasFinished ? null : 'The race has no chequered flag yet. Finish now only if it was cut off.';
}

function behindMs(delay: MeasuredDelay | null): [graphics: number, public_: number] {
  return delay === null ? [0, 0] : [delay.delayMs, delay.delayMs + delay.publicExtraMs];
}
