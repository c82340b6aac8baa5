import { CallFailed } from '../calls.js';

/** The longest wait between two tries while the server is away, in ms. */
const LONGEST_MS = 15_000;

/** How often something was answered, and how often not. */
export interface Polled {
  /** When it was answered last, in ms since the epoch; 0 where never. */
  readonly dataUpdatedAt: number;
  readonly errorUpdatedAt: number;
  readonly errorUpdateCount: number;
}

/**
 * How long to wait before something is asked again, in ms: `everyMs` while it is answered; else longer and longer, by
 * how long the last answer is ago.
 */
export function nextPollMs(everyMs: number, polled: Polled): number {
  const { dataUpdatedAt, errorUpdatedAt, errorUpdateCount } = polled;
  if (errorUpdatedAt <= dataUpdatedAt) return everyMs;
  const wait =
    dataUpdatedAt === 0 ? everyMs * 2 ** Math.min(10, errorUpdateCount - 1) : (errorUpdatedAt - dataUpdatedAt) / 2;
  return Math.min(Math.max(everyMs, wait), Math.max(everyMs, LONGEST_MS));
}

/** Whether an answer is older than it would be if all went well. */
export function isStale(everyMs: number, ageMs: number): boolean {
  return ageMs > 3 * everyMs + 1_000;
}

/** Why there is no answer. */
export type Missing =
  | { readonly kind: 'away'; readonly message: string }
  | { readonly kind: 'no_right'; readonly message: string; readonly capability: string | undefined }
  /** The call is not there: operations are switched off, or this server does not have it. */
  | { readonly kind: 'not_there' }
  /** What was asked for is not there, by the server's own words. */
  | { readonly kind: 'unknown'; readonly message: string }
  | { readonly kind: 'refused'; readonly message: string };

/** What a failed call means. */
export function missingBecause(error: Error): Missing {
  const problem = error instanceof CallFailed ? error.problem : null;
  const { message } = error;
  if (problem === null) return { kind: 'away', message };
  if (problem.status === 401 || problem.status === 403)
    return { kind: 'no_right', message, capability: problem.capability };
  if (problem.status === 404)
    return problem.detail.startsWith('There is nothing at ') ? { kind: 'not_there' } : { kind: 'unknown', message };
  return problem.status >= 500 ? { kind: 'away', message } : { kind: 'refused', message };
}

/** Whether asking again would be refused again: every refusal is noted at the server as an event. */
export function isForGood({ kind }: Missing): boolean {
  return kind === 'not_there' || kind === 'no_right';
}
