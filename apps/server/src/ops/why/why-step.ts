import type { WhyStep } from '@okboxbox/protocol';

/** A step with what to do, where something is; `isEnd` where what comes behind it says nothing any more. */
export interface Judged {
  readonly step: WhyStep;
  readonly next: string | null;
  readonly isEnd: boolean;
}

type Figure = WhyStep['figures'][number];

/** Something has stopped when nothing has come of it for this long, in ms. */
export const STOPPED_MS = 3_000;

export function figure(name: string, value: number | string | null, unit = ''): Figure {
  return { name, value, unit };
}

export function ok(stage: WhyStep['stage'], text: string, figures: readonly Figure[] = []): Judged {
  return { step: { stage, state: 'ok', text, figures }, next: null, isEnd: false };
}

export function broken(stage: WhyStep['stage'], text: string, next: string, figures: readonly Figure[] = []): Judged {
  return { step: { stage, state: 'broken', text, figures }, next, isEnd: true };
}

/** Held up on purpose; with `isEnd`, nothing passes at all. */
export function expected(
  stage: WhyStep['stage'],
  text: string,
  { next = null, isEnd }: { readonly next?: string | null; readonly isEnd: boolean },
  figures: readonly Figure[] = [],
): Judged {
  return { step: { stage, state: 'expected', text, figures }, next, isEnd };
}

export function unknown(
  stage: WhyStep['stage'],
  text: string,
  next: string | null,
  figures: readonly Figure[] = [],
): Judged {
  return { step: { stage, state: 'unknown', text, figures }, next, isEnd: false };
}

/** A duration as it is said. */
export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;
}
